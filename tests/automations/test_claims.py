"""Whose a run is: workers that die, are held up, or are too many; runs that kill."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso import db
from sayso.automations.work import claims
from sayso.automations.work.checkpoints import Checkpoints, Lost
from sayso.automations.work.gate import Gate
from sayso.automations.work.records import Change
from sayso.automations.work.together import Together
from sayso.automations.work.worker import Worker
from sayso.data import apps, rows
from sayso.db import tables as system
from sayso.db.automation_tables import runs as t
from sayso.db.automation_tables import workers as w
from tests.automations.running_desk import Desk, knocks, logs, scripted
from tests.conftest import Northlight


@pytest.fixture(autouse=True)
async def _alone(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch)
    async with db.transaction(engine) as tx:  # what other stories left waiting is none of this one's
        await tx.execute(update(t).values(wake_at=None, worker=None, state="cancelled"))
        await tx.execute(w.delete())


async def _dead(engine: AsyncEngine, worker: str) -> None:
    async with db.transaction(engine) as tx:
        await tx.execute(update(w).where(w.c.id == worker).values(seen_at=func.now() - text("interval '1 minute'")))


async def _claimed(engine: AsyncEngine, worker: str, *, alone: bool = True, many: int = 10) -> list[str]:
    async with db.transaction(engine) as tx:
        if not (await tx.execute(select(w.c.id).where(w.c.id == worker))).first():
            await claims.register(tx, worker, "a test")
        return [row.id for row in await claims.take(tx, worker, many, alone=alone)]


async def test_a_worker_that_was_held_up_commits_nothing(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    desk = await Desk.made(engine, northlight_kept.ana, [logs("mine")], name="Zombie")
    run = await desk.begin(await desk.add("tickets", name="A"))
    assert await _claimed(engine, "x_zombie") == [run]
    zombie = Together(engine, Checkpoints(engine, "x_zombie"), Gate())
    tx = await zombie.open()
    app = await apps.open_app(tx, desk.app.id, by=desk.by, to="write")
    await rows.create(tx, app, "log", {"line": "from the dead"}, by=desk.by)
    await _dead(engine, "x_zombie")
    async with db.transaction(engine) as other:
        assert [row.id for row in await claims.recover(other)] == [run]
    with pytest.raises(Lost):
        await zombie.commit(Change(run, "done"))
    with pytest.raises(Lost):
        await Checkpoints(engine, "x_zombie").put(Change(run, "done"), [])
    assert (await desk.done(run)).state == "done"
    assert [one["line"] for one in await desk.rows("log")] == ["mine"]


async def test_a_run_that_kills_its_workers_is_left_alone_and_others_beside_it_are_not(
    engine: AsyncEngine, northlight_kept: Northlight
) -> None:
    desk = await Desk.made(engine, northlight_kept.ana, [logs("mine")], name="Poison")
    poison, innocent = (
        await desk.begin(await desk.add("tickets", name="A")),
        await desk.begin(await desk.add("tickets", name="B")),
    )
    freed: dict[str, str] = {}
    for n in range(claims.CRASHES_MAX + 1):
        taken = await _claimed(engine, f"x_{n}")
        assert set(taken) == {poison, innocent}
        async with db.transaction(engine) as tx:
            if n:  # after the first time each is tried by itself: it is the poison's turn
                assert await claims.tried_alone(tx, f"x_{n}", poison)
        await _dead(engine, f"x_{n}")
        async with db.transaction(engine) as tx:
            freed = {row.id: row.state for row in await claims.recover(tx)}
    assert freed == {poison: "quarantined", innocent: "waiting"}
    row = await desk.run(poison)
    assert row.crashes == 4 and "stopped unexpectedly 3 times" in row.problem and row.wake_at is None
    assert (await desk.done(innocent)).state == "done" and (await desk.run(innocent)).crashes == 0
    assert (await desk.run(poison)).state == "quarantined"


async def test_runs_of_one_automation_go_on_together_only_so_many(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    desk = await Desk.made(engine, northlight_kept.ana, [knocks("slow")], name="Limited", at_once=2)
    other = await Desk.made(engine, northlight_kept.ana, [knocks("quick")], name="Unlimited")
    mine = {await desk.begin(await desk.add("tickets", name=f"{n}")) for n in range(6)}
    theirs = await other.begin(await other.add("tickets", name="A"))
    first, second = await asyncio.gather(_claimed(engine, "x_a"), _claimed(engine, "x_b"))
    taken = {*first, *second}
    assert len(taken & mine) == 2 and theirs in taken, "two workers at once keep the limit together, and nobody else waits for it"
    assert not await _claimed(engine, "x_c")


async def test_two_workers_do_each_run_once(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    desk = await Desk.made(engine, northlight_kept.ana, [logs("{Name}"), knocks("{Name}")], name="Two")
    ids = [await desk.add("tickets", name=f"{n:02}") for n in range(40)]
    begun = [await desk.begin(id) for id in ids]
    async with desk.working() as one, desk.working() as two:
        ended = [await desk.through(run) for run in begun]
        assert one.id != two.id
    assert {row.state for row in ended} == {"done"}
    assert sorted(one["line"] for one in await desk.rows("log")) == [f"{n:02}" for n in range(40)]
    assert sorted(text for text, _ in desk.outside.heard) == [f"{n:02}" for n in range(40)]


async def test_a_worker_that_ends_in_order_lets_go_of_what_it_has(
    engine: AsyncEngine, northlight_kept: Northlight, monkeypatch: Any
) -> None:
    monkeypatch.setattr("sayso.automations.work.worker.STOP_SECONDS_MAX", 0.05)
    desk = await Desk.made(engine, northlight_kept.ana, [knocks("slow", id="ask"), logs("after")], name="Ends")
    hold = desk.outside.holds["slow"] = asyncio.Event()
    run = await desk.begin(await desk.add("tickets", name="A"))
    async with desk.working():
        await desk.outside.until(1)
    row = await desk.run(run)
    assert (row.state, row.worker, row.crashes) == ("waiting", None, 0)
    hold.set()
    assert (await desk.done(run)).state == "done"
    assert desk.outside.heard == [("slow", f"{run}:ask:0")] * 2, "interrupted, it is done again with the same key"
    assert (await desk.steps(run))["ask"].attempts == 2


async def test_a_worker_that_was_taken_for_dead_begins_anew(
    engine: AsyncEngine, northlight_kept: Northlight, monkeypatch: Any
) -> None:
    monkeypatch.setattr(claims, "BEAT_SECONDS", 0.02)
    desk = await Desk.made(engine, northlight_kept.ana, [logs("mine")], name="Anew")
    worker = Worker(desk.parts())
    async with worker.running():
        was = worker.id
        async with db.transaction(engine) as tx:
            await tx.execute(w.delete().where(w.c.id == was))
        run = await desk.begin(await desk.add("tickets", name="A"))
        assert (await desk.through(run)).state == "done"
        async with asyncio.timeout(60):
            while worker.id == was:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        run = await desk.begin(await desk.add("tickets", name="B"))
        assert (await desk.through(run)).state == "done"
    async with engine.connect() as tx:
        assert not (await tx.execute(select(w.c.id))).all()


async def test_what_an_app_in_the_trash_has_begun_stands_still(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    desk = await Desk.made(engine, northlight_kept.ana, [knocks("late")], name="Gone")
    run = await desk.begin(await desk.add("tickets", name="A"))
    a = system.apps.c
    async with db.transaction(engine) as tx:
        await tx.execute(update(system.apps).where(a.number == desk.app.number).values(deleted_at=func.now()))
    assert await _claimed(engine, "x_one") == []
    async with db.transaction(engine) as tx:
        await tx.execute(update(system.apps).where(a.number == desk.app.number).values(deleted_at=None))
    assert await _claimed(engine, "x_one") == [run]


async def test_nothing_is_taken_by_a_worker_that_nobody_knows(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    desk = await Desk.made(engine, northlight_kept.ana, [logs("mine")], name="Ghost")
    run = await desk.begin(await desk.add("tickets", name="A"))
    async with db.transaction(engine) as tx:
        assert await claims.take(tx, "x_ghost", 10, alone=True) == []
    assert (await desk.run(run)).worker is None
    async with desk.working():
        assert (await desk.done(run)).state == "done"


async def test_very_many_runs_of_one_automation_keep_no_other_waiting(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    flood = await Desk.made(engine, northlight_kept.ana, [logs("flood")], name="Flood")
    for _ in range(60):
        await flood.begin()
    busy = await _claimed(engine, "x_flood", many=claims.AUTOMATION_RUNS_AT_ONCE - 5)
    assert len(busy) == 45
    lone = await Desk.made(engine, northlight_kept.ana, [logs("lone")], name="Lone")
    mine = [await lone.begin() for _ in range(2)]
    taken = await _claimed(engine, "x_next", many=3)
    assert set(mine) < set(taken) and len(taken) == 3, "its turn comes at once, and no place stays empty"
    assert len(await _claimed(engine, "x_more", many=30)) == 4, "no more of one automation than may go on together"
