"""Connected tables and their syncs in the database: followed from the spec, begun, read, called off."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import events
from sayso.data.open_app import OpenApp
from sayso.data.physical import found
from sayso.db import tables as system
from sayso.db.source_tables import source_rows, source_syncs, sources
from sayso.errors import Conflict, Invalid, NotFound, Problem
from sayso.sources.source import OPEN, Origin, Sync, digest
from sayso.spec.source import Source
from sayso.spec.table import Table
from sayso.team.actor import Actor
from sayso.team.ids import new_id

LISTED_MAX = 200
SYNCS_KEPT_DAYS = 90
VERSIONS_LOOKED_AT = 50


def source_of(table: Table) -> Source:
    """Raises `NotFound` when its rows live here."""
    if table.source is None:
        raise NotFound(f"{table.name} is not connected: its rows live here.")
    return table.source


async def follow(tx: AsyncConnection, app: OpenApp, *, owner: str | None = None) -> None:
    """Brings what is kept in line with the app's spec. `owner` is who has just connected something; else whoever made the version that
    first said so is found in the versions."""
    c = sources.c
    kept = {row.table_no: row for row in (await tx.execute(select(sources).where(c.app == app.number))).all()}
    wanted = {app.columns.tables[t.id]: t for t in app.whole.tables if t.source is not None}
    for number in kept.keys() - wanted.keys():
        await _forgotten(tx, app.number, number)
    for number, table in wanted.items():
        was, source = kept.get(number), source_of(table)
        if was is None or was.definition != digest(source) or was.app_id != app.id:
            await _kept(tx, app, number, table, source, was, owner or await _author(tx, app, table))


async def _forgotten(tx: AsyncConnection, app: int, number: int) -> None:
    """The rows stay: they are the table's own from now on."""
    for t in (source_rows, sources):
        await tx.execute(delete(t).where(t.c.app == app, t.c.table_no == number))
    await _called_off(tx, app, number, "The table is not connected any more.")


async def _kept(
    tx: AsyncConnection, app: OpenApp, number: int, table: Table, source: Source, was: Any, owner: str | None
) -> None:
    values = {
        "workspace_id": app.by.workspace, "app": app.number, "table_no": number, "app_id": app.id, "table_id": table.id,
        "definition": digest(source), "connection": source.connection, "owner": owner, "problem": "",
        "next_at": next_at(source, app.spec.zone), "since": None, "mark": None, "full_at": None,
    }  # fmt: skip
    new = insert(sources).values(**values)
    await tx.execute(new.on_conflict_do_update(index_elements=["app", "table_no"], set_=values))
    if was is not None:
        await _called_off(tx, app.number, number, "The table was connected otherwise meanwhile.")


async def _called_off(tx: AsyncConnection, app: int, number: int, why: str) -> None:
    c = source_syncs.c
    off = update(source_syncs).where(c.app == app, c.table_no == number, c.state.in_(OPEN))
    await tx.execute(off.values(state="cancelled", why=why, ended_at=func.now()))


async def _author(tx: AsyncConnection, app: OpenApp, table: Table) -> str | None:
    """Who made the oldest version since which the table has been connected as it is now."""
    v = system.versions.c
    rows = (
        await tx.execute(select(v.by, v.spec).where(v.app == app.number).order_by(v.n.desc()).limit(VERSIONS_LOOKED_AT))
    ).all()
    by: str | None = None
    now = source_of(table).portable()
    for row in rows:
        there = next((t for t in row.spec.get("tables", ()) if t.get("id") == table.id), {})
        if there.get("source") != now:
            break
        by = row.by
    return by


def next_at(source: Source, zone: str, now: datetime | None = None) -> datetime | None:
    if source.cron is None or source.mode != "synced":
        return None
    return next(CronSim(source.cron, (now or datetime.now(UTC)).astimezone(ZoneInfo(zone)))).astimezone(UTC)


async def kept(tx: AsyncConnection, app: OpenApp, table: Table) -> Any:
    """The row of a connected table. Raises `NotFound`."""
    source_of(table)
    c = sources.c
    mine = (c.app == app.number) & (c.table_no == app.columns.tables[table.id])
    row = (await tx.execute(select(sources).where(mine))).one_or_none()
    if row is None or row.definition != digest(source_of(table)):
        await follow(tx, app)
        row = (await tx.execute(select(sources).where(mine))).one()
    return row


