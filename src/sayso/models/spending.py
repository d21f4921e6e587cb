"""What a workspace's own calls would have cost on another model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sayso.models.cost import cost, rounded
from sayso.models.directory import Directory
from sayso.models.facts import shortest
from sayso.models.lifecycle import status_on
from sayso.models.listing import rows_of
from sayso.models.words import listing
from sayso.models.workload import Workload

CANDIDATES_MAX = 50
MODELS_OF_A_MAKER_MAX = 3


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """`total` is what the same calls would have cost, `None` when a price is not published; `saved` against what they did cost."""

    model: str
    name: str
    total: Decimal | None
    saved: Decimal | None
    sentence: str

    def as_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "name": self.name,
            "total": None if self.total is None else shortest(self.total),
            "saved": None if self.saved is None else shortest(self.saved),
            "sentence": self.sentence,
        }


def candidates(directory: Directory, used: Mapping[str, Workload], today: date, count: int = 12) -> tuple[str, ...]:
    """What is worth asking about when nobody says: of each maker the newest text models that are served, seeing ones when pictures were sent."""
    sees = any(work.image_input for work in used.values())
    rows = [
        row
        for row in rows_of(directory, today)
        if row.flagship and row.type == "text" and row.status == "current" and row.input is not None
    ]
    rows = [row for row in rows if row.released and (not sees or "vision" in row.abilities)]
    rows.sort(key=lambda row: (row.released or "", row.id), reverse=True)
    by_maker: dict[str, list[str]] = {}
    for row in rows:
        by_maker.setdefault(row.maker, []).append(row.id)
    turns = [ids[turn] for turn in range(MODELS_OF_A_MAKER_MAX) for ids in by_maker.values() if turn < len(ids)]
    return tuple(turns[:count])


def elsewhere(
    directory: Directory,
    used: Mapping[str, Workload],
    paid: Decimal,
    candidates: Sequence[str],
    day: date,
    *,
    days: int = 30,
) -> tuple[Elsewhere, ...]:
    """The cost of all that was used (model → its workload in the time asked of) on each candidate, the cheapest first.

    `paid` is what the ledger says it did cost. Tokens are taken as they were counted: another model may count the same text a few percent differently,
    and answer at another length, so this is an estimate and says so.
    """
    found = [_on(directory, used, paid, id, day, days) for id in dict.fromkeys(candidates[:CANDIDATES_MAX])]
    return tuple(sorted(found, key=lambda one: (one.total is None, one.total or Decimal(0), one.name)))


def _on(directory: Directory, used: Mapping[str, Workload], paid: Decimal, id: str, day: date, days: int) -> Elsewhere:
    model = directory.read(id)
    costs = [cost(model, work, day) for work in used.values()]
    missing = list(dict.fromkeys(name for one in costs for name in one.missing))
    if missing:
        prices = f"the price of {listing([name.lower() for name in missing])} is not published"
        return Elsewhere(model.id, model.name, None, None, f"On {model.name}: unknown, because {prices}.")
    total = sum((one.total for one in costs if one.total is not None), Decimal(0))
    sentence = f"Your last {days} days would have cost about {rounded(total)} on {model.name}{_than(total, paid)}."
    if status_on(model, day) == "retired":
        sentence += f" But {model.name} is shut down."
    return Elsewhere(model.id, model.name, total, paid - total, sentence)


def _than(total: Decimal, paid: Decimal) -> str:
    if paid <= 0:
        return ""
    share = ((total - paid) / paid * 100).quantize(Decimal(1), ROUND_HALF_UP)
    if share == 0:
        return f", about what you paid ({rounded(paid)})"
    much = f"{abs(share)} % {'less' if share < 0 else 'more'}" if share < 1000 else f"{total / paid:,.0f} times"
    return (
        f", {much} than the {rounded(paid)} that you paid"
        if "times" not in much
        else f", {much} the {rounded(paid)} that you paid"
    )
