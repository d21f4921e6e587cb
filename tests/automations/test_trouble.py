"""What goes wrong in runs: tried again, stopped, gone on without, taken up by people."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso import db
from sayso.automations import runs
from sayso.automations.steps.step import StepFailed
from sayso.automations.work import trouble
from sayso.db import tables as system
from sayso.db.automation_tables import runs as t
from sayso.db.notification_tables import approvals, notifications
from sayso.errors import Conflict, Forbidden, NotFound
from sayso.team import people
from tests.automations.running_desk import Desk, knocks, logs, scripted
from tests.conftest import Northlight

SOON = {"times": 3, "seconds": 1}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch)
    monkeypatch.setattr(trouble, "RETRY_WAIT_SECONDS_MAX", 0.02)


async def test_what_may_help_is_tried_again_with_the_same_key(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    desk = await Desk.made(
        engine, northlight_kept.ana, [logs("before"), knocks("hello", id="ask", retry=SOON), logs("{ask: answer}")]
    )
    desk.outside.fails["hello"] = [StepFailed("It is down.", again=True), StepFailed("It is still down.", again=True)]
    run = await desk.begin(await desk.add("tickets", name="Leak"))
    async with desk.working():
        row = await desk.through(run, ("done", "failed"))
    assert row.state == "done" and desk.outside.heard == [("hello", f"{run}:ask:0")] * 3
    assert (await desk.steps(run))["ask"].attempts == 3
    assert [one["line"] for one in await desk.rows("log")] == ["before", "heard hello"]


async def test_what_does_not_help_fails_at_once_and_its_owner_is_told_once(
    engine: AsyncEngine, northlight_kept: Northlight
) -> None:
    desk = await Desk.made(engine, northlight_kept.ana, [knocks("hello", retry=SOON), logs("after")], name="Told")
    for _ in range(2):
        desk.outside.fails["hello"] = [StepFailed("There is no such door.", detail="404")]
        row = await desk.done(await desk.begin(await desk.add("tickets", name="Leak")))
        assert (row.state, row.problem, row.failed_step) == ("failed", "There is no such door.", "s1")
    assert len(desk.outside.heard) == 2 and not await desk.rows("log")
    async with engine.connect() as tx:
        n = notifications.c
        told = (await tx.execute(select(n.member, n.title, n.text, n.times).where(n.app_id == desk.app.id))).all()
    assert [tuple(one) for one in told] == [(desk.by.member, "Rule failed", "There is no such door.", 2)]
    async with db.transaction(engine) as tx:
        groups = [g for g in await runs.failures(tx, by=desk.by) if g.app_id == desk.app.id]
        assert [(g.step, g.message, g.count) for g in groups] == [("s1", "There is no such door.", 2)]
        other = await runs.failures(tx, by=await _elsewhere(tx))
    assert not other


async def test_a_step_that_may_fail_is_gone_on_without(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    desk = await Desk.made(engine, northlight_kept.ana, [knocks("hello", failed="go_on"), logs("after")])
    desk.outside.fails["hello"] = [StepFailed("No.")]
    run = await desk.begin(await desk.add("tickets", name="Leak"))
    assert (await desk.done(run)).state == "done"
    assert {place: one.state for place, one in (await desk.steps(run)).items()} == {"s1": "failed", "s2": "done"}


@pytest.mark.parametrize("at_once", [1, 3])
async def test_a_turn_that_fails_stops_the_loop_and_is_where_it_goes_on(
    engine: AsyncEngine, northlight_kept: Northlight, at_once: int
) -> None:
    loop = {
        "kind": "for_each",
        "over": "{trigger: inputs.names}",
        "at_once": at_once,
        "steps": [logs("{item}"), knocks("{item}", id="ask")],
    }
    desk = await Desk.made(engine, northlight_kept.ana, [loop, logs("end")], {"kind": "called"}, name=f"Loop {at_once}")
    desk.outside.fails["b"] = [StepFailed("Not b.")]
    run = await desk.begin(inputs={"names": ["a", "b", "c", "d"]})
    row = await desk.done(run)
    assert (row.state, row.failed_step) == ("failed", "ask:1")
    if at_once == 1:
        assert [one["line"] for one in await desk.rows("log")] == ["a", "b"], "no further turn is begun"
    async with db.transaction(engine) as tx:
        await runs.retry(tx, run, by=desk.by)
    assert (await desk.done(run)).state == "done"
    assert sorted(one["line"] for one in await desk.rows("log")) == ["a", "b", "c", "d", "end"], "what was done is not done again"
    assert sorted(text for text, _ in desk.outside.heard) == ["a", "b", "b", "c", "d"]


async def test_a_loop_that_goes_on_counts_what_failed(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    loop = {
        "kind": "for_each",
        "id": "all",
        "over": "{trigger: inputs.names}",
        "failed": "go_on",
        "steps": [knocks("{item}"), logs("{item}")],
    }
    desk = await Desk.made(engine, northlight_kept.ana, [loop, logs("{all: done} done, {all: failed} not")], {"kind": "called"})
    desk.outside.fails["b"] = [StepFailed("Not b.")]
    run = await desk.begin(inputs={"names": ["a", "b", "c"]})
    assert (await desk.done(run)).state == "done"
    assert [one["line"] for one in await desk.rows("log")] == ["a", "c", "2 done, 1 not"]


async def test_people_leave_a_step_out_do_one_again_and_do_all_again(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    desk = await Desk.made(engine, northlight_kept.ana, [knocks("one", id="one"), knocks("two", id="two"), logs("end")])
    desk.outside.fails["two"] = [StepFailed("No."), StepFailed("No.")]
    run = await desk.begin(await desk.add("tickets", name="Leak"))
    assert (await desk.done(run)).state == "failed"
    async with db.transaction(engine) as tx:
        with pytest.raises(Forbidden):
            await runs.retry(tx, run, by=northlight_kept.mia)
        await runs.retry(tx, run, by=desk.by, skip=True)
    assert (await desk.done(run)).state == "done"
    assert (await desk.steps(run))["two"].state == "skipped" and len(await desk.rows("log")) == 1
    async with db.transaction(engine) as tx:
        await runs.retry(tx, run, by=desk.by, step="one")
    row = await desk.done(run)
    assert row.state == "failed" and row.failed_step == "two"
    keys = [key for text, key in desk.outside.heard if text == "one"]
    assert keys == [f"{run}:one:0", f"{run}:one:0:1"], "a person wants it a second time, so it is not the same for who is reached"
    async with db.transaction(engine) as tx:
        again = await runs.replay(tx, run, desk.registered, by=desk.by)
    assert (await desk.done(again)).state == "done" and len(await desk.rows("log")) == 2


async def test_a_run_is_held_gone_on_with_and_called_off(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    desk = await Desk.made(engine, northlight_kept.ana, [knocks("slow"), logs("after")], name="Held")
    hold = desk.outside.holds["slow"] = asyncio.Event()
    run, gone = await desk.begin(await desk.add("tickets", name="A")), await desk.begin(await desk.add("tickets", name="B"))
    async with desk.working():
        await desk.outside.until(2)
        async with db.transaction(engine) as tx:
            await runs.pause(tx, run, by=northlight_kept.mia)
            await runs.cancel(tx, gone, by=northlight_kept.mia)
            with pytest.raises(Conflict):
                await runs.cancel(tx, gone, by=desk.by)
        assert (await desk.run(run)).state == "running", "the step that is being done is finished"
        hold.set()
        assert (await desk.through(run)).state == "paused"
        assert (await desk.run(gone)).state == "cancelled" and not await desk.rows("log")
        async with db.transaction(engine) as tx:
            await runs.resume(tx, run, by=northlight_kept.mia)
        assert (await desk.through(run, ("done",))).state == "done"
    assert len(await desk.rows("log")) == 1 and len(desk.outside.heard) == 2
    late = (await desk.steps(gone))["s1"]
    assert (late.state, late.told) == ("done", "Asked slow."), "what went out is told, though the run was called off meanwhile"


async def test_a_run_has_the_rights_that_its_owner_has_now(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    desk = await Desk.made(engine, northlight_kept.ana, [logs("mine")], name="Rights")
    first, second = await desk.begin(await desk.add("tickets", name="A")), await desk.begin(await desk.add("tickets", name="B"))
    async with db.transaction(engine) as tx:
        mine = update(t).where(t.c.id.in_([first, second]))
        await tx.execute(mine.values(owner=northlight_kept.cleo.member))
    assert "may not change rows" in (await desk.done(first)).problem
    async with db.transaction(engine) as tx:
        m = system.members
        await tx.execute(update(m).where(m.c.id == northlight_kept.cleo.member).values(removed_at=m.c.created_at))
    async with db.transaction(engine) as tx:
        await runs.retry(tx, second, by=desk.by)
    assert "not in this workspace any more" in (await desk.done(second)).problem
    assert not await desk.rows("log")


async def test_runs_are_nobody_elses(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    desk = await Desk.made(engine, northlight_kept.ana, [logs("mine")], name="Isolated")
    run = await desk.begin(await desk.add("tickets", name="A"))
    async with db.transaction(engine) as tx:
        zoe = await _elsewhere(tx)
        assert (await runs.listed(tx, runs.Asked(), by=zoe)) == ([], None)
        for act in (runs.found, runs.cancel, runs.pause, runs.resume, runs.retry):
            with pytest.raises(NotFound):
                await act(tx, run, by=zoe)


async def test_nobody_is_asked_any_more_for_a_run_that_was_called_off(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    steps = [{"kind": "approval", "id": "ok", "by": "everyone", "question": "Close {Name}?"}, logs("closed")]
    desk = await Desk.made(engine, northlight_kept.ana, steps, name="Withdrawn")
    run = await desk.begin(await desk.add("tickets", name="Leak"))
    assert (await desk.done(run)).waits_for == "approval"
    async with db.transaction(engine) as tx:
        mine = select(approvals.c.state).where(approvals.c.run == run)
        assert (await tx.execute(mine)).scalars().all() == ["open"]
        await runs.cancel(tx, run, by=desk.by)
        assert (await tx.execute(mine)).scalars().all() == ["withdrawn"]


async def _elsewhere(tx: Any) -> Any:
    return await people.found(tx, name="Elsewhere", owner="Zoe")
