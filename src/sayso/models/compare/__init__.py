"""Two to four models side by side, in a table and in sentences computed from the figures.

    compare(directory, ["gpt-image-1", "o4-mini"], today)

Pure and quick: nothing here is written by hand for a pair, and no sentence sets a price against another of a different kind without saying so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sayso.errors import Invalid
from sayso.models import lifecycle
from sayso.models.compare.difference import Difference
from sayso.models.compare.pair import of_two
from sayso.models.compare.picks import Pick, picks
from sayso.models.compare.questions import Question, questions
from sayso.models.compare.related import Related, related
from sayso.models.compare.several import of_several
from sayso.models.compare.side import WHAT, Side
from sayso.models.compare.table import Row, table
from sayso.models.directory import Directory
from sayso.models.words import listing

MODELS_MIN, MODELS_MAX = 2, 4


@dataclass(frozen=True, slots=True)
class Comparison:
    title: str
    summary: str
    """One or two sentences: what each is, and what stands out."""
    sides: tuple[Side, ...]
    table: tuple[Row, ...]
    """At a glance."""
    differences: tuple[Difference, ...]
    picks: tuple[Pick, ...]
    related: tuple[Related, ...]
    faq: tuple[Question, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(side.model.id for side in self.sides)

    @property
    def address(self) -> str:
        """The one address of this comparison, whichever way round it was asked for."""
        return address(self.ids)

    def as_json(self, day: date) -> dict[str, Any]:
        return {
            "title": self.title,
            "summary": self.summary,
            "address": self.address,
            "models": [side.model.as_json(day) | {"lifecycle": side.life.as_json()} for side in self.sides],
            "table": [row.as_json() for row in self.table],
            "differences": [one.as_json() for one in self.differences],
            "picks": [pick.as_json() for pick in self.picks],
            "related": [one.as_json() for one in self.related],
            "faq": [question.as_json() for question in self.faq],
        }


def compare(directory: Directory, names: Sequence[str], today: date) -> Comparison:
    """Compares two to four different models. Raises `Invalid` for other numbers of them, `NotFound` for names that mean none."""
    models = [directory.read(name) for name in dict.fromkeys(names)]
    models = list({model.id: model for model in models}.values())
    if not MODELS_MIN <= len(models) <= MODELS_MAX:
        raise Invalid(f"A comparison is of {MODELS_MIN} to {MODELS_MAX} different models.")
    sides = tuple(Side(model, lifecycle.of(model, directory, today), today) for model in models)
    found = tuple(of_two(*sides) if len(sides) == 2 else of_several(sides))
    return Comparison(
        " vs ".join(side.name for side in sides),
        _summary(sides, found),
        sides,
        table(sides),
        found,
        picks(sides, directory),
        related(sides, directory, today),
        questions(sides, directory),
    )


def address(ids: Sequence[str]) -> str:
    return "-vs-".join(sorted(ids))


def _summary(sides: tuple[Side, ...], found: tuple[Difference, ...]) -> str:
    what = _what(sides)
    gone = [side.name for side in sides if side.gone]
    if len(gone) == len(sides):
        return f"{what}. {'Both are' if len(sides) == 2 else 'All are'} shut down."
    if gone:
        return f"{what}. {listing(gone)} {'is' if len(gone) == 1 else 'are'} shut down."
    told = next(
        (
            f"{one.text} {one.but or ''}"
            for one in found
            if one.topic in ("input", "image", "audio", "characters", "output") and one.winner
        ),
        "",
    )
    return f"{what}. {told}".strip()


def _what(sides: tuple[Side, ...]) -> str:
    """What they are, in as few words as it takes."""
    if len({side.model.type for side in sides}) > 1:
        return listing([f"{side.name} is {side.what}" for side in sides])
    kind = WHAT[sides[0].model.type].removeprefix("an ").removeprefix("a ")
    both = "both " if len(sides) == 2 else ""
    if len({side.model.maker for side in sides}) == 1:
        return f"{listing([side.name for side in sides])} are {both}{kind}s by {sides[0].model.maker_name}"
    return f"{listing([f'{side.name} by {side.model.maker_name}' for side in sides])} are {both}{kind}s"
