"""A model's answers, right and wrong in many ways, through a real socket."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ai.conftest import Story
from tests.gateway.conftest import CALL_COST

LETTER = "Hello, the lamp that you delivered on 3 October is broken. I want my 14,200.50 euros back by 27 November 2026. Otto Brandt, Berlin"


@pytest.mark.parametrize(
    ("field", "said", "value"),
    [
        ("topic", {"topic": "delivery"}, "delivery"),
        ("topic", {"topic": None}, None),
        ("tags", {"tags": ["Refund", "urgent"]}, ["refund", "urgent"]),
        ("tags", {"tags": []}, []),
        ("amount", {"amount": 14200.5}, "14200.50"),
        ("amount", {"amount": "14200.50"}, "14200.50"),
        ("due", {"due": "2026-11-27"}, "2026-11-27"),
        ("due", {"due": "27 November 2026"}, "2026-11-27"),
        ("due", {"due": "not stated"}, None),
        ("score", {"score": 4}, 4),
        ("angry", {"angry": True}, True),
        ("summary", {"summary": "Broken lamp; wants his money back."}, "Broken lamp; wants his money back."),
    ],
)
async def test_each_kind_is_written_by_its_own_rules(story: Story, field: str, said: dict[str, Any], value: Any) -> None:
    row = await story.row(subject="Lamp", letter=LETTER)
    story.will_say({**said, "confidence": 0.9})
    outcome = await story.does(row, field)
    assert (outcome.state, outcome.value, outcome.confidence) == ("written", value, 0.9), outcome
    assert (outcome.model, outcome.provider, outcome.cost, outcome.calls) == ("stub-2026-10-01", "up", CALL_COST, 1)
    heard = story.desk.up.heard[-1].json
    assert heard["response_format"]["json_schema"]["strict"] is True
    assert LETTER in heard["messages"][1]["content"]
