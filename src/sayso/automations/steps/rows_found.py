"""Which rows a step is about: those that its filter finds, or the row that stands here."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.steps.step import Doing, StepFailed
from sayso.data import filters
from sayso.data.clock import Clock
from sayso.data.open_app import OpenApp
from sayso.data.query import rows_by_id
from sayso.data.scope import Scope
from sayso.spec.filter import Filter
from sayso.spec.table import Table

ROWS_CHANGED_MAX = 10_000
"""In one step; more are for an import or for several runs."""
ROWS_SHOWN = 50
"""Of those that a step found, kept with all their values; of all others their ids."""


async def ids_of(tx: AsyncConnection, app: OpenApp, table: Table, filter: Filter, most: int = ROWS_CHANGED_MAX) -> list[int]:
    """Raises `StepFailed` when there are more."""
    scope = Scope.of(app, table, Clock.of(app.spec.zone))
    query = select(scope.t.c.id).where(scope.alive, filters.where(scope, filter)).order_by(scope.t.c.id).limit(most + 1)
    ids = list((await tx.execute(query)).scalars())
    if len(ids) > most:
        raise StepFailed(f"More than {most:,} rows of {table.name} meet the condition; a step changes at most so many.")
    return ids


async def meant(tx: AsyncConnection, app: OpenApp, table: Table, filter: Filter | None, doing: Doing) -> list[int]:
    """Rows of `filter`; without one the row that stands here, or of a run about several, all of them."""
    if filter is not None:
        return await ids_of(tx, app, table, doing.names.filter(filter))
    if doing.row is not None and doing.row.table == table.id:
        return [doing.row.id]
    trigger = doing.run.trigger
    if doing.row is None and trigger.get("table") == table.id and trigger.get("rows"):
        return [int(id) for id in trigger["rows"]]
    raise StepFailed(f"There is no row of {table.name} here. Say by a condition which rows are meant.")


async def there(tx: AsyncConnection, app: OpenApp, table: Table, ids: list[int]) -> list[int]:
    """Those that are not in the trash."""
    scope = Scope.of(app, table, Clock.of(app.spec.zone))
    return list((await tx.execute(select(scope.t.c.id).where(scope.alive, scope.t.c.id.in_(ids)))).scalars())


async def told(tx: AsyncConnection, app: OpenApp, table: Table, ids: list[int]) -> dict[str, Any]:
    """The output that names rows: `{table, ids, count, rows: the first, with their values}`."""
    rows = orjson.loads(f"[{await rows_by_id(tx, app, table, ids[:ROWS_SHOWN])}]") if ids else []
    return {"table": table.id, "ids": ids, "count": len(ids), "rows": [kept(table, row) for row in rows]}


def kept(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {"id": row["id"], "table": table.id, "values": row["values"]}


def counted(many: int, table: Table, verb: str) -> str:
    return f"{verb} {many:,} {'row' if many == 1 else 'rows'} of {table.name}."
