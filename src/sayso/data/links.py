"""Links: each pair of rows is stored once and seen from both ends.

Where the field at the other end holds one row only, linking takes the row from whoever had it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, TableValuedAlias, cast, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, DOUBLE_PRECISION
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.open_app import OpenApp
from sayso.data.physical import Pairs, pairs_of
from sayso.data.rights.visible import visible
from sayso.errors import Invalid, Problem
from sayso.spec.fields import Link
from sayso.spec.table import Table

LINKS_PER_ROW_MAX = 10_000

Lists = dict[int, list[int]]
Places = Mapping[int, Mapping[int, float]]
"""By row and linked id: where the pair stands. Both ends read it, so that what is put back must stand where it stood."""


@dataclass(slots=True)
class Relinked:
    """`before` and `after`: linked ids by row, for rows whose list changed. `others`: rows at the other end that changed."""

    before: Lists = field(default_factory=dict)
    after: Lists = field(default_factory=dict)
    others: set[int] = field(default_factory=set)
    was: Places = field(default_factory=dict)
    now: Places = field(default_factory=dict)

    def sides(self, number: int, row: int) -> tuple[dict[int | str, Any], dict[int | str, Any]]:
        """What history keeps of a row, before and after: the ids by the link's number, and where they stood."""
        sides = ((self.before[row], self.was[row]), (self.after[row], self.now[row]))
        before, after = ({number: ids, f"{number}p": [places[id] for id in ids]} for ids, places in sides)
        return before, after


async def current(tx: AsyncConnection, pairs: Pairs, rows: Iterable[int]) -> Lists:
    """Linked ids of each row, in their order; trashed rows among them, for they may come back."""
    return {row: list(places) for row, places in (await _places(tx, pairs, rows)).items()}


async def _places(tx: AsyncConnection, pairs: Pairs, rows: Iterable[int]) -> dict[int, dict[int, float]]:
    mine, theirs, position = pairs.sql.c[pairs.mine], pairs.sql.c[pairs.theirs], pairs.sql.c.position
    found = select(mine, theirs, position).where(mine == func.any(_array(rows))).order_by(mine, position, theirs)
    places: dict[int, dict[int, float]] = {id: {} for id in rows}
    for row, other, place in (await tx.execute(found)).all():
        places[row][other] = place
    return places


async def with_unseen(tx: AsyncConnection, app: OpenApp, table: Table, link: Link, wanted: Mapping[int, list[int]]) -> Lists:
    """The lists that are wanted, with the rows that each row is linked to and the writer does not see: nobody takes away what is
    hidden from them. A link to one row holds the one that was chosen."""
    if app.sight.rows(link.to) is None:
        return dict(wanted)
    had = await current(tx, pairs_of(app, table, link), wanted)
    seen = await visible(tx, app, link.to, {id for ids in had.values() for id in ids}, trashed=True)
    unseen = {row: [id for id in ids if id not in seen] for row, ids in had.items()}
    return {row: ids if ids and not link.many else [*ids, *unseen[row]] for row, ids in wanted.items()}


async def replace(
    tx: AsyncConnection, app: OpenApp, table: Table, link: Link, wanted: Mapping[int, list[int]], back: Places | None = None
) -> Relinked:
    """Makes these the linked rows of each row, and of no other where only one may have them. `back` puts pairs where they stood."""
    pairs = pairs_of(app, table, link)
    was = await _places(tx, pairs, wanted)
    before: Lists = {row: list(places) for row, places in was.items()}
    after: Lists = {row: ids for row, ids in wanted.items() if ids != before[row]}
    if not after:
        return Relinked()
    if any(len(ids) > LINKS_PER_ROW_MAX for ids in after.values()):
        raise Invalid(Problem(f"values/{link.id}", f"{link.name} links to at most {LINKS_PER_ROW_MAX:,} rows"))
    if _alone(app, table, link):
        await _take(tx, pairs, link, before, after)
        was |= await _places(tx, pairs, after.keys() - was.keys())
    await _store(tx, pairs, was, after, back or {})
    others = {o for row in after for o in set(before[row]) ^ set(after[row])}
    return Relinked({row: before[row] for row in after}, after, others, was, await _places(tx, pairs, after))


