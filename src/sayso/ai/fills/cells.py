"""One value that a model may write: who wrote it, and a person's nod to what waited for one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai.fills.wanted import part_of
from sayso.data import events, provenance, rows
from sayso.data.open_app import OpenApp
from sayso.data.physical import rows_of
from sayso.data.provenance import EMPTY, Provenance
from sayso.data.row import where
from sayso.errors import Conflict
from sayso.team.actor import Actor


async def read(tx: AsyncConnection, app: OpenApp, table_id: str, row: int, field_id: str) -> dict[str, Any]:
    """As row answers show it; `by_hand` also where a person wrote a value that no model had. Raises `NotFound`, `Invalid`."""
    part_of(app, table_id, field_id)
    shown = await rows.read(tx, app, table_id, row)
    about = shown.get("ai", {}).get(field_id)
    if about is None:
        about = {"state": "empty" if shown["values"].get(field_id) in EMPTY else "by_hand"}
    return about


async def accept(tx: AsyncConnection, app: OpenApp, table_id: str, row: int, field_id: str, *, by: Actor) -> dict[str, Any]:
    """A person has looked at it, and it is right. Raises `Conflict` when it does not wait for that."""
    app.must("edit", table_id, by=by)
    part = part_of(app, table_id, field_id)
    table = rows_of(app, part.table)
    await rows.read(tx, app, table_id, row)
    known = (await provenance.read(tx, app, table, [row], part.number)).get(row)
    if known is None or known.state != "review":
        raise Conflict(f"{part.field.name} of this row does not wait for anybody to look at it.")
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    about = {**known.about, "accepted_by": by.id, "accepted_by_name": by.name, "accepted_at": at}
    await provenance.keep(tx, app, table, {(row, part.number): Provenance("written", about, known.inputs)})
    await events.write(tx, "row.changed", rows=[row], payload={"fields": []}, **where(app, part.table, table))
    return await read(tx, app, table_id, row, field_id)
