"""Schedules: tried in words or in cron, and the calendar of what comes round."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import Query

from sayso.automations import overview
from sayso.automations.schedule import cron as crons
from sayso.automations.schedule.sentence import sentence
from sayso.automations.schedule.words import cron_from
from sayso.data import apps
from sayso.errors import Invalid, Problem
from sayso.web.actor import By
from sayso.web.shapes import AppId, Shown
from sayso.web.work import Tx

NEXT_SHOWN = 5
CALENDAR_DAYS_MAX = 62
SLOTS_OF_ONE_MAX = 50
WEEK_DAYS = 7
ZoneName = Annotated[str, Query(max_length=60)]


class SchedulePreview(Shown):
    cron: str
    words: str
    """The schedule in our words, such as `every weekday at 08:30`."""
    zone: str
    next: list[datetime]


class ScheduledSlot(Shown):
    app: str
    app_name: str
    automation: str
    name: str
    on: bool
    at: datetime


class Often(Shown):
    """One that comes round too often to be shown each time."""

    app: str
    app_name: str
    automation: str
    name: str
    on: bool
    words: str
    count: int


class WeekOfSlots(Shown):
    items: list[ScheduledSlot]
    often: list[Often]
    since: date
    until: date
    zone: str


async def preview(
    by: By,
    cron: Annotated[str | None, Query(max_length=300)] = None,
    words: Annotated[str | None, Query(max_length=500)] = None,
    zone: ZoneName = "UTC",
) -> SchedulePreview:
    """What a schedule means, before it is one."""
    if (cron is None) == (words is None):
        raise Invalid(Problem("words", "says when; or cron does", "every weekday at 8:30"))
    there = crons.zone_of(zone)
    read = crons.read(cron if cron is not None else cron_from(words or ""))
    return SchedulePreview(
        cron=read.text, words=sentence(read.text), zone=zone, next=read.few(there, datetime.now(UTC), NEXT_SHOWN)
    )


async def calendar(
    tx: Tx,
    by: By,
    since: Annotated[date | None, Query(alias="from")] = None,
    until: Annotated[date | None, Query(alias="to")] = None,
    app: Annotated[AppId | None, Query()] = None,
    zone: ZoneName = "UTC",
) -> WeekOfSlots:
    """What comes round from one day until before another: a week from today, when neither is said."""
    there = crons.zone_of(zone)
    first = since or datetime.now(there).date()
    if not date(2000, 1, 1) <= first <= date(2200, 1, 1):
        raise Invalid(Problem("from", "is a day of these times", "2026-11-23"))
    last = until or first + timedelta(days=WEEK_DAYS)
    if not first < last <= first + timedelta(days=CALENDAR_DAYS_MAX):
        raise Invalid(Problem("to", f"is a later day, at most {CALENDAR_DAYS_MAX} days on", "2026-11-30"))
    begin, end = (datetime.combine(day, time(), there) for day in (first, last))
    shown = WeekOfSlots(items=[], often=[], since=first, until=last, zone=zone)
    members = await overview.members_of(tx, by)
    for line in await apps.listed(tx, by=by):
        if app in (None, line.id):
            for doing in await overview.of_app(tx, await apps.open_app(tx, line.id, by=by), datetime.now(UTC), members):
                _put(shown, line.name, overview.slots(doing, begin - timedelta(microseconds=1), end, SLOTS_OF_ONE_MAX))
    shown.items.sort(key=lambda slot: slot.at)
    return shown


def _put(shown: WeekOfSlots, app_name: str, found: overview.Slots | None) -> None:
    if found is None or not found.count:
        return
    one, zone = found.doing.entry.registered, crons.zone_of(shown.zone)
    about = {"app": one.app_id, "app_name": app_name, "automation": one.automation.id, "name": one.automation.name}
    on = one.automation.on
    shown.items.extend(ScheduledSlot(**about, on=on, at=at.astimezone(zone)) for at in found.at)
    if not found.at:
        shown.often.append(Often(**about, on=on, words=found.words, count=found.count))
