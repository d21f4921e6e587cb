"""Events of one app, and the runs that they begin."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import psycopg
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import registry
from sayso.automations.registry.reading import Entry
from sayso.automations.runs import Begun
from sayso.automations.triggers import caused
from sayso.automations.triggers.asked import HEARD, is_about, question
from sayso.automations.triggers.happened import Happened
from sayso.automations.triggers.rows_begun import begun
from sayso.automations.triggers.states import Met, Told
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.db.automation_tables import automations as t
from sayso.db.trigger_tables import bulks
from sayso.errors import SaysoError
from sayso.team.actor import system

APP = ("app.built", "app.changed", "app.restored")
ROWS = tuple(sorted({kind for kinds in HEARD.values() for kind in kinds}))

log = logging.getLogger(__name__)


async def hear(tx: AsyncConnection, events: Sequence[Any]) -> int:
    """Begins what these events start; gives how many runs. One automation that cannot be asked holds up no other."""
    by_app: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for event in events:
        if event.app_id and event.kind in (*APP, *ROWS):
            by_app[event.workspace_id, event.app_id].append(event)
    waiting = await _with_automations(tx)
    total = 0
    for (workspace, id), some in by_app.items():
        if (workspace, id) in waiting or any(event.kind in APP for event in some):
            total += await _of_app(tx, workspace, id, some)
    return total


async def _with_automations(tx: AsyncConnection) -> set[tuple[str, str]]:
    """Apps in which rows may start something."""
    query = select(t.c.workspace_id, t.c.app_id).where(t.c.on, t.c.kind.in_(HEARD)).distinct()
    return {(row.workspace_id, row.app_id) for row in await tx.execute(query)}


async def _of_app(tx: AsyncConnection, workspace: str, id: str, events: Sequence[Any]) -> int:
    try:
        app = await apps.open_app(tx, id, by=system(workspace))
        entries = await registry.entries(tx, app)
    except SaysoError:
        return 0  # in the trash, or gone
    total = 0
    for entry in entries.values():
        if entry.starts and entry.kind in HEARD:
            mine = [event for event in events if is_about(entry, event)]
            total += await _of_automation(tx, app, entry, mine) if mine else 0
    return total


async def _of_automation(tx: AsyncConnection, app: OpenApp, entry: Entry, events: Sequence[Any]) -> int:
    """Asked in a savepoint: what cannot be asked is told at the automation, and the rest goes on."""
    try:
        async with tx.begin_nested():
            found = [one for event in events for one in await _begun(tx, app, entry, event)]
            return len(await caused.begin(tx, entry.registered, found))
    except SaysoError as error:
        await note(tx, entry, str(error))
    except DBAPIError as error:
        if is_down(error):
            raise
        log.exception("%s of %s could not be started", entry.registered.automation.id, app.id)
        await note(tx, entry, "What it looks at could not be read from the database. The server's log says more.")
    return 0


async def _begun(tx: AsyncConnection, app: OpenApp, entry: Entry, event: Any) -> list[Begun]:
    happened = Happened.of(event)
    table = app.spec.table(happened.table) if happened else None
    if happened is None or table is None:
        return []
    if happened.ids is None:
        await _later(tx, app, entry, happened)
        return []
    asked = question(app, entry, Told(table, happened.kind, happened.at, happened.ids))
    if asked.is_open and entry.kind != "row_changed":
        met = [Met(id, None) for id in happened.ids]
    else:
        met = await asked.met(tx, limit=len(happened.ids))
    return await begun(tx, entry, asked, happened, met)


async def _later(tx: AsyncConnection, app: OpenApp, entry: Entry, happened: Happened) -> None:
    values = {"workspace_id": app.by.workspace, "app": app.number, "app_id": app.id, "automation": entry.registered.automation.id}
    await tx.execute(bulks.insert().values(**values, event=happened.portable(), happened_at=happened.at))


async def note(tx: AsyncConnection, entry: Entry, problem: str) -> None:
    """Why it did not start, shown at the automation."""
    mine = (t.c.app == entry.registered.app_number) & (t.c.automation == entry.registered.automation.id)
    await tx.execute(update(t).where(mine).values(problem=problem[:1_000]))


def is_down(error: DBAPIError) -> bool:
    """Whether the database itself is away or overloaded: then all of it is heard again."""
    return isinstance(error, (OperationalError, InterfaceError)) or isinstance(error.orig, psycopg.OperationalError)
