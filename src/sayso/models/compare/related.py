"""Comparisons that who reads this one may want next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import log
from typing import Any

from sayso.models.compare.side import Side
from sayso.models.directory import Directory
from sayso.models.listing import Listed, rows_of

RELATED_MAX = 6


@dataclass(frozen=True, slots=True)
class Related:
    ids: tuple[str, str]
    title: str

    def as_json(self) -> dict[str, Any]:
        return {"ids": list(self.ids), "title": self.title, "address": "-vs-".join(sorted(self.ids))}


def related(sides: tuple[Side, ...], directory: Directory, today: date) -> tuple[Related, ...]:
    """Each with its replacement first, then with its nearest in price and age, taking turns."""
    here = {side.id for side in sides}
    rows = {row.id: row for row in rows_of(directory, today)}
    turns = [list(_partners(rows[side.id], side, rows, here)) for side in sides]
    found: dict[tuple[str, ...], Related] = {}
    for round in range(RELATED_MAX):
        for side, partners in zip(sides, turns, strict=True):
            if round < len(partners) and len(found) < RELATED_MAX:
                other = partners[round]
                found.setdefault(tuple(sorted((side.id, other.id))), Related((side.id, other.id), f"{side.name} vs {other.name}"))
    return tuple(found.values())


def _partners(own: Listed, side: Side, rows: dict[str, Listed], here: set[str]) -> Iterator[Listed]:
    first = [
        id
        for id in (side.life.successor, side.model.replacement.value if side.model.replacement else None)
        if id in rows and id not in here
    ]
    seen = here | set(first)
    yield from (rows[id] for id in dict.fromkeys(first) if id)
    near = [
        row for row in rows.values() if row.type == own.type and row.id not in seen and row.flagship and row.status != "retired"
    ]
    yield from sorted(near, key=lambda row: (_far(own, row), row.id))[:RELATED_MAX]


def _far(own: Listed, other: Listed) -> float:
    """How little one is an alternative to the other: prices apart, and the same maker's older ones last."""
    apart = 2.0
    for one, two in ((own.input, other.input), (own.image, other.image)):
        if one and two:
            apart = abs(log(one / two))
            break
    return apart + (0.5 if own.maker == other.maker else 0.0)


def popular(directory: Directory, today: date, count: int = 400) -> tuple[tuple[str, str], ...]:
    """Pairs of the same type that are worth an entry in a sitemap: flagships that can be used, nearest first."""
    rows = [row for row in rows_of(directory, today) if row.flagship and row.status != "retired"]
    pairs = [(a, b) for position, a in enumerate(rows) for b in rows[position + 1 :] if a.type == b.type]
    ranked = sorted(pairs, key=lambda pair: (_far(*pair), pair[0].id, pair[1].id))
    return tuple(tuple(sorted((a.id, b.id))) for a, b in ranked[:count])  # pyright: ignore[reportReturnType]
