"""A marked piece of the wish: what the tagger finds, before anything makes sense of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sayso.builder.planner.normalise import lowered
from sayso.builder.planner.spelling import Text
from sayso.spec.app import App

Tag = Literal["T", "F", "L", "O", "X", "V", "W", "S", "C", "D", "A", "R", "E"]
"""Table, field, link, list of choices, worked-out value, view, when a rule starts, its schedule, its condition, what it does,
what a model does, role, change of what is there."""
Relation = Literal["of", "choices", "target", "about", "by"]
"""A field and its table, choices and their field, a link and its table, a view or rule and its table, a view and its field."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a tagger says: characters of the wish as it was typed, a tag, and how sure it is (0 to 1)."""

    start: int
    end: int
    tag: Tag
    sure: float = 1.0


class Heard(Protocol):
    """What a tagger heard in one wish: its marks in order and without overlap, and what it thinks of them. Marks go by their place in `found`."""

    @property
    def found(self) -> Sequence[Found]: ...

    def support(self, start: int, end: int, tags: str) -> float:
        """How likely the words between two characters carry one of some tags, 0 to 1, on average."""
        ...

    def meanings(self, mark: int) -> Mapping[str, float]:
        """The chances of what a mark means in detail, as `heads.CLASSES` call it; empty when it has no opinion."""
        ...

    def related(self, relation: Relation, mark: int) -> Mapping[int | None, float]:
        """The marks that may be the other end, with their chances; None stands for one that is not mentioned."""
        ...

    def expected(self) -> Mapping[str, float]:
        """How likely the wish is one to `plan`, to ask about (`question`), or to refuse (`refusal`)."""
        ...


class Tagger(Protocol):
    """Hears what the words of a wish mean, the app's own names helping when there is one; None when it cannot hear."""

    def __call__(self, words: str, app: App | None = None) -> Heard | None: ...


@dataclass(frozen=True, slots=True)
class Marked:
    """Marks alone, without any further opinion: an annotated wish, or a test."""

    found: Sequence[Found]

    def support(self, start: int, end: int, tags: str) -> float:
        covered = sum(max(0, min(f.end, end) - max(f.start, start)) for f in self.found if f.tag in tags)
        return min(covered / max(end - start, 1), 1.0)

    def meanings(self, mark: int) -> Mapping[str, float]:
        return {}

    def related(self, relation: Relation, mark: int) -> Mapping[int | None, float]:
        return {}

    def expected(self) -> Mapping[str, float]:
        return {}


@dataclass(frozen=True, slots=True)
class Mark:
    """A found piece in the text that is read: places there, its words as typed and in lower case; `place` is its place among the found."""

    start: int
    end: int
    tag: Tag
    raw: str
    text: str
    sure: float = 1.0
    place: int = 0

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


def marks_of(text: Text, found: Sequence[Found]) -> list[Mark]:
    """The found pieces in the places of the corrected text, without the space and commas around them."""
    made: list[Mark] = []
    at = 0
    places = text.places
    for place, one in sorted(enumerate(found), key=lambda f: f[1].start):
        while at < len(places) and places[at] < one.start:
            at += 1
        end = at
        while end < len(places) and places[end] < one.end:
            end += 1
        start = at
        edge = " \n,;:" if one.tag == "E" else ' \n,;:"'
        while start < end and text.text[start] in edge + ".":
            start += 1
        while end > start and text.text[end - 1] in edge:
            end -= 1
        if end > start and (
            one.tag not in "TFLX" or any(c.isalpha() or (c in "€$£#" and one.sure > 0.5) for c in text.text[start:end])
        ):
            raw = text.text[start:end]
            made.append(Mark(start, end, one.tag, raw, lowered(raw), one.sure, place))
    return made
