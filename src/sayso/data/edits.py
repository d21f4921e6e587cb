"""Changed rows: locked, checked against what others did, cleaned, written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import assignments, attached, events, links, provenance, references, written
from sayso.data.cleaning import cleaned
from sayso.data.clock import Clock
from sayso.data.open_app import OpenApp
from sayso.data.physical import Rows, rows_of
from sayso.data.rights import writing
from sayso.data.row import Row, called, links_in, may_write, raw_values, remember, shown, tell_others, where
from sayso.data.written import Kept
from sayso.db.tables import history
from sayso.errors import Conflict, Invalid, NotFound, Problem
from sayso.spec.fields import Link
from sayso.spec.table import Table
from sayso.team.actor import Actor


@dataclass(frozen=True, slots=True)
class Edit:
    """New values of some fields of one row; with `version`, only if nobody changed the row since."""

    id: int
    values: Mapping[str, Any]
    version: int | None = None


async def edit(
    tx: AsyncConnection, app: OpenApp, table: Table, edits: Sequence[Edit], paths: Sequence[str], by: Actor, *, act: bool = True
) -> tuple[list[Row], Kept]:
    rows = may_write(app, by, table, "edit", len(edits))
    if len({e.id for e in edits}) < len(edits):
        raise Invalid(Problem("rows", "name the same row twice"))
    problems: list[Problem] = []
    clock = Clock.of(app.spec.zone)
    clean = [cleaned(app, table, e.values, problems, path=p, clock=clock) for e, p in zip(edits, paths, strict=True)]
    ids = [e.id for e in edits]
    await locked(tx, app, table, edits)
    await writing.may_be(tx, app, table, ids, "edit")
    await references.check(tx, app, table, clean, ids, problems)
    if problems:
        raise Invalid.of(problems)
    changes = {id: written.Change(id, raw_values(rows, one)) for id, one in zip(ids, clean, strict=True)}
    async with writing.all_or_nothing(tx, app, table):
        for link in links_in(table):
            wanted = {id: one.links[link.id] for id, one in zip(ids, clean, strict=True) if link.id in one.links}
            if wanted:
                await relink(tx, app, table, rows, link, wanted, changes)
        kept = await written.change(tx, app, rows, list(changes.values()))
        await writing.still_seen(tx, app, table, ids)
    await attached.follow(tx, rows, kept)
    await provenance.follow(tx, app, rows, kept)
    await assignments.tell(tx, app, rows, kept)
    fields = sorted({f for e in edits for f in e.values} | {link.id for link in links_in(table) if _touches(changes, rows, link)})
    if kept.ids:
        await events.write(tx, "row.changed", rows=kept.ids, payload={"fields": fields}, **where(app, table, rows))
    now = await shown(tx, app, table, ids)
    if act and kept.ids:
        names = ", ".join(f.name for f in table.fields if f.id in fields)
        await remember(
            tx, app, rows, kept, f"Change {names[:80]} of {called(table, now[0]) if len(now) == 1 else f'{len(now)} rows'}"
        )
    return now, kept


async def relink(
    tx: AsyncConnection,
    app: OpenApp,
    table: Table,
    rows: Rows,
    link: Link,
    wanted: dict[int, list[int]],
    changes: dict[int, written.Change],
) -> None:
    done = await links.replace(tx, app, table, link, await links.with_unseen(tx, app, table, link, wanted))
    number = rows.numbers[link.id]
    for id in done.after:
        one = changes.setdefault(id, written.Change(id, {}))
        before, after = done.sides(number, id)
        one.before.update(before)
        one.after.update(after)
    await tell_others(tx, app, table, link, done)


def _touches(changes: dict[int, written.Change], rows: Rows, link: Link) -> bool:
    return any(rows.numbers[link.id] in one.after for one in changes.values())


async def locked(tx: AsyncConnection, app: OpenApp, table: Table, edits: Sequence[Edit]) -> None:
    """Locks the rows in the order of their ids, so that two writers never wait for one another in a circle."""
    t = rows_of(app, table).sql.c
    wanted = (
        select(t.id, t.version).where(t.id.in_([e.id for e in edits]), t.deleted_at.is_(None)).order_by(t.id).with_for_update()
    )
    versions = {row.id: row.version for row in (await tx.execute(wanted)).all()}
    seen = await writing.seen(tx, app, table, list(versions))
    missing = [e.id for e in edits if e.id not in seen]
    if missing:
        raise NotFound(f"{table.name} has no row {', '.join(map(str, missing[:5]))}.")
    stale = [e for e in edits if e.version is not None and e.version != versions[e.id]]
    if stale and (stale := await _by_people(tx, app, table, stale)):
        raise await _conflict(tx, app, table, stale)


async def _by_people(tx: AsyncConnection, app: OpenApp, table: Table, stale: Sequence[Edit]) -> list[Edit]:
    """Those of which anybody but a model made the version of now out of what was seen: what a model wrote meanwhile is no reason
    to refuse a person."""
    h, since = history.c, [(history.c.row_id == e.id) & (history.c.version > (e.version or 0)) for e in stale]
    mine = (h.app == app.number) & (h.table_no == rows_of(app, table).number) & h.kind.in_(["changed", "trashed", "restored"])
    others = set((await tx.execute(select(h.row_id).where(mine, or_(*since), h.by != "model"))).scalars())
    return [e for e in stale if e.id in others]


async def _conflict(tx: AsyncConnection, app: OpenApp, table: Table, stale: Sequence[Edit]) -> Conflict:
    theirs = await shown(tx, app, table, [e.id for e in stale])
    yours = [{"id": e.id, "version": e.version, "values": dict(e.values)} for e in stale]
    who = f"{called(table, theirs[0])} was" if len(stale) == 1 else f"{len(stale)} rows were"
    one = len(stale) == 1
    return Conflict(f"{who} changed since you read it.", yours=yours[0] if one else yours, theirs=theirs[0] if one else theirs)
