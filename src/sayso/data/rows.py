"""Rows: read, create, update, move, trash, restore. Every write checks its rights, keeps history and writes its event."""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import events, positions, references, written
from sayso.data.additions import Values, add
from sayso.data.clock import Clock
from sayso.data.edits import Edit, edit, locked
from sayso.data.open_app import OpenApp
from sayso.data.physical import found
from sayso.data.rights import writing
from sayso.data.row import ROWS_WRITTEN_MAX, Row, called, may_write, remember, shown, where
from sayso.data.scope import Scope
from sayso.errors import NotFound
from sayso.spec.table import Table
from sayso.team.actor import Actor

__all__ = [
    "ROWS_WRITTEN_MAX",
    "Edit",
    "Row",
    "count",
    "create",
    "create_many",
    "locked",
    "move",
    "read",
    "restore",
    "trash",
    "update",
    "update_many",
]


async def read(tx: AsyncConnection, app: OpenApp, table_id: str, id: int) -> Row:
    """Raises `NotFound`, also for a row in the trash."""
    app.must("read")
    table = found(app, table_id)
    rows = await shown(tx, app, table, [id])
    if not rows:
        raise NotFound(f"{table.name} has no row {id}.")
    return rows[0]


async def create(tx: AsyncConnection, app: OpenApp, table_id: str, values: Values, *, by: Actor) -> Row:
    """Raises `Invalid` with paths such as `values/worth`."""
    return (await add(tx, app, found(app, table_id), [values], ["values"], by))[0]


async def create_many(tx: AsyncConnection, app: OpenApp, table_id: str, many: Sequence[Values], *, by: Actor) -> list[Row]:
    """All or none. Raises `Invalid` with paths such as `rows/3/values/worth`."""
    return await add(tx, app, found(app, table_id), many, [f"rows/{n}/values" for n in range(len(many))], by)


async def update(
    tx: AsyncConnection, app: OpenApp, table_id: str, id: int, values: Values, *, version: int | None = None, by: Actor
) -> Row:
    """Raises `NotFound`, `Conflict` with both states, and `Invalid` with paths such as `values/worth`."""
    table = found(app, table_id)
    rows, _ = await edit(tx, app, table, [Edit(id, values, version)], ["values"], by)
    return rows[0]


async def update_many(tx: AsyncConnection, app: OpenApp, table_id: str, edits: Sequence[Edit], *, by: Actor) -> list[Row]:
    """All or none. Raises as `update` does, with paths such as `rows/3/values/worth`."""
    table = found(app, table_id)
    rows, _ = await edit(tx, app, table, edits, [f"rows/{n}/values" for n in range(len(edits))], by)
    return rows


async def move(
    tx: AsyncConnection,
    app: OpenApp,
    table_id: str,
    id: int,
    *,
    before: int | None,
    values: Values | None = None,
    version: int | None = None,
    by: Actor,
) -> Row:
    """Puts a row before another one, or last; `values` change in the same step, which is one thing to undo."""
    table = found(app, table_id)
    rows = may_write(app, by, table, "edit")
    kept = written.NOTHING
    if values:
        _, kept = await edit(tx, app, table, [Edit(id, values, version)], ["values"], by, act=False)
    else:
        await locked(tx, app, table, [Edit(id, {}, version)])
        await writing.may_be(tx, app, table, [id], "edit")
    if before is not None and not await writing.seen(tx, app, table, [before]):
        raise NotFound(f"{table.name} has no row {before}.")
    place = await positions.before(tx, rows, id, before)
    moved = await written.place(tx, app, rows, id, place)
    await events.write(tx, "row.moved", rows=[id], payload={"fields": ["position"]}, **where(app, table, rows))
    row = (await shown(tx, app, table, [id]))[0]
    await remember(tx, app, rows, kept + moved, f"Move {called(table, row)}")
    return row


async def trash(tx: AsyncConnection, app: OpenApp, table_id: str, ids: Sequence[int], *, by: Actor) -> list[int]:
    """Into the trash; gives the ids of those that were not there yet. Raises `NotFound` when there is none of them."""
    return await _mark(tx, app, found(app, table_id), ids, "trashed", by)


async def restore(tx: AsyncConnection, app: OpenApp, table_id: str, ids: Sequence[int], *, by: Actor) -> list[Row]:
    """Out of the trash. Raises `Invalid` when a value that must be unique has been taken since."""
    table = found(app, table_id)
    back = await _mark(tx, app, table, ids, "restored", by)
    return await shown(tx, app, table, back)


async def count(tx: AsyncConnection, app: OpenApp, table_id: str) -> int:
    """How many rows there are that the asker sees, the trash left out."""
    scope = Scope.of(app, found(app, table_id), Clock.of(app.spec.zone))
    return (await tx.execute(select(func.count()).select_from(scope.t).where(scope.alive))).scalar_one()


async def _mark(
    tx: AsyncConnection, app: OpenApp, table: Table, ids: Sequence[int], kind: Literal["trashed", "restored"], by: Actor
) -> list[int]:
    rows = may_write(app, by, table, "delete", len(ids))
    ids = sorted(await writing.seen(tx, app, table, ids, trashed=kind == "restored"))
    await writing.may_be(tx, app, table, ids, "delete")
    if kind == "restored":
        await references.still_unique(tx, app, rows, sorted(set(ids)))
    kept = await written.mark(tx, app, rows, sorted(set(ids)), kind)
    if not kept.ids:
        place = "in the trash of" if kind == "restored" else "in"
        raise NotFound(f"There is no such row {place} {table.name}.")
    told = "row.trashed" if kind == "trashed" else "row.restored"
    await events.write(tx, told, rows=kept.ids, **where(app, table, rows))
    what = "1 row" if len(kept.ids) == 1 else f"{len(kept.ids)} rows"
    verb = f"Move {what} of {table.name} to the trash" if kind == "trashed" else f"Restore {what} of {table.name}"
    await remember(tx, app, rows, kept, verb)
    return kept.ids
