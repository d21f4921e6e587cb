"""What a co-worker does at its time: once for each slot, in a conversation of its own, and whoever set it is told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sayso.coworkers.schedules import Schedules
from sayso.web.put_together import last_slot
from tests.coworkers.desk import Place, words

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=BERLIN)


@pytest.fixture
async def daily(crm: Place) -> AsyncIterator[Place]:
    """Ben has Mina look over the clients every weekday at half past eight."""
    ben = crm.callers["ben"]
    assert (await ben.patch("/api/apps/crm", json={"zone": "Europe/Berlin"})).status_code == 200
    asked = await ben.patch(
        "/api/coworkers/crm.mina", json={"schedule": {"cron": "30 8 * * 1-5", "ask": "Which clients need a call?"}}
    )
    assert asked.status_code == 200, asked.text
    yield crm
    assert (await ben.patch("/api/coworkers/crm.mina", json={"schedule": None})).status_code == 200


def clocks(crm: Place, n: int = 1) -> list[Schedules]:
    return [Schedules(crm.desk, last_slot) for _ in range(n)]


async def over(crm: Place) -> None:
    """Until every answer under way has ended and was told."""
    for _ in range(3_000):
        if not crm.desk.live.tasks:
            break
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)


async def test_it_is_asked_once_at_its_time_and_its_owner_is_told(daily: Place):
    crm, (first, second, third) = daily, clocks(daily, 3)
    assert await first.once(MONDAY) == [], "what is new owes nothing for yesterday"
    assert await first.once(MONDAY + timedelta(minutes=29)) == []
    crm.up.will(words("Iris needs a call."))
    at = MONDAY + timedelta(minutes=30, seconds=5)
    began = [one for some in await asyncio.gather(*(clock.once(at) for clock in (first, second, third))) for one in some]
    assert [(one.key, one.by.member) for one in began] == [("crm.mina", crm.company.ben.member)]
    await over(crm)
    for clock in (first, second):
        assert await clock.once(at + timedelta(hours=3)) == []

    talk = (await crm.callers["ben"].get(f"/api/conversations/{began[0].conversation}")).json()
    assert talk["title"] == "Which clients need a call?"
    assert (await crm.callers["mia"].get(f"/api/conversations/{began[0].conversation}")).status_code == 404
    told = (await crm.callers["ben"].get("/api/notifications")).json()["items"]
    mine = next(one for one in told if one["link"] == "/a/crm/coworkers/mina")
    assert (mine["title"], mine["text"]) == ("Mina has done what it does at this time", "Iris needs a call.")
    assert (await crm.callers["zoe"].get("/api/notifications")).json()["items"] == []


async def test_what_passed_while_nobody_ran_is_caught_up_once_and_not_for_ever(daily: Place):
    crm, (clock,) = daily, clocks(daily)
    await clock.once(MONDAY)
    crm.up.will(words("Two."), words("Three."))
    later = MONDAY + timedelta(days=2, hours=4)
    assert len(await clock.once(later)) == 1, "of Monday, Tuesday and Wednesday the last"
    await over(crm)
    assert await clock.once(later + timedelta(minutes=1)) == []
    weekend = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
    assert await clock.once(weekend) == [], "Friday's is too long ago"


async def test_another_schedule_begins_anew_and_none_asks_nothing(daily: Place):
    crm, (clock,) = daily, clocks(daily)
    await clock.once(MONDAY)
    ben = crm.callers["ben"]
    changed = await ben.patch("/api/coworkers/crm.mina", json={"schedule": {"cron": "0 7 * * *", "ask": "Good morning?"}})
    assert changed.status_code == 200
    assert await clock.once(MONDAY + timedelta(hours=1)) == [], "seven o'clock was before it was set"
    assert (await ben.patch("/api/coworkers/crm.mina", json={"schedule": None})).status_code == 200
    assert await clock.once(MONDAY + timedelta(days=1)) == []
    assert (await crm.sql("select count(*) from sayso.coworker_schedules"))[0][0] == 0


async def test_it_has_the_rights_of_whoever_changed_the_co_worker_and_of_nobody_who_changed_something_else(daily: Place):
    crm, (clock,) = daily, clocks(daily)
    await clock.once(MONDAY)
    ana = crm.callers["ana"]
    assert (await ana.patch("/api/apps/crm", json={"description": "Ours"})).status_code == 200
    crm.up.will(words("One."), words("Two."))
    began = await clock.once(MONDAY + timedelta(minutes=31))
    assert [one.by.member for one in began] == [crm.company.ben.member], "Ana changed another part of the app"
    await over(crm)
    assert (await ana.patch("/api/coworkers/crm.mina", json={"instructions": "Be brief."})).status_code == 200
    began = await clock.once(MONDAY + timedelta(days=1, minutes=31))
    assert [one.by.member for one in began] == [crm.company.ana.member], "what it says now are her words; its time is the same"
    await over(crm)


async def test_whoever_has_left_asks_nothing_any_more(daily: Place):
    crm, (clock,) = daily, clocks(daily)
    await clock.once(MONDAY)
    await crm.sql("update sayso.members set removed_at = now() where id = :id", id=crm.company.ben.member)
    try:
        assert await clock.once(MONDAY + timedelta(minutes=31)) == []
    finally:
        await crm.sql("update sayso.members set removed_at = null where id = :id", id=crm.company.ben.member)