def _alone(app: OpenApp, table: Table, link: Link) -> bool:
    """Whether a row at the other end is linked from one row only, whether the writer sees that end or not."""
    whole, there = app.whole.table(table.id), app.whole.table(link.to)
    end = whole.field(link.id) if whole is not None else None
    reverse = there.field(end.reverse) if there and isinstance(end, Link) and end.reverse else None
    return isinstance(reverse, Link) and not reverse.many


async def _take(tx: AsyncConnection, pairs: Pairs, link: Link, before: Lists, after: Lists) -> None:
    """The rows that lose a linked row to others are changed as well."""
    owner: dict[int, int] = {}
    for row, ids in after.items():
        for id in set(ids) - set(before[row]):
            if id in owner:
                raise Invalid(
                    Problem(f"values/{link.id}", f"{link.name}: row {id} can be linked from one row only, not from two")
                )
            owner[id] = row
    mine, theirs = pairs.sql.c[pairs.mine], pairs.sql.c[pairs.theirs]
    had = (await tx.execute(select(mine, theirs).where(theirs == func.any(_array(owner))))).all()
    losing = sorted({row for row, id in had if row != owner[id]})
    for row, ids in (await current(tx, pairs, [r for r in losing if r not in after])).items():
        before[row], after[row] = ids, ids
    lost: dict[int, set[int]] = defaultdict(set)
    for row, id in had:
        if row != owner[id]:
            lost[row].add(id)
    for row in losing:
        after[row] = [id for id in after[row] if id not in lost[row]]


async def _store(tx: AsyncConnection, pairs: Pairs, before: Places, after: Lists, back: Places) -> None:
    mine, theirs, position = pairs.sql.c[pairs.mine], pairs.sql.c[pairs.theirs], pairs.sql.c.position
    gone = [(row, id, 0.0) for row in after for id in set(before[row]) - set(after[row])]
    if gone:
        old = _listed(gone)
        await tx.execute(delete(pairs.sql).where(tuple_(mine, theirs).in_(select(old.c.row, old.c.id))))
    standing = {row: _standing(ids, before[row], back.get(row)) for row, ids in after.items()}
    new = [(row, id, place) for row, ids in standing.items() for id, place in ids.items() if id not in set(before[row])]
    if new:
        rows = _listed(new)
        await tx.execute(insert(pairs.sql).from_select([mine, theirs, position], select(rows.c.row, rows.c.id, rows.c.place)))
    again = [row for row in after if row in back or _moved(list(before[row]), after[row])]
    moved = [(row, id, place) for row in again for id, place in standing[row].items()]
    if moved:
        rows = _listed(moved)
        here = (mine == rows.c.row) & (theirs == rows.c.id)
        await tx.execute(update(pairs.sql).where(here).values(position=rows.c.place))


def _standing(ids: list[int], before: Mapping[int, float], back: Mapping[int, float] | None) -> dict[int, float]:
    """Where each pair stands from now on: where it is put back to, else by its place in the list."""
    if back is None:
        return {id: float(n) for n, id in enumerate(ids)}
    return {id: back.get(id, before.get(id, float(n))) for n, id in enumerate(ids)}


def _moved(before: list[int], after: list[int]) -> bool:
    """Whether the places that pairs have now would not give the new order."""
    kept = set(before)
    return bool(kept & set(after)) and after != [id for id in before if id in after]


def _listed(pairs: list[tuple[int, int, float]]) -> TableValuedAlias:
    kinds = (BigInteger, BigInteger, DOUBLE_PRECISION)
    columns = [cast([p[n] for p in pairs], ARRAY(kind)) for n, kind in enumerate(kinds)]
    return func.unnest(*columns).table_valued("row", "id", "place", name="listed").render_derived()


def _array(ids: Iterable[int]) -> ColumnElement[Any]:
    return cast(list(ids), ARRAY(BigInteger))
