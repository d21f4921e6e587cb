"""Schedules and dates that are due: each slot is begun once, by whichever process has the row."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import registry
from sayso.automations.registry.reading import Entry
from sayso.automations.registry.watch import zone_name
from sayso.automations.runs import Begun, begin_many
from sayso.automations.schedule.cron import read, zone_of
from sayso.automations.schedule.slots import Due, due, key_of
from sayso.automations.triggers.heard import is_down
from sayso.data import apps, filters
from sayso.data.clock import Clock
from sayso.data.open_app import OpenApp
from sayso.data.scope import Scope
from sayso.db.automation_tables import automations as t
from sayso.errors import SaysoError
from sayso.spec.automation import DateReached, Schedule
from sayso.spec.filter import Condition, Filter
from sayso.team.actor import system

CLOCKED = ("schedule", "date_reached")
ROWS_A_LOOK = 5_000
AGAIN_MINUTES = 10
"""What could not be looked at is looked at again after this."""

log = logging.getLogger(__name__)


async def step(tx: AsyncConnection, now: datetime) -> bool:
    """Begins what is due of one automation. False when nothing is."""
    waiting = select(t.c.app, t.c.app_id, t.c.workspace_id, t.c.automation).where(
        t.c.on, t.c.next_at <= now, t.c.kind.in_(CLOCKED)
    )
    row = (await tx.execute(waiting.order_by(t.c.next_at).limit(1).with_for_update(skip_locked=True))).one_or_none()
    if row is None:
        return False
    try:
        async with tx.begin_nested():
            await _look(tx, row, now)
    except SaysoError as error:
        await _put(tx, row, next_at=now + timedelta(minutes=AGAIN_MINUTES), problem=str(error)[:1_000])
    except DBAPIError as error:
        if is_down(error):
            raise
        log.exception("%s of %s could not be started by the clock", row.automation, row.app_id)
        said = "What it looks at could not be read from the database. The server's log says more."
        await _put(tx, row, next_at=now + timedelta(minutes=AGAIN_MINUTES), problem=said)
    return True


async def next_look(tx: AsyncConnection) -> datetime | None:
    """When something is due next."""
    return (await tx.execute(select(func.min(t.c.next_at)).where(t.c.on, t.c.kind.in_(CLOCKED)))).scalar_one()


async def _look(tx: AsyncConnection, row: Any, now: datetime) -> None:
    app = await apps.open_app(tx, row.app_id, by=system(row.workspace_id))
    entry = await registry.entry(tx, app, row.automation)
    if entry.next_at is None or entry.next_at > now:
        return
    found = _due(app, entry, now)
    if entry.starts:
        await _begin(tx, app, entry, found)
    place = {**entry.place, "since": now.isoformat()}
    await _put(tx, row, next_at=found.next, place=place, problem="" if entry.starts else entry.problem)


def _due(app: OpenApp, entry: Entry, now: datetime) -> Due:
    trigger = entry.registered.automation.trigger
    cron, zone = read(entry.place["cron"]), zone_of(zone_name(app.spec, entry.registered.automation))
    since = datetime.fromisoformat(entry.place["since"])
    return due(cron, zone, since, now, trigger.catch_up if isinstance(trigger, Schedule) else "all")


async def _begin(tx: AsyncConnection, app: OpenApp, entry: Entry, found: Due) -> None:
    trigger = entry.registered.automation.trigger
    if isinstance(trigger, DateReached):
        for slot in found.slots:
            await _dates(tx, app, entry, trigger, slot.date() - timedelta(days=trigger.days))
        return
    begun = [Begun({"kind": "schedule", "slot": slot.isoformat(timespec="minutes")}, key_of(slot)) for slot in found.slots]
    await begin_many(tx, entry.registered, begun)


async def _dates(tx: AsyncConnection, app: OpenApp, entry: Entry, trigger: DateReached, day: date) -> None:
    """A run for every row whose date is this day."""
    table = app.spec.table(trigger.table)
    if table is None:
        return
    scope = Scope.of(app, table, Clock.of(app.spec.zone))
    on_day = filters.where(scope, Filter(of=(Condition(field=trigger.field, op="is", value=day.isoformat()), trigger.filter)))
    told = {"kind": "date_reached", "table": table.id, "date": day.isoformat(), "count": 1}
    last = 0
    while True:
        some = select(scope.t.c.id).where(scope.alive, on_day, scope.t.c.id > last).order_by(scope.t.c.id).limit(ROWS_A_LOOK)
        ids = list((await tx.execute(some)).scalars())
        await begin_many(tx, entry.registered, [Begun({**told, "rows": [id]}, f"date:{id}:{day.isoformat()}") for id in ids])
        if len(ids) < ROWS_A_LOOK:
            return
        last = ids[-1]


async def _put(tx: AsyncConnection, row: Any, **values: Any) -> None:
    await tx.execute(update(t).where(t.c.app == row.app, t.c.automation == row.automation).values(**values))
