"""Text as BERT's lower-case word pieces, each with its place in the original text.

Gives what Hugging Face's `BertTokenizerFast` gives for bert-base-uncased vocabularies (clean, split off CJK, decompose, strip
accents, lower; then greedy longest match), except that `[SEP]` in a text is text: nobody can write control tokens.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WORD_CHARACTERS_MAX = 100
"""A longer word is one unknown piece."""
REMEMBERED_MAX = 50_000
"""Words whose pieces, and characters whose normal form, are remembered."""

_PLAIN = re.compile(r"[\t\n\r -~]*")
_PLAIN_WORD = re.compile(r"[A-Za-z0-9]+|[^\s A-Za-z0-9]")
_CJK = (
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF), (0x2F800, 0x2FA1F),
)  # fmt: skip

Word = tuple[str, list[int]]
"""A word in normal form, and for each of its characters the place in the text that it came from."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The pieces of one text, with `[CLS]` first and `[SEP]` last, whose spans are empty.

    `spans` are half-open character offsets into the original text; `words` number the word that a piece belongs to, -1 for the ends.
    """

    ids: list[int]
    spans: list[tuple[int, int]]
    words: list[int]

    def __len__(self) -> int:
        return len(self.ids)

    def cut(self, pieces: int) -> "Tokens":
        """At most so many pieces, the ends counted."""
        if len(self) <= pieces:
            return self
        keep = pieces - 1
        return Tokens(
            [*self.ids[:keep], self.ids[-1]], [*self.spans[:keep], self.spans[-1]], [*self.words[:keep], self.words[-1]]
        )

    def windows(self, pieces: int) -> list["Tokens"]:
        """This text in consecutive parts of at most so many pieces, each with its own ends."""
        if len(self) <= pieces:
            return [self]
        inner = pieces - 2
        return [self._part(i, min(i + inner, len(self) - 1)) for i in range(1, len(self) - 1, inner)]

    def _part(self, start: int, stop: int) -> "Tokens":
        return Tokens(
            [self.ids[0], *self.ids[start:stop], self.ids[-1]],
            [self.spans[0], *self.spans[start:stop], self.spans[-1]],
            [-1, *self.words[start:stop], -1],
        )


class WordPiece:
    """The vocabulary of one model. Safe to share between threads."""

    def __init__(self, vocabulary: list[str]) -> None:
        self.ids = {piece: i for i, piece in enumerate(vocabulary)}
        self.unknown, self.first, self.last = self.ids["[UNK]"], self.ids["[CLS]"], self.ids["[SEP]"]
        self._pieces: dict[str, tuple[tuple[int, int, int], ...]] = {}

    @classmethod
    def read(cls, path: Path) -> "WordPiece":
        """From a `vocab.txt`: one piece a line."""
        return cls(path.read_text("utf-8").removesuffix("\n").split("\n"))

    def tokens(self, text: str) -> Tokens:
        ids, spans, words = [self.first], [(0, 0)], [-1]
        for n, (word, places) in enumerate(words_of(text)):
            pieces = self.pieces(word)
            for id, start, stop in pieces:
                ids.append(id)
                spans.append((places[start], places[stop - 1] + 1))
                words.append(n)
        return Tokens([*ids, self.last], [*spans, (len(text), len(text))], [*words, -1])

    def count(self, text: str) -> int:
        """How many pieces a text has, the ends counted."""
        return 2 + sum(len(self.pieces(word)) for word, _ in words_of(text))

    def pieces(self, word: str) -> tuple[tuple[int, int, int], ...]:
        """`(id, start, stop)` of each piece of a word in normal form; the whole word is one unknown piece when it has none."""
        known = self._pieces.get(word)
        if known is None:
            known = self._cut(word)
            if len(self._pieces) < REMEMBERED_MAX:
                self._pieces[word] = known
        return known

    def _cut(self, word: str) -> tuple[tuple[int, int, int], ...]:
        whole = ((self.unknown, 0, len(word)),)
        if len(word) > WORD_CHARACTERS_MAX:
            return whole
        found: list[tuple[int, int, int]] = []
        start = 0
        while start < len(word):
            mark = "##" if start else ""
            for stop in range(len(word), start, -1):
                id = self.ids.get(mark + word[start:stop])
                if id is not None:
                    found.append((id, start, stop))
                    start = stop
                    break
            else:
                return whole
        return tuple(found)


def words_of(text: str) -> Iterator[Word]:
    """Words and single marks, in normal form."""
    if _PLAIN.fullmatch(text):
        for match in _PLAIN_WORD.finditer(text):
            yield match[0].lower(), list(range(match.start(), match.end()))
        return
    yield from _split(text)


def _split(text: str) -> Iterator[Word]:
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        apart, normal = _normal(character)
        for letter in normal:
            if apart or _is_mark(letter):
                if letters:
                    yield "".join(letters), places
                    letters, places = [], []
                yield letter, [place]
            else:
                letters.append(letter)
                places.append(place)
        if apart and not normal and letters:
            yield "".join(letters), places
            letters, places = [], []
    if letters:
        yield "".join(letters), places


_normals: dict[str, tuple[bool, str]] = {}


def _normal(character: str) -> tuple[bool, str]:
    """Whether a character stands apart (white space, CJK), and its normal form: decomposed, without accents, in lower case."""
    known = _normals.get(character)
    if known is None:
        known = _normalised(character)
        if len(_normals) < REMEMBERED_MAX:
            _normals[character] = known
    return known


def _normalised(character: str) -> tuple[bool, str]:
    code, category = ord(character), unicodedata.category(character)
    if character in "\t\n\r":
        return True, ""
    if code in (0, 0xFFFD) or category[0] == "C":
        return False, ""
    if character.isspace():
        return True, ""
    bare = "".join(c.lower() for c in unicodedata.normalize("NFD", character) if unicodedata.category(c) != "Mn")
    return any(low <= code <= high for low, high in _CJK), bare


def _is_mark(letter: str) -> bool:
    code = ord(letter)
    plain = 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126
    return plain or (code > 126 and unicodedata.category(letter)[0] == "P")
