"""Runs from their beginning to their end: rows, names, branches, loops."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.automations.running_desk import Desk, knocks, logs, scripted
from tests.conftest import Northlight

Kept = Northlight
N = count(1)


@pytest.fixture(autouse=True)
def _outside(monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch)


async def test_a_run_does_its_steps_in_order_with_the_rows_values(engine: AsyncEngine, northlight_kept: Kept) -> None:
    desk = await Desk.made(
        engine,
        northlight_kept.ana,
        [
            {"kind": "set_values", "id": "say", "values": {"Greeting": "Dear {Client}.{Name}", "Twice": "={Hours} * 2"}},
            logs("{say: Greeting}: {Name} is {State}"),
            {"kind": "update_row", "id": "close", "table": "tickets", "values": {"state": "Done", "hours": "{say: Twice}"}},
            logs("{Name} is {State}, {Hours} hours"),
        ],
    )
    client = await desk.add("clients", name="Otto")
    ticket = await desk.add("tickets", name="Leak", state="open", hours=1.5, client=[client])
    run = await desk.begin(ticket)
    row = await desk.done(run)
    assert (row.state, row.problem) == ("done", "")
    assert [one["line"] for one in await desk.rows("log")] == ["Dear Otto: Leak is Open", "Leak is Done, 3 hours"]
    steps = await desk.steps(run)
    assert list(steps) == ["say", "s2", "close", "s4"] and {one.state for one in steps.values()} == {"done"}
    assert steps["close"].told == "Changed “Leak” in Tickets." and row.steps == 4


async def test_ways_are_chosen_by_the_row_and_by_values(engine: AsyncEngine, northlight_kept: Kept) -> None:
    long = {"of": [{"field": "hours", "op": "gt", "value": 8}]}
    desk = await Desk.made(
        engine,
        northlight_kept.ana,
        [
            {"kind": "branch", "filter": long, "then": [logs("{Name} is long")], "otherwise": [logs("{Name} is short")]},
            {
                "kind": "switch",
                "cases": [
                    {"name": "Leaks", "tests": [{"value": "{Name}", "op": "contains", "to": "leak"}], "then": [logs("water")]}
                ],
                "otherwise": [{"kind": "stop", "message": "{Name} is no leak"}],
            },
            logs("the end of {Name}"),
        ],
    )
    first, second = await desk.add("tickets", name="A leak", hours=9), await desk.add("tickets", name="A light", hours=2)
    runs = [await desk.begin(first), await desk.begin(second)]
    async with desk.working():
        ended = [await desk.through(run) for run in runs]
    assert [row.state for row in ended] == ["done", "done"] and ended[1].told == "A light is no leak"
    lines = {one["line"] for one in await desk.rows("log")}
    assert lines == {"A leak is long", "water", "the end of A leak", "A light is short"}
    assert (await desk.steps(runs[0]))["s1"].output == {"taken": "then", "name": "Yes"}


@pytest.mark.parametrize("at_once", [1, 4])
async def test_each_row_has_its_turn(engine: AsyncEngine, northlight_kept: Kept, at_once: int) -> None:
    steps: list[Any] = [
        {"kind": "find_rows", "id": "find", "table": "tickets", "sorts": [{"field": "hours"}]},
        {
            "kind": "for_each",
            "id": "all",
            "at_once": at_once,
            "steps": [logs("{Name}"), knocks("{Name} for {item: n}", id="ask"), logs("{ask: answer}")],
        },
        logs("{find: count} found, {all: done} done"),
    ]
    desk = await Desk.made(engine, northlight_kept.ana, steps, {"kind": "called"}, name=f"Turns {at_once}")
    for n in range(5):
        await desk.add("tickets", name=f"T{n}", hours=n)
    run = await desk.begin()
    assert (await desk.done(run)).state == "done"
    assert sorted(key for _, key in desk.outside.heard) == [f"{run}:ask:{n}" for n in range(5)]
    lines = [one["line"] for one in await desk.rows("log")]
    expected = [line for n in range(5) for line in (f"T{n}", f"heard T{n} for {n + 1}")]
    assert (lines[:-1] if at_once == 1 else sorted(lines[:-1])) == (expected if at_once == 1 else sorted(expected))
    assert lines[-1] == "5 found, 5 done"


async def test_an_unknown_name_fails_the_step_and_says_what_there_is(engine: AsyncEngine, northlight_kept: Kept) -> None:
    desk = await Desk.made(engine, northlight_kept.ana, [logs("before"), logs("{Naem}"), logs("after")])
    run = await desk.begin(await desk.add("tickets", name="Leak"))
    row = await desk.done(run)
    assert row.state == "failed" and row.failed_step == "s2" and row.problem == "{Naem} means nothing here. {Name} does."
    assert [one["line"] for one in await desk.rows("log")] == ["before"], "what was done before is kept"
    assert {place: one.state for place, one in (await desk.steps(run)).items()} == {"s1": "done", "s2": "failed"}
