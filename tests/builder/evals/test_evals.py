"""Models measured as builders: right, wrong, unreliable and absent ones, on the same cases with the same scorer."""

import json
from pathlib import Path
from typing import Any

import pytest

from sayso.ai import measurements
from sayso.builder.agent.planning import Agent
from sayso.builder.evals import measuring
from sayso.builder.planner import Plan, Wish, plan
from sayso.db import transaction
from sayso.errors import Invalid
from sayso.models.directory import packaged
from sayso.team import keys
from tests.gateway.conftest import Desk
from tests.gateway.upstream import Status
from tests.scripts import calls

CASES: list[dict[str, Any]] = [
    {"id": "repairs", "prompt": "track repairs with bike, status (open, done) and price", "expect": "plan", "kind": "new", "gold": {
        "tables": [{"name": "Repair", "fields": [{"name": "Bike", "type": "text"}, {"name": "Status", "type": "select", "options": ["open", "done"]}, {"name": "Price", "type": "currency"}]}],
        "views": [], "automations": [], "ai": [], "roles": []}},
    {"id": "vague", "prompt": "make my life easier", "expect": "question", "kind": "vague", "gold": {"tables": [], "views": [], "automations": [], "ai": [], "roles": []}},
]  # fmt: skip
RIGHT = calls(("create_tables", {"app_name": "Repairs", "tables": [{"name": "Repairs", "fields": [
    {"name": "Bike", "kind": "text"}, {"name": "Status", "kind": "select", "options": ["Open", "Done"]}, {"name": "Price", "kind": "money"}]}]}), ("finish", {}))  # fmt: skip
HALF = calls(("create_tables", {"app_name": "Repairs", "tables": [{"name": "Repairs", "fields": [{"name": "Bike", "kind": "text"}, {"name": "Weather", "kind": "text"}]}]}), ("finish", {}))  # fmt: skip
ASKS = calls(("ask", {"question": "What do you keep track of?", "answers": ["Clients", "Orders"]}))


def agent(desk: Desk) -> Agent:
    return Agent(desk.gateway, desk.gateway.caller(desk.company.workspace), "up/stub", packaged, mode="tools")


async def measured(desk: Desk, *answers: Any, k: int = 2) -> measuring.Evaluation:
    desk.up.will(*answers)
    return await measuring.measured("up/stub", CASES, agent(desk).plan, k=k, at_once=1)


async def test_a_model_that_is_right_every_time(desk: Desk) -> None:
    done = await measured(desk, RIGHT, RIGHT, ASKS, ASKS)
    assert (done.headline, done.always, done.ever, done.failed) == (1.0, 1.0, 1.0, 0.0)
    assert (done.cases, done.k, done.input, done.output, done.cost, done.rounds) == (2, 2, 1000, 400, "0.005", 1.0)
    assert done.parts["table f1"] == 1.0 and done.parts["outcome"] == 1.0


async def test_one_that_is_right_every_other_time_is_told_by_pass_k(desk: Desk) -> None:
    done = await measured(desk, RIGHT, HALF, ASKS, ASKS)
    assert (done.always, done.ever) == (0.5, 1.0)
    assert 0.5 < done.headline < 1.0 and done.low <= done.headline <= done.high
    assert done.parts["field precision"] == 0.75


async def test_the_planners_help_counts_for_nothing(desk: Desk) -> None:
    desk.up.always = Status(500, "down")
    done = await measured(desk, k=1)
    assert (done.failed, done.always, done.headline) == (1.0, 0.0, 0.0)
    assert {one.outcome for one in done.attempts} == {"failed"}


async def test_the_planner_is_measured_by_the_same_scorer() -> None:
    async def planner(wish: Wish) -> Plan:
        return plan(wish)

    done = await measuring.measured("planner", CASES, planner, k=1)
    assert done.parts["table f1"] == 1.0 and done.failed == 0.0 and done.cost == "0"


async def test_a_builder_that_trips_is_an_attempt_that_failed() -> None:
    async def trips(wish: Wish) -> Plan:
        raise RuntimeError(wish.words)

    assert (await measuring.measured("broken", CASES, trips, k=1)).failed == 1.0


async def test_it_becomes_the_workspaces_own_measurement(desk: Desk, tmp_path: Path) -> None:
    done = await measured(desk, RIGHT, ASKS, k=1)
    kept = json.loads(measuring.kept(tmp_path, done).read_text(encoding="utf-8"))
    assert kept["attempts"][0]["case"] == "repairs" and kept["attempts"][0]["built"]["tables"]
    for _ in range(2):
        async with transaction(desk.engine) as tx:
            await measurements.keep(tx, desk.company.workspace, done.measurement("gpt-4o", "wishes"))
    async with transaction(desk.engine) as tx:
        _, secret = await keys.create(tx, "Tests", by=desk.company.mia)
    [shown] = (await desk.http.get("/api/models/gpt-4o/measurements", headers={"authorization": f"Bearer {secret}"})).json()[
        "items"
    ]
    assert (shown["kind"], shown["quality"], shown["n"], shown["by"]) == ("builds_apps", 1.0, 2, "scorer"), (
        "measured again, it takes the place of the last"
    )
    assert shown["title"].startswith("Builds apps: 1.00 on 2 wishes")
    assert shown["figures"]["pass_k"] == 1.0 and shown["figures"]["cost"] == "0.0025"


def test_the_cases_that_come_along_are_cases() -> None:
    cases = measuring.packaged()
    assert len(cases) == 40 and len({c["id"] + c["writer"] for c in cases}) == 40
    assert {c["expect"] for c in cases} == {"plan", "question", "refusal"} and sum("given" in c for c in cases) >= 8
    assert {c["writer"] for c in cases} == {"anders", "mira", "ruth"}, "writers whose words taught the planner nothing"


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "no json", '{"prompt": 3, "gold": {}}', '{"prompt": "x", "gold": {"tables": []}, "expect": "built"}']
)
def test_what_is_no_case_is_named_by_its_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid, match="cases"):
        measuring.read(file)
