"""Values that were changed on both sides and wait for a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import rows
from sayso.data.open_app import OpenApp
from sayso.data.physical import found, rows_of
from sayso.data.row import shown
from sayso.db.source_tables import source_rows as t
from sayso.sources.batch import name_of
from sayso.sources.stored import source_of
from sayso.spec.table import Table
from sayso.team import audit
from sayso.team.actor import Actor

LISTED_MAX = 200


def _waiting(app: OpenApp, table: Table) -> Any:
    alive = rows_of(app, table).sql.c
    there = select(alive.id).where(alive.id == t.c.row_id, alive.deleted_at.is_(None)).exists()
    return (t.c.app == app.number) & (t.c.table_no == app.columns.tables[table.id]) & (t.c.state == "conflict") & there


async def count(tx: AsyncConnection, app: OpenApp, table: Table) -> int:
    return (await tx.execute(select(func.count()).where(_waiting(app, table)))).scalar_one()


async def listed(tx: AsyncConnection, app: OpenApp, table_id: str) -> list[dict[str, Any]]:
    """Each with what is here and what the source says, as the API shows values."""
    app.must("read")
    table = found(app, table_id)
    source_of(table)
    query = select(t.c.row_id, t.c.key, t.c.theirs).where(_waiting(app, table)).order_by(t.c.row_id).limit(LISTED_MAX)
    waiting = (await tx.execute(query)).all()
    here = {row["id"]: row for row in await shown(tx, app, table, [row.row_id for row in waiting])}
    return [_told(table, here[one.row_id], one.key, one.theirs or {}) for one in waiting if one.row_id in here]


def _told(table: Table, row: rows.Row, key: str, theirs: dict[str, Any]) -> dict[str, Any]:
    fields = [
        {"field": one.id, "name": one.name, "ours": row["values"].get(one.id), "theirs": as_shown(one, theirs[one.id])}
        for one in table.fields
        if one.id in theirs
    ]
    return {"row": row["id"], "name": name_of(table, row, key), "at": row["updated_at"], "fields": fields}


def as_shown(one: Any, value: Any) -> Any:
    """What the source says, as the API shows values of this field."""
    try:
        return one.shown(one.parse(value))
    except Exception:
        return None if value is None else str(value)


async def settle(
    tx: AsyncConnection, app: OpenApp, table_id: str, ids: Sequence[int], keep: Literal["source", "ours"], *, by: Actor
) -> int:
    """How many were settled. Kept are the source's values (an ordinary edit by `by`, with undo) or ours."""
    app.must("write", by=by)
    table = found(app, table_id)
    source_of(table)
    query = select(t.c.row_id, t.c.theirs).where(_waiting(app, table), t.c.row_id.in_(list(ids))).with_for_update()
    waiting = (await tx.execute(query)).all()
    for one in waiting:
        this = (t.c.app == app.number) & (t.c.table_no == app.columns.tables[table.id]) & (t.c.row_id == one.row_id)
        settled: dict[str, Any] = {"state": None, "theirs": None}
        if keep == "source":
            values = {f: v for f, v in (one.theirs or {}).items() if table.field(f) is not None}
            row = await rows.update(tx, app, table.id, one.row_id, values, by=by)
            settled["version"] = row["version"]
        await tx.execute(update(t).where(this).values(**settled))
    if waiting:
        kept = "what the source says" if keep == "source" else "what was here"
        what = "1 row" if len(waiting) == 1 else f"{len(waiting)} rows"
        await audit.write(tx, "source.settled", f"kept {kept} in {what} of {table.name}", by=by, subject=app.id)
    return len(waiting)
