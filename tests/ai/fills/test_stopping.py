"""What stops a fill, what it says then, and how it goes on: budgets, providers that are away, people, and a full upstream."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, update
from sqlalchemy.exc import DataError

from sayso import db
from sayso.ai.fills import stored, writing
from sayso.ai.fills.fill import Fill
from sayso.ai.fills.run import CALLS_AT_ONCE
from sayso.ai.fills.work import Fills
from sayso.data import rows
from sayso.db.tables import members
from sayso.errors import Invalid
from tests.ai.fills.conftest import Story
from tests.gateway.conftest import CALL_COST
from tests.gateway.upstream import SlowFirst, Status


async def go_on(story: Story, one: Fill, **more: Any) -> Fill:
    async with story.opened() as (tx, app):
        one = await stored.go_on(tx, app, one.id, by=story.ana, **more)
    return await story.work(one)


async def test_a_budget_stops_it_kindly_and_a_higher_one_goes_on(story: Story):
    ids = await story.rows(*({"letter": f"L{n}"} for n in range(50)))
    story.always("repair")
    one = await story.fill("topic", budget=20 * CALL_COST)
    assert one.state == "stopped"
    assert one.why.startswith("Stopped at the budget of $0.025.")
    assert 0 < one.written <= 20
    assert one.cost <= 20 * CALL_COST
    assert story.asked == one.written
    assert [(await story.value(id, "topic"))[0] for id in ids].count("repair") == one.written
    with pytest.raises(Invalid, match="more than what is spent"):
        await go_on(story, one, budget=one.cost)
    done = await go_on(story, one, budget=Decimal(1))
    assert (done.state, done.written, done.why, story.asked) == ("done", 50, "", 50)


async def test_what_cannot_be_stored_ends_it_and_is_not_tried_for_ever(story: Story, monkeypatch: pytest.MonkeyPatch):
    async def refused(*_: Any) -> Fill:
        raise DataError("insert", {}, Exception("integer out of range"))

    monkeypatch.setattr(writing, "write", refused)
    await story.rows({"letter": "a"})
    story.always("repair")
    one = await story.fill("topic")
    assert (one.state, one.why) == ("stopped", "Stopped: what a model answered cannot be stored.")
    monkeypatch.undo()
    done = await go_on(story, one)
    assert (done.state, done.written, story.asked) == ("done", 1, 1), "what was answered is not asked again"


async def test_a_provider_that_is_away_stops_it_and_says_why(story: Story):
    ids = await story.rows(*({"letter": f"L{n}"} for n in range(120)))
    story.desk.up.always = Status(401, "wrong key")
    one = await story.fill("topic")
    assert (one.state, one.written) == ("stopped", 0)
    assert "rows in a row got no answer" in one.why
    assert "key" in one.why
    assert 20 <= one.failed <= 52
    assert one.rows == 120
    failed = [(await story.row(id)).get("ai", {}).get("topic", {}) for id in ids[:3]]
    assert [about["state"] for about in failed] == ["failed"] * 3
    assert "key" in failed[0]["problem"]
    story.always("repair")
    done = await go_on(story, one)
    assert (done.state, done.written, done.failed) == ("done", 120, 0)
    assert await story.value(ids[0], "topic") == ("repair", "written")


async def test_a_row_that_a_model_does_not_manage_fails_alone_and_says_why(story: Story):
    ids = await story.rows({"letter": "a"}, {"letter": "b"}, {"letter": "c"})
    story.always("repair")
    story.will_say("a lamp")
    one = await story.fill("topic")
    assert (one.state, one.written) == ("done", 3), "the model was told what is wrong and then said it right"
    story.always("nonsense")
    again = await story.fill("topic", again=True)
    assert (again.state, again.failed, again.may_go_on) == ("done", 3, True)
    row = await story.row(ids[0])
    assert row["values"]["topic"] == "repair", "what was there stays"
    assert row["ai"]["topic"]["state"] == "failed"
    assert "nonsense" in row["ai"]["topic"]["problem"]


async def test_a_model_that_fails_to_write_over_a_person_leaves_it_theirs(story: Story):
    [id] = await story.rows({"letter": "a", "topic": "billing"})
    story.always("nonsense")
    one = await story.fill("topic", overwrite=True)
    assert one.failed == 1
    assert (await story.value(id, "topic"))[0] == "billing"
    story.always("repair")
    assert (await story.fill("topic")).rows == 0, "it is theirs still"


async def test_an_upstream_without_room_is_waited_for(story: Story):
    await story.rows(*({"letter": f"L{n}"} for n in range(4)))
    story.desk.up.will(*[Status(429, "slow down", retry_after="0")] * 12)
    story.always("repair")
    one = await story.fill("topic")
    assert (one.state, one.written, one.failed) == ("done", 4, 0)


async def test_a_person_who_edits_meanwhile_wins(story: Story):
    ids = await story.rows({"letter": "a"}, {"letter": "b"})
    version = (await story.row(ids[1]))["version"]
    one = await story.begin("topic")
    story.always("repair")
    await story.edit(ids[0], topic="billing")
    done = await story.work(one)
    assert (done.written, done.skipped) == (1, 1)
    assert await story.value(ids[0], "topic") == ("billing", "by_hand")
    assert (await story.row(ids[1]))["version"] == version + 1, "the model has written"
    async with story.opened() as (tx, app):
        kept = await rows.update(tx, app, "letters", ids[1], {"subject": "Mine"}, version=version, by=story.ana)
    assert kept["values"]["subject"] == "Mine", "what a model wrote meanwhile is no reason to refuse a person"


async def test_a_person_who_edits_while_the_model_speaks_wins_and_changed_sources_are_told(story: Story):
    ids = await story.rows({"letter": "a"}, {"letter": "b"}, {"letter": "c"})
    story.desk.up.always = SlowFirst(0.6)
    one = await story.begin("topic")
    working = asyncio.create_task(story.work(one))
    while story.asked < 3:  # noqa: ASYNC110 (the upstream has no event for it)
        await asyncio.sleep(0.01)
    story.always("repair")
    await story.edit(ids[0], topic="billing")
    await story.edit(ids[1], letter="something else")
    await working
    assert await story.value(ids[0], "topic") == ("billing", "by_hand")
    assert await story.value(ids[1], "topic") == ("repair", "stale")
    assert await story.value(ids[2], "topic") == ("repair", "written")


async def test_it_stops_when_whoever_began_it_is_suspended_meanwhile(story: Story):
    ids = await story.rows({"letter": "a"}, {"letter": "b"})
    story.desk.up.always = SlowFirst(0.2)
    one = await story.begin("topic")
    working = asyncio.create_task(story.work(one))
    while story.asked < 2:  # noqa: ASYNC110 (the upstream has no event for it)
        await asyncio.sleep(0.01)
    suspended = update(members).where(members.c.id == story.ana.member)
    async with db.transaction(story.desk.engine) as tx:
        await tx.execute(suspended.values(suspended_at=func.now()))
    story.always("repair")
    done = await working
    async with db.transaction(story.desk.engine) as tx:
        await tx.execute(suspended.values(suspended_at=None))
    assert done.state == "stopped" and "not in this workspace any more" in done.why
    assert [await story.value(id, "topic") for id in ids] == [(None, None)] * 2


async def test_a_server_that_stops_in_order_writes_what_it_has_and_leaves_the_rest_to_the_next(story: Story):
    await story.rows(*({"letter": f"row-{n}."} for n in range(300)))
    story.always("repair")
    one = await story.begin("topic")
    working = asyncio.create_task(Fills(story.desk.gateway).run_one(one.id))
    while story.asked < 60:  # noqa: ASYNC110 (the upstream has no event for it)
        await asyncio.sleep(0.005)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    stopped = await story.read(one)
    assert stopped.done >= 28, "what had been answered is written, but for those under way"
    done = await story.work(one)
    assert (done.state, done.written, done.failed) == ("done", 300, 0)
    assert story.asked <= 300 + CALLS_AT_ONCE
