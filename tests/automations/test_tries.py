"""Dry runs, digests, and what can be named: what people try an automation with before they switch it on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso import db
from sayso.automations import runs
from sayso.automations.names import offered
from sayso.automations.runs import sweeping
from sayso.automations.work import dry
from sayso.data import apps, rows
from sayso.db import tables as system
from tests.automations.running_desk import Desk, knocks, logs, scripted
from tests.conftest import Northlight


@pytest.fixture(autouse=True)
def _outside(monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch)


async def test_a_dry_run_shows_everything_and_changes_nothing(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    steps: list[Any] = [
        {"kind": "update_row", "id": "close", "table": "tickets", "values": {"state": "Done"}},
        knocks("{Name} is {State}", id="ask"),
        {"kind": "wait", "seconds": 86_400},
        {
            "kind": "find_rows",
            "id": "find",
            "table": "tickets",
            "filter": {"of": [{"field": "state", "op": "is", "value": "Done"}]},
        },
        {"kind": "for_each", "steps": [logs("{Name}: {ask: answer}")]},
    ]
    desk = await Desk.made(engine, northlight_kept.ana, steps, name="Dry")
    ticket = await desk.add("tickets", name="Leak", state="open")
    async with engine.connect() as tx:
        events = (await tx.execute(select(func.max(system.events.c.id)))).scalar_one()
    trigger = {"kind": "row_created", "table": "tickets", "rows": [ticket], "count": 1}
    run = await dry.tried(desk.parts(), desk.registered, trigger, by=desk.by)
    row = await desk.run(run)
    assert (row.state, row.dry, row.problem) == ("done", True, "")
    kept = await desk.steps(run)
    assert kept["ask"].input == {"text": "Leak is Done"} and kept["ask"].told == "Would be done; in a dry run nothing goes out."
    assert kept["find"].output["count"] == 1 and kept["s5_each_1:0"].output["row"]["values"]["line"] == "Leak: ‹answer of ask›"
    assert not desk.outside.heard and not await desk.rows("log")
    assert [one["state"] for one in await desk.rows("tickets")] == ["open"]
    async with engine.connect() as tx:
        assert (await tx.execute(select(func.max(system.events.c.id)))).scalar_one() == events, "nobody heard of anything"


async def test_a_digest_tells_each_change_once(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    steps: list[Any] = [{"kind": "changes", "id": "news", "table": "tickets"}, logs("{news: text}")]
    desk = await Desk.made(engine, northlight_kept.ana, steps, {"kind": "called"}, name="Digest")
    kept, gone = await desk.add("tickets", name="Leak", state="open", hours=1), await desk.add("tickets", name="Lamp")
    first = await desk.begin()
    assert (await desk.done(first)).state == "done"
    async with db.transaction(engine) as tx:
        app = await apps.open_app(tx, desk.app.id, by=desk.by, to="write")
        await rows.update(tx, app, "tickets", kept, {"state": "done"}, by=desk.by)
        await rows.update(tx, app, "tickets", kept, {"hours": 3}, by=desk.by)
        await rows.trash(tx, app, "tickets", [gone], by=desk.by)
        brief = await rows.create(tx, app, "tickets", {"name": "Brief"}, by=desk.by)
        await rows.trash(tx, app, "tickets", [brief["id"]], by=desk.by)
    second = await desk.begin()
    assert (await desk.done(second)).state == "done"
    third = await desk.begin()
    assert (await desk.done(third)).state == "done"
    told = [(await desk.steps(run))["news"].output["text"] for run in (first, second, third)]
    assert told[0] == "Tickets: 2 added.\n- Leak (new)\n- Lamp (new)"
    assert told[1] == "Tickets: 1 changed, 1 deleted.\n- Leak: State: Open → Done; Hours: 1 → 3\n- Lamp (deleted)"
    assert told[2] == "Tickets: nothing changed."
    output = (await desk.steps(second))["news"].output
    assert (output["added"], output["changed"], output["trashed"]) == (0, 1, 1)
    assert {one["name"]: one["count"] for one in output["fields"]} == {"State": 1, "Hours": 1}


async def test_what_can_be_named_depends_on_the_place(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    steps: list[Any] = [
        {"kind": "find_rows", "id": "find", "table": "log"},
        {"kind": "for_each", "steps": [logs("{Line}", id="inner")]},
        {"kind": "respond", "body": ""},
    ]
    desk = await Desk.made(engine, northlight_kept.ana, steps, name="Offers")
    spec, rule = desk.app.spec, desk.registered.automation
    first, inside, last = ({offer.text for offer in offered(spec, rule, path)} for path in ("0", "1/steps/0", "end"))
    assert {"{Name}", "{Client}", "{Client}.{E-mail}", "{today}"} <= first and "{find: rows}" not in first
    assert {"{Line}", "{N}", "{find: rows}"} <= inside and "{Hours}" not in inside
    assert {"{Name}", "{find: count}", "{s2: done}"} <= last and "{inner: row}" not in last


async def test_what_a_step_says_is_bounded(
    engine: AsyncEngine, northlight_kept: Northlight, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sayso.automations.work.bounded.STEP_OUTPUT_BYTES_MAX", 4_000)
    desk = await Desk.made(engine, northlight_kept.ana, [knocks("x" * 90_000, id="ask")], {"kind": "called"}, name="Long")
    run = await desk.begin()
    assert (await desk.done(run)).state == "done"
    output = (await desk.steps(run))["ask"].output
    assert output["cut"] and "characters more]" in output["answer"] and len(output["answer"]) < 1_200


async def test_what_is_over_is_thrown_away_after_a_while(
    engine: AsyncEngine, northlight_kept: Northlight, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await Desk.made(engine, northlight_kept.ana, [logs("mine")], {"kind": "called"}, name="Swept")
    run = await desk.begin()
    assert (await desk.done(run)).state == "done"
    monkeypatch.setattr(sweeping, "RUNS_OF_ONE_KEPT_MAX", 0)
    assert await runs.sweep(engine, 30) == 0, "however many: what comes again soon finds that it was here"
    monkeypatch.setattr(sweeping, "KEPT_HOURS", 0)
    assert await runs.sweep(engine, 30) >= 1
    await desk.done(await desk.begin())
    monkeypatch.setattr(sweeping, "RUNS_OF_ONE_KEPT_MAX", 9)
    assert await runs.sweep(engine, 0) >= 1
    async with db.transaction(engine) as tx:
        found, _ = await runs.listed(tx, runs.Asked(app=desk.app.number), by=desk.by)
    assert not found


async def test_a_run_under_way_ends_where_its_owner_is_suspended(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    """The worker asks at each beat who stands for what it has; nothing is done with the rights of somebody who is not here."""
    ben = northlight_kept.ben
    desk = await Desk.made(engine, ben, [knocks("first", id="ask"), logs("late")], {"kind": "called"}, name="Left")
    desk.outside.holds["first"] = asyncio.Event()
    run = await desk.begin()
    suspended = update(system.members).where(system.members.c.id == ben.member)
    async with desk.working() as worker:
        async with asyncio.timeout(15):
            await desk.outside.until(1)
        async with db.transaction(engine) as tx:
            await tx.execute(suspended.values(suspended_at=func.now()))
        async with db.transaction(engine) as tx:
            await worker._as_they_are_now(tx)  # pyright: ignore[reportPrivateUsage]  as its next beat does
        desk.outside.holds["first"].set()
        row = await desk.through(run)
    async with db.transaction(engine) as tx:
        await tx.execute(suspended.values(suspended_at=None))
    assert row.state == "failed" and "not in this workspace any more" in row.problem
    assert await desk.count("log") == 0
