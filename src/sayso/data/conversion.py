"""Filling a new column from an old one, and an old one that is taken up again with what has changed since.

Values are read once each, turned in Python by the kinds' own rules (so that a conversion reads text exactly as a person typing it
would be read), and written by one statement. The old column stays as it is.
"""

# ruff: noqa: S608  names in statements are numbers of the catalogue, or quoted by the dialect

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import link_conversion
from sayso.data.ground import Ground
from sayso.data.layout import Fill
from sayso.data.physical import KEPT
from sayso.data.staged import add, staged
from sayso.data.turned import Turn, turn
from sayso.spec.fields import Autonumber, Link

BATCH_VALUES = 2_000


def by_row(fill: Fill) -> bool:
    """Whether values are found row by row, since they do not lie in a column."""
    return isinstance(fill.old, Link) or isinstance(fill.new, Link) or fill.old.storage == "computed"


async def prepared(tx: AsyncConnection, ground: Ground, fill: Fill) -> str | None:
    """What can be worked out before the table is touched, while everyone else goes on reading it: new values by old ones."""
    if fill.back or by_row(fill) or isinstance(fill.new, Autonumber):
        return None
    rows, old = f"{ground.schema}.t_{fill.table_no}", column_of(fill.old, fill.source)
    values = await _values(tx, f"select distinct {old} from {rows} where {old} is not null")
    return await mapped(tx, values, fill.old, fill.new, turn(fill.old, fill.new, ground.people))


async def fill(tx: AsyncConnection, ground: Ground, fill: Fill, forth: str | None) -> None:
    """`forth` is what `prepared` gave."""
    if isinstance(fill.new, Autonumber):
        return
    if by_row(fill):
        await link_conversion.fill(tx, ground, fill)
    elif fill.back:
        await _back(tx, ground, fill)
    elif forth:
        rows, old, new = f"{ground.schema}.t_{fill.table_no}", column_of(fill.old, fill.source), f"c_{fill.target}"
        await tx.execute(
            text(f"update {rows} as t set {new} = m.new from {forth} as m where m.old = t.{old} and m.new is not null")
        )


def column_of(field: Any, number: int | None) -> str:
    """A column of the catalogue, or one that every row keeps."""
    return KEPT[field.kind] if number is None else f"c_{number}"


def type_of(field: Any) -> str:
    """In PostgreSQL; a storage is called by its type."""
    if field.kind in KEPT:
        return "timestamptz" if field.kind.endswith("_at") else "text"
    return str(field.storage)


async def _back(tx: AsyncConnection, ground: Ground, fill: Fill) -> None:
    """`target` held the values before: a row whose present value is still what came of them keeps the old one exactly."""
    rows, now, held = f"{ground.schema}.t_{fill.table_no}", column_of(fill.old, fill.source), f"c_{fill.target}"
    values = await _values(tx, f"select distinct {held} from {rows} where {held} is not null")
    forth = await mapped(tx, values, fill.new, fill.old, turn(fill.new, fill.old, ground.people))
    yes_no = fill.old.storage == "boolean"
    present, expected = (f"coalesce(t.{now}, false)", "coalesce(m.new, false)") if yes_no else (f"t.{now}", "m.new")
    edited = f"{rows} as t left join {forth} as m on m.old = t.{held}"
    since = await _values(
        tx, f"select distinct t.{now} from {edited} where {present} is distinct from {expected} and t.{now} is not null"
    )
    back = await mapped(tx, since, fill.old, fill.new, turn(fill.old, fill.new, ground.people))
    changed = (
        f"select t.id, b.new from {edited} left join {back} as b on b.old = t.{now} where {present} is distinct from {expected}"
    )
    new = "coalesce(o.new, false)" if fill.new.storage == "boolean" else "o.new"
    await tx.execute(text(f"update {rows} as t set {held} = {new} from ({changed}) as o where o.id = t.id"))


async def mapped(tx: AsyncConnection, values: list[Any], old: Any, new: Any, turned: Turn) -> str:
    """A table of this transaction that says for each old value the new one. Other requests go on meanwhile."""
    kinds = (type_of(old), type_of(new))
    name = await staged(tx, kinds, ())
    for start in range(0, len(values), BATCH_VALUES):
        batch = values[start : start + BATCH_VALUES]
        await add(tx, name, kinds, await asyncio.to_thread(lambda some=batch: [(v, turned(v)[0]) for v in some]))
    await tx.execute(text(f"analyze {name}"))
    return name


async def _values(tx: AsyncConnection, query: str) -> list[Any]:
    """Read whole before anything is written: two statements cannot share a connection."""
    return list((await tx.execute(text(query))).scalars())
