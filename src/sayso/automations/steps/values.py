"""Values that a step writes into a row: names filled in, and brought into the shape of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.names.readable import readable
from sayso.automations.steps.step import Doing, StepFailed
from sayso.data.clock import Clock
from sayso.data.open_app import OpenApp
from sayso.data.scope import Scope
from sayso.data.worth import title
from sayso.db import tables as system
from sayso.spec.fields import AnyField, Link
from sayso.spec.fields.date import relative_day
from sayso.spec.table import Table

TEXTS = ("text", "long_text", "email", "phone", "url", "ai")


async def written(tx: AsyncConnection, app: OpenApp, table: Table, values: Mapping[str, Any], doing: Doing) -> dict[str, Any]:
    """For `rows.create` and `rows.update`. Raises `StepFailed` when a field is gone or a name leads to no row."""
    return {id: await _one(tx, app, _field(table, id), value, doing) for id, value in values.items()}


def _field(table: Table, id: str) -> AnyField:
    field = table.field(id)
    if field is None:
        raise StepFailed(f"{table.name} has no field {id!r} any more, which this step writes.")
    return field


async def _one(tx: AsyncConnection, app: OpenApp, field: AnyField, value: Any, doing: Doing) -> Any:
    if isinstance(value, str) and "{" in value:
        value = doing.names.text(value) if field.kind in TEXTS else doing.names.value(value)
    else:
        value = doing.names.filled(value)
    if value == "" and field.kind not in TEXTS:
        return None
    match field.kind:
        case "text" | "long_text" | "email" | "phone" | "url" | "ai":
            return value if value is None or isinstance(value, str) else readable(value)
        case "link":
            assert isinstance(field, Link)
            return await _linked(tx, app, field, value)
        case "person":
            return await _people(tx, app, value)
        case "date":
            return _day(value, app)
        case "datetime":
            return _moment(value, app)
        case "file" | "image":
            files = value if isinstance(value, list) else [] if value is None else [value]
            return [one["id"] if isinstance(one, Mapping) else one for one in files]
        case _:
            return value


def _day(value: Any, app: OpenApp) -> Any:
    """`today` in the app's zone; of a moment its day."""
    if not isinstance(value, str):
        return value
    clock = Clock.of(app.spec.zone)
    if (day := relative_day(value, clock.today)) is not None:
        return day.isoformat()
    if len(value) > 10 and value[10:11] == "T" and (moment := clock.moment(value)) is not None:
        return Clock(moment, app.spec.zone).today.isoformat()
    return value


def _moment(value: Any, app: OpenApp) -> Any:
    if value == "now":
        return datetime.now(UTC).isoformat()
    if isinstance(value, str) and (day := relative_day(value, Clock.of(app.spec.zone).today)) is not None:
        return Clock.of(app.spec.zone).start(day).isoformat()
    return value


async def _people(tx: AsyncConnection, app: OpenApp, value: Any) -> Any:
    """`me` is the automation's owner; a name or an address is looked up."""
    if value is None:
        return []
    found: list[str] = []
    m = system.members.c
    for one in value if isinstance(value, list) else [value]:
        text = str(one).strip()
        if text == "me":
            found += [app.by.member] if app.by.member else []
            continue
        named = (m.id == text) | (func.lower(m.name) == text.lower()) | (func.lower(m.email) == text.lower())
        query = select(m.id).where(m.workspace_id == app.by.workspace, m.removed_at.is_(None), named).limit(2)
        ids = (await tx.execute(query)).scalars().all()
        if len(ids) != 1:
            raise StepFailed(f"{'Nobody' if not ids else 'More than one person'} in this workspace is called “{text[:80]}”.")
        found += ids
    return found


async def _linked(tx: AsyncConnection, app: OpenApp, field: Link, value: Any) -> Any:
    """Ids and rows as they are; a text is the name of a row."""
    there = app.spec.table(field.to)
    if value is None or there is None:
        return []
    ids: list[int] = []
    for one in value if isinstance(value, list) else [value]:
        match one:
            case int():
                ids.append(one)
            case {"id": int(id)}:
                ids.append(id)
            case str() if one.strip().isdecimal():
                ids.append(int(one))
            case str() if one.strip():
                ids.append(await _named(tx, app, there, one.strip()))
            case _:
                raise StepFailed(f"{field.name} points to rows of {there.name}; {readable(one)[:80]!r} is none.")
    return ids


async def _named(tx: AsyncConnection, app: OpenApp, table: Table, name: str) -> int:
    scope = Scope.of(app, table, Clock.of(app.spec.zone))
    query = select(scope.t.c.id).where(scope.alive, func.lower(title(scope)) == name.lower()).order_by(scope.t.c.id).limit(2)
    ids = (await tx.execute(query)).scalars().all()
    if len(ids) != 1:
        raise StepFailed(f"{'No row' if not ids else 'More than one row'} of {table.name} is called “{name[:80]}”.")
    return ids[0]
