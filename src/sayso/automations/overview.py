"""How the automations of a workspace are doing: when they come round next, how they went last, how often they failed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import registry
from sayso.automations.circles import circles
from sayso.automations.registry.reading import Entry
from sayso.automations.registry.watch import zone_name
from sayso.automations.schedule.cron import read, zone_of
from sayso.automations.schedule.sentence import sentence
from sayso.data.open_app import OpenApp
from sayso.errors import Invalid
from sayso.spec.automation import Schedule
from sayso.team import people
from sayso.team.actor import Actor
from sayso.team.people import Member

NEXT_SHOWN = 5
RUNS_COUNTED_MAX = 5_000
"""Of each automation, the newest: what is counted of a day and a week is at most that."""

_RUNS = text("""
    select asked.automation, last.*, counted.*
    from unnest(cast(:automations as text[])) as asked(automation)
    left join lateral (
        select id, state, created_at, ended_at, told, problem from sayso.automation_runs r
        where r.app = :app and r.automation = asked.automation and not r.dry order by position desc limit 1
    ) last on true
    cross join lateral (
        select count(*) filter (where created_at > now() - interval '1 day') as day,
               count(*) filter (where state in ('failed', 'quarantined') and created_at > now() - interval '7 days') as failed_week,
               count(*) filter (where state in ('sleeping', 'paused') and wake_at is null)
               + (select count(*) from sayso.automation_runs r
                  where r.app = :app and r.automation = asked.automation and r.wake_at is not null and not r.dry)
               + (select count(*) from sayso.automation_runs r
                  where r.worker is not null and r.app = :app and r.automation = asked.automation and not r.dry) as open
        from (
            select state, created_at, wake_at from sayso.automation_runs r
            where r.app = :app and r.automation = asked.automation and not r.dry order by position desc limit :most
        ) newest
    ) counted
""")


@dataclass(frozen=True, slots=True)
class Doing:
    """One automation, and how it is doing. `last` is a row of `automation_runs`, with None for its id when there was none."""

    app: OpenApp
    entry: Entry
    owner: Member | None
    next: list[datetime] = field(default_factory=list[datetime])
    last: Any = None
    circle: tuple[str, ...] = ()


async def of_app(tx: AsyncConnection, app: OpenApp, now: datetime, members: dict[str, Member]) -> list[Doing]:
    """Every automation of the app, in the order of its spec."""
    if not app.spec.automations:
        return []
    entries = await registry.entries(tx, app)
    ids = [one.id for one in app.spec.automations if one.id in entries]
    last = {
        row.automation: row
        for row in (await tx.execute(_RUNS, {"app": app.number, "automations": ids, "most": RUNS_COUNTED_MAX}))
    }
    round_again = circles(app.spec)
    return [
        Doing(
            app,
            entries[id],
            members.get(entries[id].registered.owner),
            _next(app, entries[id], now),
            last[id],
            round_again.get(id, ()),
        )
        for id in ids
    ]


async def members_of(tx: AsyncConnection, by: Actor) -> dict[str, Member]:
    return {member.id: member for member in await people.listed(tx, by=by)}


def _next(app: OpenApp, entry: Entry, now: datetime) -> list[datetime]:
    """The next moments, while it is on. One that is due just now is the first of them."""
    if not entry.starts or entry.next_at is None or "cron" not in entry.place:
        return []
    zone = zone_of(zone_name(app.spec, entry.registered.automation))
    following = read(entry.place["cron"]).few(zone, max(now, entry.next_at), NEXT_SHOWN - 1)
    return [entry.next_at.astimezone(zone), *following]


@dataclass(frozen=True, slots=True)
class Slots:
    """What comes round in a span: each moment, or only how many when there are very many."""

    doing: Doing
    words: str
    at: list[datetime]
    count: int


def slots(doing: Doing, since: datetime, until: datetime, most: int) -> Slots | None:
    """The moments of a schedule from `since` until before `until`, also of one that is off; None for what has no clock."""
    automation = doing.entry.registered.automation
    trigger = automation.trigger
    if not isinstance(trigger, Schedule):
        return None
    try:
        cron, zone = read(trigger.cron), zone_of(zone_name(doing.app.spec, automation))
    except Invalid:
        return None
    at: list[datetime] = []
    count = 0
    for moment in cron.times(zone, since):
        if moment >= until:
            break
        count += 1
        if count <= most:
            at.append(moment)
    return Slots(doing, sentence(cron.text), at if count <= most else [], count)
