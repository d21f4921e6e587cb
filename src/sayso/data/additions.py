"""New rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import assignments, attached, events, links, provenance, references, written
from sayso.data.cleaning import Clean, cleaned
from sayso.data.clock import Clock
from sayso.data.open_app import OpenApp
from sayso.data.physical import Rows
from sayso.data.rights import writing
from sayso.data.row import Row, called, links_in, may_write, raw_values, remember, shown, tell_others, where
from sayso.data.written import Kept
from sayso.errors import Invalid, Problem
from sayso.spec.fields import Link
from sayso.spec.table import Table
from sayso.team.actor import Actor

Values = Mapping[str, Any]


async def add(
    tx: AsyncConnection, app: OpenApp, table: Table, many: Sequence[Values], paths: Sequence[str], by: Actor
) -> list[Row]:
    rows = may_write(app, by, table, "add", len(many))
    problems: list[Problem] = []
    clock = Clock.of(app.spec.zone)
    clean = [cleaned(app, table, values, problems, path=p, new=True, clock=clock) for values, p in zip(many, paths, strict=True)]
    for values, one in zip(many, clean, strict=True):
        writing.begun(app, table, one, values)
    await references.check(tx, app, table, clean, [], problems)
    if problems:
        raise Invalid.of(problems)
    async with writing.all_or_nothing(tx, app, table):
        kept = await written.create(tx, app, rows, [raw_values(rows, one) for one in clean])
        kept += await _link_new(tx, app, table, rows, dict(zip(kept.ids, clean, strict=True)))
        ids = kept.ids[: len(clean)]
        await writing.still_seen(tx, app, table, ids)
    await attached.follow(tx, rows, kept)
    await provenance.follow(tx, app, rows, kept)
    await assignments.tell(tx, app, rows, kept)
    await events.write(tx, "row.created", rows=ids, **where(app, table, rows))
    made = await shown(tx, app, table, ids)
    what = called(table, made[0]) if len(made) == 1 else f"{len(made)} rows"
    await remember(tx, app, rows, kept, f"Add {what} to {table.name}")
    return made


async def _link_new(tx: AsyncConnection, app: OpenApp, table: Table, rows: Rows, new: dict[int, Clean]) -> Kept:
    """The links of new rows. Rows that lose a linked row to them are changed, and remember it."""
    kept = written.NOTHING
    for link in links_in(table):
        wanted = {id: one.links[link.id] for id, one in new.items() if one.links.get(link.id)}
        if not wanted:
            continue
        done = await links.replace(tx, app, table, link, wanted)
        await tell_others(tx, app, table, link, done)
        number = rows.numbers[link.id]
        await written.amend(tx, app, rows, {id: done.sides(number, id)[1] for id in done.after if id in new})
        losing = [written.Change(id, {}, *done.sides(number, id)) for id in done.after if id not in new]
        kept += await written.change(tx, app, rows, losing)
        await _tell_losing(tx, app, table, rows, link, losing)
    return kept


async def _tell_losing(
    tx: AsyncConnection, app: OpenApp, table: Table, rows: Rows, link: Link, losing: Sequence[written.Change]
) -> None:
    if losing:
        ids = [c.id for c in losing]
        await events.write(tx, "row.changed", rows=ids, payload={"fields": [link.id]}, **where(app, table, rows))
