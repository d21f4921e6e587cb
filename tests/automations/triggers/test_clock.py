"""What is due begins: each slot once, however many look; dates on their day; what was missed as asked."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.automations import registry
from sayso.automations.triggers.triggers import Triggers
from sayso.data import apps, rows
from sayso.db import transaction
from sayso.db.automation_tables import automations as registered
from sayso.db.automation_tables import runs as t
from tests.automations.desk import automation, desk, meets
from tests.conftest import Northlight

MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
"""08:00 in Berlin."""


class Hand:
    """A clock that is set by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


async def _built(engine: AsyncEngine, company: Northlight, id: str, *some: dict[str, Any]) -> tuple[Triggers, Hand]:
    clock = Hand(MONDAY)
    async with transaction(engine) as tx:
        app = await desk(tx, *some, by=company.ana, id=id)
        await registry.refresh(tx, app, MONDAY)
    return Triggers(engine, clock), clock


async def _keys(engine: AsyncEngine, app: str) -> list[str]:
    async with engine.connect() as tx:
        return list((await tx.execute(select(t.c.key).where(t.c.app_id == app).order_by(t.c.position))).scalars())


async def test_a_slot_begins_one_run_however_many_processes_look(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    daily = automation("daily", {"kind": "schedule", "cron": "30 8 * * *"})
    triggers, clock = await _built(engine, northlight_kept, "slots", daily)
    assert await triggers.due() == 0
    clock.now = MONDAY + timedelta(minutes=30)
    others = [Triggers(engine, clock) for _ in range(3)]
    await asyncio.gather(*(one.due() for one in [*others, triggers, *others]))
    assert await _keys(engine, "slots") == ["slot:2026-11-23T08:30+01:00"]
    clock.now = MONDAY + timedelta(hours=25)
    await triggers.due()
    assert await _keys(engine, "slots") == ["slot:2026-11-23T08:30+01:00", "slot:2026-11-24T08:30+01:00"]
    async with transaction(engine) as tx:  # as if the place had been lost: the run is there already
        mine = update(registered).where(registered.c.app_id == "slots")
        await tx.execute(
            mine.values(next_at=MONDAY, place={"cron": "30 8 * * *", "zone": "Europe/Berlin", "since": MONDAY.isoformat()})
        )
    await triggers.due()
    assert len(await _keys(engine, "slots")) == 2


async def test_what_was_missed_is_caught_up_as_asked(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    some = [automation(id, {"kind": "schedule", "cron": "30 8 * * *", "catch_up": id}) for id in ("once", "all", "none")]
    triggers, clock = await _built(engine, northlight_kept, "missed", *some)
    clock.now = MONDAY + timedelta(days=3)
    await triggers.due()
    async with engine.connect() as tx:
        found = (await tx.execute(select(t.c.automation, t.c.key).where(t.c.app_id == "missed").order_by(t.c.position))).all()
    missed = [f"slot:2026-11-{day}T08:30+01:00" for day in (23, 24, 25)]
    keys = {id: [r.key for r in found if r.automation == id] for id in ("once", "all", "none")}
    assert keys == {"once": missed[-1:], "all": missed, "none": []}
    clock.now += timedelta(minutes=31)
    await triggers.due()
    assert len(await _keys(engine, "missed")) == 4 + 3, "the next slot begins for all"


async def test_a_date_is_reached_once_for_each_row(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    before = {
        "kind": "date_reached",
        "table": "tickets",
        "field": "due",
        "days": -2,
        "time": "09:15",
        "filter": meets(done=False),
    }
    triggers, clock = await _built(engine, northlight_kept, "dates", automation("remind", before))
    async with transaction(engine) as tx:
        app = await apps.open_app(tx, "dates", by=northlight_kept.ana, to="write")
        some = [
            {"name": d, "due": d, "done": n == 3} for n, d in enumerate(("2026-11-25", "2026-11-26", "2026-11-25", "2026-11-25"))
        ]
        ids = [row["id"] for row in await rows.create_many(tx, app, "tickets", some, by=northlight_kept.ana)]
    clock.now = MONDAY + timedelta(minutes=74)
    assert await triggers.due() == 0
    clock.now = MONDAY + timedelta(minutes=75)
    await triggers.due()
    await triggers.due()
    assert await _keys(engine, "dates") == [f"date:{ids[0]}:2026-11-25", f"date:{ids[2]}:2026-11-25"]
    clock.now = MONDAY + timedelta(days=2)
    await triggers.due()
    assert (await _keys(engine, "dates"))[2:] == [f"date:{ids[1]}:2026-11-26"], "what was due while nothing ran is caught up"


async def test_a_clock_that_cannot_be_read_is_told_and_holds_up_no_other(
    engine: AsyncEngine, northlight_kept: Northlight
) -> None:
    due = {"kind": "date_reached", "table": "tickets", "field": "due", "time": "08:30"}
    triggers, clock = await _built(
        engine, northlight_kept, "odd", automation("odd", due), automation("fine", {"kind": "schedule", "cron": "30 8 * * *"})
    )
    async with transaction(engine) as tx:
        odd = (registered.c.app_id == "odd") & (registered.c.automation == "odd")
        await tx.execute(
            update(registered).where(odd).values(place={"cron": "nonsense", "zone": "UTC", "since": MONDAY.isoformat()})
        )
    clock.now = MONDAY + timedelta(minutes=31)
    await triggers.due()
    assert await _keys(engine, "odd") == ["slot:2026-11-23T08:30+01:00"]
    async with engine.connect() as tx:
        row = (await tx.execute(select(registered.c.problem, registered.c.next_at).where(odd))).one()
    assert "five fields" in row.problem and row.next_at > clock.now