async def begin(
    tx: AsyncConnection,
    app: OpenApp,
    table_id: str,
    *,
    by: Actor,
    origin: Origin = "person",
    full: bool = False,
    force: bool = False,
) -> Sync:
    """The sync that waits now; the one under way when there is one already. Raises `NotFound`, `Forbidden`, `Invalid`."""
    app.must("write", by=by)
    table = found(app, table_id)
    source = source_of(table)
    if source.mode == "live":
        raise Invalid(Problem("mode", f"{table.name} is read live; there is nothing to sync", '"mode": "synced"'))
    await kept(tx, app, table)
    number = app.columns.tables[table.id]
    values = {
        "id": new_id("s"), "workspace_id": app.by.workspace, "app": app.number, "table_no": number, "app_id": app.id,
        "table_id": table.id, "definition": digest(source), "state": "waiting", "origin": origin, "full": full or force,
        "force": force, "by": by.member, "by_name": by.name,
    }  # fmt: skip
    c = source_syncs.c
    new = insert(source_syncs).values(**values)
    new = new.on_conflict_do_nothing(index_elements=["app", "table_no"], index_where=c.state.in_(OPEN)).returning(*c)
    row = (await tx.execute(new)).one_or_none()
    if row is None:
        there = select(source_syncs).where(c.app == app.number, c.table_no == number, c.state.in_(OPEN))
        row = (await tx.execute(there)).one_or_none()
        if row is None:
            raise Conflict("The sync under way has just ended. Ask again.")
        return Sync.of(row)
    sync = Sync.of(row)
    await tell(tx, sync)
    return sync


async def read(tx: AsyncConnection, app: OpenApp, table_id: str, id: str) -> Sync:
    """Raises `NotFound`."""
    app.must("read")
    c = source_syncs.c
    number = app.columns.tables[found(app, table_id).id]
    row = (await tx.execute(select(source_syncs).where(c.id == id, c.app == app.number, c.table_no == number))).one_or_none()
    if row is None:
        raise NotFound("There is no such sync.")
    return Sync.of(row)


async def listed(
    tx: AsyncConnection, app: OpenApp, table_id: str, *, before: str | None = None, limit: int = 50
) -> tuple[list[Sync], str | None]:
    """Newest first, and the cursor of those before."""
    app.must("read")
    c = source_syncs.c
    mine = (c.app == app.number) & (c.table_no == app.columns.tables[found(app, table_id).id])
    query = select(source_syncs).where(mine).order_by(c.position.desc()).limit(min(limit, LISTED_MAX) + 1)
    if before is not None:
        if not before.isdigit() or len(before) > 18:
            raise Invalid(Problem("cursor", "is not one that a page gave"))
        query = query.where(c.position < int(before))
    rows = [Sync.of(row) for row in (await tx.execute(query)).all()]
    more = len(rows) > limit
    rows = rows[:limit]
    return rows, str(rows[-1].position) if more and rows else None


async def cancel(tx: AsyncConnection, app: OpenApp, table_id: str, id: str, *, by: Actor) -> None:
    app.must("write", by=by)
    sync = await read(tx, app, table_id, id)
    c = source_syncs.c
    off = update(source_syncs).where(c.id == sync.id, c.state.in_(OPEN)).values(state="cancelled", ended_at=func.now())
    row = (await tx.execute(off.returning(*c))).one_or_none()
    if row is not None:
        await tell(tx, Sync.of(row))


async def forget_old(tx: AsyncConnection, sync: Sync) -> None:
    """The history of syncs goes back so far."""
    c = source_syncs.c
    old = c.created_at < func.now() - func.make_interval(0, 0, 0, SYNCS_KEPT_DAYS)
    await tx.execute(delete(source_syncs).where(c.app == sync.app, c.table_no == sync.table_no, c.state.not_in(OPEN), old))


async def tell(tx: AsyncConnection, sync: Sync) -> None:
    """Every tab that shows the app hears how far it is."""
    payload = {
        "id": sync.id,
        "state": sync.state,
        **{k: getattr(sync, k) for k in ("read", "created", "changed", "trashed", "conflicts")},
    }
    by = Actor("system", sync.workspace_id, None, "owner", "Sayso")
    await events.write(tx, "sync.changed", by=by, app=sync.app_id, table=sync.table_id, table_no=sync.table_no, payload=payload)
