"""A text as the tagger reads it: words with their places and pieces, and windows of them that fit into the model."""

from collections.abc import Sequence
from dataclasses import dataclass

from sayso.gateway.builtin.wordpiece import Tokens

WINDOW_PIECES_MAX = 192
"""Pieces in a window, the two ends counted: several sentences, so that each helps the others."""
BEFORE_PIECES = 24
"""Pieces of the text before a window that are read again with it."""
TEXT_PIECES_MAX = 16_000
"""What is beyond is not read: some 12,000 words, which take some 200 MB of memory, the model included."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text. `pieces[i]` is where word `i` begins in `tokens`; one more entry tells where the last ends."""

    text: str
    tokens: Tokens
    spans: list[tuple[int, int]]
    pieces: list[int]
    starts: list[bool]
    """Whether a word is the first of its line."""

    @classmethod
    def of(cls, text: str, tokens: Tokens) -> "Words":
        spans: list[tuple[int, int]] = []
        pieces: list[int] = []
        stop = min(len(tokens) - 1, TEXT_PIECES_MAX)
        for i in range(1, stop):
            start, end = tokens.spans[i]
            if tokens.words[i] == tokens.words[i - 1]:
                spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            else:
                spans.append((start, end))
                pieces.append(i)
        lines = [i == 0 or "\n" in text[spans[i - 1][1] : start] for i, (start, _) in enumerate(spans)]
        return cls(text, tokens, spans, [*pieces, stop], lines)

    def __len__(self) -> int:
        return len(self.spans)

    def plain(self) -> list[str]:
        """The words in lower case."""
        return [self.text[start:end].lower() for start, end in self.spans]

    def within(self, start: int, end: int) -> range:
        """The words that lie in a piece of the text, at least in part."""
        first = _first(self.spans, start)
        last = first
        while last < len(self.spans) and self.spans[last][0] < end:
            last += 1
        return range(first, last)


def _first(spans: Sequence[tuple[int, int]], place: int) -> int:
    low, high = 0, len(spans)
    while low < high:
        middle = (low + high) // 2
        if spans[middle][1] <= place:
            low = middle + 1
        else:
            high = middle
    return low


@dataclass(frozen=True, slots=True)
class Window:
    """Words `first` to `stop` are read together; the labels of those from `own` on are taken."""

    first: int
    own: int
    stop: int


def windows(words: Words) -> list[Window]:
    """The whole text when it fits; otherwise parts that end where a line or a sentence does, each with a little of what stands before."""
    room = WINDOW_PIECES_MAX - 2
    if words.pieces[-1] - 1 <= room:
        return [Window(0, 0, len(words))] if len(words) else []
    found: list[Window] = []
    own = 0
    while own < len(words):
        first = own
        while first > 0 and words.pieces[own] - words.pieces[first - 1] <= BEFORE_PIECES:
            first -= 1
        stop = own + 1
        while stop < len(words) and words.pieces[stop + 1] - words.pieces[first] <= room:
            stop += 1
        stop = _rounded(words, own, stop)
        found.append(Window(first, own, stop))
        own = stop
    return found


def _rounded(words: Words, own: int, stop: int) -> int:
    """The best place to stop in the later half of a window: between lines, sentences, or items."""
    if stop == len(words):
        return stop
    half = own + (stop - own) // 2
    for after in ((), (".", "!", "?", ";"), (",", ":")):
        for i in range(stop, half, -1):
            if (not after and words.starts[i]) or (after and words.text[slice(*words.spans[i - 1])] in after):
                return i
    return stop
