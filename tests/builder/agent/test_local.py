"""The builder with a real llama.cpp: a tiny model answers one JSON action that its grammar allows, which is nonsense, and the planner plans."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sayso.ai.answers import json_in
from sayso.builder.agent import turns
from sayso.builder.agent.modes import Modes
from sayso.builder.agent.operations import BY_NAME
from sayso.builder.agent.planning import Agent
from sayso.builder.planner import Wish
from sayso.connections.egress import Door, networks
from sayso.gateway.builtin.local import pulling
from sayso.models.directory import packaged
from tests.gateway.builtin.local import tiny
from tests.gateway.conftest import Desk

ROUNDS = 2
"""Each reads 4,000 characters as so many tokens."""
WISH = "Keep track of clients with name and e-mail"


@pytest.fixture
def roomy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Its tokens are single characters: a context of 4,096 would not hold the rules."""
    monkeypatch.setattr(tiny, "CONTEXT", 8_192)
    yield


async def test_one_json_action_from_llama_cpp_that_is_nonsense_ends_in_the_planners_plan(
    desk: Desk, roomy: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    file = tiny.build(tmp_path / "tiny.gguf")
    await pulling.pull(Door(networks("")), desk.gateway.home, str(file), name="tiny")
    await desk.gateway.read_again()
    caller = desk.gateway.caller(desk.company.workspace)
    assert await Modes(desk.gateway.home).of(desk.gateway, caller, "local/tiny", packaged) == "action"

    monkeypatch.setattr(turns, "DRAFT_ROUNDS_MAX", ROUNDS)
    monkeypatch.setattr(turns, "json_in", lambda text: heard.append(text) or json_in(text))
    plan = await Agent(desk.gateway, caller, "local/tiny", packaged).plan(Wish(WISH))

    assert len(heard) == ROUNDS and all({"action", "done"} <= json.loads(text).keys() for text in heard)
    assert all(json.loads(text)["action"]["do"] in BY_NAME for text in heard)
    assert plan.outcome == "plan" and [t.name for t in plan.spec.tables] == ["Clients"]
    assert plan.made.builder == "planner" and plan.made.rounds == ROUNDS and plan.made.cost == "0"
    assert plan.made.fallback is not None and plan.made.fallback.startswith("local/tiny proposed nothing that could be used")
