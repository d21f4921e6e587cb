"""Runs that wait: for a time, a day, a call. Meanwhile nobody holds anything."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso import db
from sayso.automations import runs
from sayso.automations import steps as kinds
from sayso.automations.steps.step import Doing, Done, OutsideStep, Waits
from sayso.automations.work import claims, execution, leaf, waits, worker
from sayso.db.automation_tables import runs as t
from sayso.db.automation_tables import steps as s
from sayso.db.tables import members
from tests.automations.running_desk import Desk, knocks, logs, scripted
from tests.conftest import Northlight


@pytest.fixture(autouse=True)
def _outside(monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch)


async def test_a_day_is_waited_for_in_the_apps_zone(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    desk = await Desk.made(
        engine, northlight_kept.ana, [logs("before"), {"kind": "wait", "id": "w", "until": "{trigger: body.day}"}, logs("after")]
    )
    day = (datetime.now(UTC) + timedelta(days=40)).date()
    run = await desk.begin(await desk.add("tickets", name="A"), body={"day": day.isoformat()})
    row = await desk.done(run)
    assert (row.state, row.waits_for, row.worker) == ("sleeping", "time", None)
    midnight = datetime.combine(day, datetime.min.time())
    assert row.wake_at.replace(tzinfo=None) - midnight in (timedelta(hours=-1), timedelta(hours=-2)), "midnight in Berlin"
    await _clock_turned(engine, run)
    assert (await desk.ended(run)).state == "done"
    assert [one["line"] for one in await desk.rows("log")] == ["before", "after"]


async def test_nonsense_to_wait_for_is_told(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    desk = await Desk.made(engine, northlight_kept.ana, [{"kind": "wait", "until": "{Name}"}])
    row = await desk.done(await desk.begin(await desk.add("tickets", name="soon, perhaps")))
    assert (row.state, row.problem) == ("failed", "“soon, perhaps” is no day or moment that could be waited for.")


async def test_a_call_ends_a_wait_once(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    desk = await Desk.made(
        engine, northlight_kept.ana, [{"kind": "wait", "id": "paid", "webhook": True}, logs("{paid: body.amount}")], name="Called"
    )
    run = await desk.begin(await desk.add("tickets", name="A"))
    assert (await desk.done(run)).waits_for == "webhook"
    token = (await desk.steps(run))["paid"].wait["token"]
    async with db.transaction(engine) as tx:
        assert await runs.came(tx, "nobody waits here", {}) is None
        assert await runs.came(tx, token, {"amount": 12}) == run
        assert await runs.came(tx, token, {"amount": 99}) == run
    assert (await desk.ended(run)).state == "done"
    assert [one["line"] for one in await desk.rows("log")] == ["12"]


class Asks(OutsideStep):
    """Waits for an answer of a person, as an approval does."""

    kind = "approval"

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.asked: list[str] = []
        self.looked = asyncio.Event()

    async def prepared(self, step: Any, doing: Doing) -> dict[str, Any]:
        return {"question": doing.names.text(step.question)}

    async def done(self, prepared: dict[str, Any], step: Any, doing: Doing) -> Done:
        self.asked.append(doing.key)
        return Done({}, "Asked.", wait=Waits(None, "approval", doing.key))

    async def woken(self, prepared: dict[str, Any], waited: Waits, step: Any, doing: Doing) -> Done:
        self.looked.set()
        said = self.answers.get(waited.id or "")
        return Done({"said": said}, f"{said}.") if said else Done(wait=waited)


async def test_an_answer_that_comes_at_any_moment_is_heard(
    engine: AsyncEngine, northlight_kept: Northlight, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = Asks()
    monkeypatch.setitem(kinds.KINDS, "approval", asks)
    steps = [{"kind": "approval", "id": "ok", "question": "{Name}?"}, logs("{ok: said}")]
    desk = await Desk.made(engine, northlight_kept.ana, steps, name="Asked")
    run = await desk.begin(await desk.add("tickets", name="A"))
    row = await desk.done(run)
    assert (row.state, row.waits_for, row.wake_at) == ("sleeping", "approval", None)
    async with db.transaction(engine) as tx:
        await runs.wake(tx, run)
    async with desk.working():
        await asks.looked.wait()
        await desk.through(run, ("sleeping",))
        asks.answers[f"{run}:ok:0"] = "Yes"
        async with db.transaction(engine) as tx:
            await runs.wake(tx, run)
        assert (await desk.through(run, ("done", "failed"))).state == "done"
    assert asks.asked == [f"{run}:ok:0"] and [one["line"] for one in await desk.rows("log")] == ["Yes"]


async def test_an_answer_is_heard_though_a_worker_has_the_run(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    desk = await Desk.made(engine, northlight_kept.ana, [{"kind": "wait", "seconds": 3600}], name="Woken")
    run = await desk.begin(await desk.add("tickets", name="A"))
    async with db.transaction(engine) as tx:
        await tx.execute(update(t).where(t.c.id == run).values(state="running", worker="x_1", wake_at=None))
        await runs.wake(tx, run)
        assert (await desk.run(run)).state == "waiting"
    assert (await desk.run(run)).woken


async def test_turns_wait_each_for_itself(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    loop = {
        "kind": "for_each",
        "over": "{trigger: inputs.names}",
        "at_once": 3,
        "steps": [{"kind": "wait", "webhook": True, "id": "w"}, knocks("{item}: {w: body}")],
    }
    desk = await Desk.made(engine, northlight_kept.ana, [loop], {"kind": "called"}, name="Turns wait")
    run = await desk.begin(inputs={"names": ["a", "b", "c"]})
    async with desk.working():
        for place, said in (("w:2", "z"), ("w:0", "x"), ("w:1", "y")):
            await desk.through(run, ("sleeping",))
            async with db.transaction(engine) as tx:
                await runs.came(tx, (await desk.steps(run))[place].wait["token"], said)
        assert (await desk.through(run, ("done", "failed"))).state == "done"
    assert sorted(text for text, _ in desk.outside.heard) == ["a: x", "b: y", "c: z"]


@pytest.mark.parametrize("way", ["webhook", "time"])
async def test_a_run_whose_owner_became_a_guest_meanwhile_fails_kindly(
    engine: AsyncEngine, northlight_kept: Northlight, way: str
) -> None:
    """What fails after a wait does not make it wait anew."""
    wait = {"kind": "wait", "id": "w", **({"webhook": True} if way == "webhook" else {"seconds": 3600})}
    desk = await Desk.made(engine, northlight_kept.ben, [wait, logs("after")], name=f"Lost {way}")
    run = await desk.begin()
    assert (await desk.done(run)).state == "sleeping"
    await _given(engine, northlight_kept, "guest")
    try:
        if way == "webhook":
            async with db.transaction(engine) as tx:
                await runs.came(tx, (await desk.steps(run))["w"].wait["token"], {"amount": 12})
        else:
            await _clock_turned(engine, run)
        row, steps = await desk.ended(run), await desk.steps(run)
    finally:
        await _given(engine, northlight_kept, "builder")
    assert row.state == "failed" and row.failed_step == "s2" and "There is no app" in row.problem
    assert (steps["w"].state, steps["s2"].state) == ("done", "failed")


@pytest.mark.parametrize("wrong", [timedelta(minutes=-5), timedelta(minutes=5)])
async def test_a_machine_whose_clock_is_wrong_waits_as_long_as_any(
    engine: AsyncEngine, northlight_kept: Northlight, monkeypatch: pytest.MonkeyPatch, wrong: timedelta
) -> None:
    taken, really = list[int](), claims.take

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + wrong

    async def take(tx: Any, worker: str, many: int, *, alone: bool) -> Any:
        rows = await really(tx, worker, many, alone=alone)
        taken.append(len(rows))
        return rows

    desk = await Desk.made(engine, northlight_kept.ana, [{"kind": "wait", "seconds": 1}], name="Wrong")
    for one in (waits, leaf, worker, execution):
        monkeypatch.setattr(one, "datetime", Wrong, raising=False)
    monkeypatch.setattr(claims, "take", take)
    run = await desk.begin()
    async with desk.working():
        row = await desk.through(run, ("done",))
    assert 1 <= (row.ended_at - row.started_at).total_seconds() < 10
    assert len(taken) < 40, "and it did not ask again and again meanwhile"


async def _given(engine: AsyncEngine, northlight: Northlight, role: str) -> None:
    async with db.transaction(engine) as tx:
        await tx.execute(update(members).where(members.c.id == northlight.ben.member).values(role=role))


async def _clock_turned(engine: AsyncEngine, run: str) -> None:
    """What it waits for is in the past now."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    async with db.transaction(engine) as tx:
        steps = (await tx.execute(s.select().where(s.c.run == run, s.c.state == "waiting"))).all()
        for one in steps:
            mine = update(s).where(s.c.run == run, s.c.place == one.place)
            await tx.execute(mine.values(wait={**one.wait, "until": past.isoformat()}))
        await tx.execute(update(t).where(t.c.id == run).values(wake_at=past))
