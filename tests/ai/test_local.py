"""Real llama.cpp with a tiny, random GGUF: whatever it babbles, a field only ever gets what its rules allow."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso.connections.egress import Door, networks
from sayso.gateway.builtin.local import pulling
from tests.ai.conftest import Story
from tests.gateway.builtin.local.tiny import build


@pytest.fixture(scope="module")
async def tiny(story: Story, tmp_path_factory: pytest.TempPathFactory) -> str:
    file: Path = tmp_path_factory.mktemp("gguf") / "Tiny-Q8.gguf"
    build(file)
    await pulling.pull(Door(networks("127.0.0.0/8")), story.desk.gateway.home, str(file), name="tiny")
    await story.desk.gateway.read_again()
    return "local/tiny"


@pytest.mark.parametrize(
    ("field", "allowed"),
    [("topic", {"billing", "delivery", "repair", None}), ("angry", {True, False}), ("score", {0, 1, 2, 3, 4, 5, None})],
)
async def test_a_local_model_is_held_to_the_fields_rules(story: Story, tiny: str, field: str, allowed: set[object]) -> None:
    row = await story.row(subject="Lamp", letter="The lamp is broken.")
    done = await story.does(row, field, tiny)
    assert done.model == tiny and done.cost == 0 and 1 <= done.calls <= 3
    if done.is_value:
        assert done.value in allowed, done
    else:
        assert done.state == "failed" and done.problem, done
    if field != "score":
        assert done.is_value, done
