"""The directory as tools: plain JSON in, plain JSON out."""

from contextlib import suppress
from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.errors import Invalid, NotFound, SaysoError
from sayso.models.directory import packaged
from sayso.models.tools import BY_NAME, TOOLS, call

TODAY = date(2026, 11, 22)
DIRECTORY = packaged()
GOOD: dict[str, dict[str, Any]] = {
    "find_models": {"search": "gpt image", "type": "image", "input_max": 4.5, "sort": "-released", "limit": 3},
    "show_model": {"name": "openai/O4 mini"},
    "compare_models": {"models": ["gpt-image-1", "o4-mini"]},
    "model_changes": {"since": "2026-11-01", "maker": "google"},
    "cost_of_work": {"models": ["gpt-5-mini"], "input": 1_000_000, "output": 100_000, "requests": 10},
    "cost_of_pictures": {"models": ["gpt-image-1"], "quality": "high", "size": "1024×1024", "images": 3},
}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_tool_answers_plain_json(tool: Any):
    answer = call(DIRECTORY, tool.name, GOOD[tool.name], TODAY)
    assert orjson.loads(orjson.dumps(answer)) == answer
    assert tool.description.endswith(".")
    assert set(GOOD[tool.name]) <= set(tool.parameters["properties"])


def test_answers_are_those_of_the_pages():
    assert call(DIRECTORY, "find_models", GOOD["find_models"], TODAY)["items"][0]["id"] == "gpt-image-1-mini"
    assert call(DIRECTORY, "cost_of_work", GOOD["cost_of_work"], TODAY)["items"][0]["total"] == "0.45"
    assert call(DIRECTORY, "cost_of_pictures", GOOD["cost_of_pictures"], TODAY)["items"][0]["total"] == "0.501"


def test_what_makes_no_sense_is_said():
    with pytest.raises(NotFound):
        call(DIRECTORY, "rm", {}, TODAY)
    with pytest.raises(Invalid, match="name: is needed"):
        call(DIRECTORY, "show_model", {}, TODAY)
    with pytest.raises(Invalid, match="is no argument"):
        call(DIRECTORY, "show_model", {"name": "o3", "colour": "red"}, TODAY)
    with pytest.raises(Invalid, match="is a list of names"):
        call(DIRECTORY, "compare_models", {"models": "o3"}, TODAY)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3), max_leaves=4
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(sorted(BY_NAME)), st.data())
def test_any_arguments_are_answered_or_refused(name: str, data: st.DataObject):
    keys = st.sampled_from(sorted(BY_NAME[name].parameters["properties"]))
    arguments = data.draw(st.dictionaries(keys, JSON, max_size=4))
    with suppress(SaysoError):
        orjson.dumps(call(DIRECTORY, name, GOOD[name] | arguments, TODAY))
