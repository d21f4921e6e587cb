"""What the registry says of an app's automations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.registered import Registered
from sayso.automations.registry.refresh import refresh
from sayso.data.open_app import OpenApp
from sayso.db.automation_tables import automations as t
from sayso.errors import NotFound


@dataclass(frozen=True, slots=True)
class Entry:
    """One automation as it is registered. `on` needs an owner too: without one nothing starts, and `problem` says so."""

    registered: Registered
    kind: str
    table_no: int | None
    on_since: datetime | None
    next_at: datetime | None
    place: Mapping[str, Any]
    token: str | None
    settings: Mapping[str, Any]
    problem: str

    @property
    def starts(self) -> bool:
        return self.registered.on and bool(self.registered.owner)


async def entries(tx: AsyncConnection, app: OpenApp) -> dict[str, Entry]:
    """Of every automation of the app, by id, brought up to date first."""
    await refresh(tx, app)
    rows = (await tx.execute(select(t).where(t.c.app == app.number))).all()
    seen = {one.id for one in app.spec.automations}
    known = {one.id: one for one in app.whole.automations if one.id in seen}
    return {row.automation: of_row(row, known[row.automation], app.version) for row in rows if row.automation in known}


async def entry(tx: AsyncConnection, app: OpenApp, automation: str) -> Entry:
    """Raises `NotFound`."""
    found = (await entries(tx, app)).get(automation)
    if found is None:
        raise NotFound(f"{app.spec.name} has no automation {automation[:60]!r}.")
    return found


async def read(tx: AsyncConnection, app: OpenApp, automation: str) -> Registered:
    """What a run of it begins with. Raises `NotFound`."""
    return (await entry(tx, app, automation)).registered


def of_row(row: Any, automation: Any, version: int) -> Entry:
    registered = Registered(row.app, row.app_id, row.workspace_id, automation, version, row.definition, row.owner or "", row.on)
    return Entry(registered, row.kind, row.table_no, row.on_since, row.next_at, row.place, row.token, row.settings, row.problem)
