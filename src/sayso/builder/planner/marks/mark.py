"""A marked piece of the wish: what the tagger finds, before anything makes sense of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sayso.builder.planner.normalise import lowered
from sayso.builder.planner.spelling import Text
from sayso.spec.app import App

Tag = Literal["T", "F", "L", "O", "X", "V", "W", "S", "C", "D", "A", "R", "E"]
"""Table, field, link, list of choices, worked-out value, view, when a rule starts, its schedule, its condition, what it does,
what a model does, role, change of what is there."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a tagger says: characters of the wish as it was typed, a tag, and how sure it is (0 to 1)."""

    start: int
    end: int
    tag: Tag
    sure: float = 1.0


class Tagger(Protocol):
    """Finds the marks of a wish, in order and without overlap; the app's own names help when there is one."""

    def __call__(self, words: str, app: App | None = None) -> Sequence[Found]: ...


@dataclass(frozen=True, slots=True)
class Mark:
    """A found piece in the text that is read: places there, its words as typed and in lower case."""

    start: int
    end: int
    tag: Tag
    raw: str
    text: str
    sure: float = 1.0

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


def marks_of(text: Text, found: Sequence[Found]) -> list[Mark]:
    """The found pieces in the places of the corrected text, without the space and commas around them."""
    made: list[Mark] = []
    at = 0
    places = text.places
    for one in sorted(found, key=lambda f: f.start):
        while at < len(places) and places[at] < one.start:
            at += 1
        end = at
        while end < len(places) and places[end] < one.end:
            end += 1
        start = at
        while start < end and text.text[start] in ' \n,;:."':
            start += 1
        while end > start and text.text[end - 1] in ' \n,;:"':
            end -= 1
        if end > start:
            raw = text.text[start:end]
            made.append(Mark(start, end, one.tag, raw, lowered(raw), one.sure))
    return made
