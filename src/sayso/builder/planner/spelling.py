"""Slips of the keyboard put right before reading, with every place of the corrected text known in the wish."""

import re
from dataclasses import dataclass
from functools import cache

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import is_plural, plural, singular

_WORD = re.compile(r"(?<![\w'@./#-])[a-zA-Z][a-zA-Z']*/?(?![\w@'])")
_FUZZY_LETTERS_MIN = 6
_VOWELS = "aeiou"


@dataclass(frozen=True, slots=True)
class Text:
    """`text` is what is read; `places[i]` is where its character `i` stands in the wish."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        last = len(self.places) - 1
        if last < 0:
            return 0, 0
        return self.places[min(start, last)], self.places[min(max(end - 1, start), last)] + 1


@cache
def _vocabulary() -> frozenset[str]:
    known: set[str] = set()
    for phrase in (*lexicon.fields(), *lexicon.tables()):
        for word in phrase.split():
            known |= {word, singular(word), plural(word)}
    return frozenset(w for w in known if len(w) >= 4) | lexicon.verbs() | lexicon.common()


@cache
def _near() -> dict[str, tuple[str, ...]]:
    """From a word with one letter left out to the words that it came from."""
    near: dict[str, list[str]] = {}
    for word in _vocabulary():
        if len(word) >= _FUZZY_LETTERS_MIN and word.isalpha():
            for i in range(1, len(word)):
                near.setdefault(word[:i] + word[i + 1 :], []).append(word)
    return {k: tuple(sorted(set(v))) for k, v in near.items()}


def _slip(word: str, meant: str) -> bool:
    """A letter too many or too few, two swapped, or a wrong vowel: what fingers do, not what other words are."""
    if abs(len(word) - len(meant)) == 1:
        longer, shorter = (word, meant) if len(word) > len(meant) else (meant, word)
        at = next((i for i, (a, b) in enumerate(zip(longer, shorter, strict=False)) if a != b), len(shorter))
        return (at > 0 and longer[at] == longer[at - 1] and longer[at] not in "e") or 1 < at < len(shorter) - 3
    wrong = [i for i, (a, b) in enumerate(zip(word, meant, strict=False)) if a != b]
    if len(wrong) == 1:
        return len(word) >= 7 and wrong[0] > 1 and word[wrong[0]] in _VOWELS and meant[wrong[0]] in _VOWELS
    return (
        len(wrong) == 2 and wrong[1] == wrong[0] + 1 and word[wrong[0]] == meant[wrong[1]] and word[wrong[1]] == meant[wrong[0]]
    )


@cache
def corrected(word: str) -> str:
    """What was meant by a lower-case word; the word itself when it is known, short, or like no other."""
    if word in lexicon.spellings():
        return lexicon.spellings()[word]
    if len(word) < _FUZZY_LETTERS_MIN or not word.isalpha() or word in _vocabulary() or singular(word) in _vocabulary():
        return word
    if word.endswith(
        ("ing", "ed", "ly", "er", "est", "ment", "ness", "tion", "ises", "izes", "ites", "ory", "ary", "ive", "al", "eers")
    ):
        return word
    if singular(word).endswith("er"):
        return word
    forms = {word, *(word[:i] + word[i + 1 :] for i in range(1, len(word)))}
    candidates = {m for f in forms for m in _near().get(f, ())} | {
        f for f in forms if f in _vocabulary() and len(f) >= _FUZZY_LETTERS_MIN
    }
    good = sorted(m for m in candidates if _slip(word, m) and is_plural(m) == is_plural(word))
    return good[0] if len(good) == 1 and good[0] != singular(word) and good[0] != plural(word) else word


def spelled(text: str) -> Text:
    """The text with slips put right. Names in capitals (`ACME`, `McRae`) are left alone."""
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for m in _WORD.finditer(text):
        word = m[0]
        small = word.lower()
        meant = corrected(small) if small.isascii() and not (word.isupper() and len(word) > 1) else small
        if meant == small or (len(small) == 1 and not _alone(text, m.start(), m.end())):
            continue
        if word[0].isupper() and len(small) > 1:
            meant = meant[0].upper() + meant[1:]
        pieces += [text[at : m.start()], meant]
        places += range(at, m.start())
        places += [m.start() + min(i, len(word) - 1) for i in range(len(meant))]
        at = m.end()
    pieces.append(text[at:])
    places += range(at, len(text))
    return Text("".join(pieces), tuple(places))


def _alone(text: str, start: int, end: int) -> bool:
    """Single letters mean words only between words: `name n phone`, not `plan n.`"""
    return (
        start > 0
        and text[start - 1] == " "
        and end < len(text)
        and text[end] == " "
        and text[start].islower()
        and start > 1
        and (text[start - 2].isalnum() or text[start - 2] in ").,")
    )
