"""What changed and what is about to; why a model is refused; what it is good for."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.errors import Invalid
from sayso.models.capability import refusals
from sayso.models.changes import between, changes, coming, of_model
from sayso.models.directory import Directory, packaged
from sayso.models.strengths import strengths, weaknesses

TODAY = date(2026, 11, 22)
DIRECTORY = packaged()
untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_announced_changes_are_told_the_nearest_first():
    told = [change.sentence for change in coming(DIRECTORY, TODAY)]

    assert (
        "Gemini 4 Argon gets dearer on 1 December 2026: input $2 → $4, output $10 → $20 and cached input $0.1 → $0.2 per million tokens."
        in told
    )
    assert "OpenAI shuts GPT-5 mini down on 11 December 2026, in 19 days. OpenAI names GPT-6.1 Terra as its replacement." in told
    days = [change.day for change in coming(DIRECTORY, TODAY)]
    assert days == sorted(days)
    assert min(days) > TODAY


def test_what_happened_is_told_the_latest_first():
    found = changes(DIRECTORY, date(2026, 10, 1), TODAY, until=TODAY)

    assert (
        "OpenAI shut o4-mini down on 23 October 2026; it no longer answers. OpenAI names GPT-5.6 Terra as its replacement."
        in [c.sentence for c in found]
    )
    assert [c.day for c in found] == sorted((c.day for c in found), reverse=True)
    assert not [c for c in found if c.coming]
    assert len({c.id for c in found}) == len(found)


def test_changes_can_be_narrowed():
    found = changes(DIRECTORY, date(2026, 1, 1), TODAY, kinds=frozenset({"shutdown"}), makers=frozenset({"anthropic"}))
    assert {c.kind for c in found} == {"shutdown"}
    assert {c.maker for c in found} == {"anthropic"}


def test_a_model_has_a_history_of_its_own():
    assert [change.kind for change in of_model(DIRECTORY.read("gemini-4-argon"), DIRECTORY, TODAY)] == [
        "price",
        "release",
    ]


def test_a_refresh_tells_what_it_found():
    entries = dict(DIRECTORY.entries)
    gone = entries.pop("gpt-4")
    dearer = {
        **entries["o3"],
        "genai": {**entries["o3"]["genai"], "periods": [{"prices": {"input_mtok": "9", "output_mtok": "8"}}]},
    }
    new = Directory(TODAY, DIRECTORY.sources, {**entries, "o3": dearer, "gpt-99": {**gone, "id": "gpt-99", "said": []}})

    found = {change.model: change for change in between(DIRECTORY, new, TODAY)}

    assert set(found) == {"gpt-4", "o3", "gpt-99"}
    assert found["gpt-4"].sentence == "No source lists GPT-4 by OpenAI any more."
    assert found["o3"].sentence.startswith("o3 has new prices: input $2 → $9 per million tokens")
    assert found["gpt-99"].kind == "listed"
    assert not between(DIRECTORY, DIRECTORY, TODAY)


def test_a_slot_is_told_why_a_model_will_not_do():
    blind = DIRECTORY.read("deepseek-v4-pro")
    assert refusals(blind, ["vision"]) == ["This slot sends pictures; DeepSeek V4 Pro does not read them."]
    assert refusals(DIRECTORY.read("gpt-6-luna"), ["vision", "tools"], kind="text") == []
    assert refusals(DIRECTORY.read("gpt-6-luna"), [], kind="image") == [
        "This slot asks for pictures; GPT-6 Luna does not make any."
    ]
    assert refusals(DIRECTORY.read("gpt-image-2.5-flare"), [], kind="text", who="The summary") == [
        "The summary asks for text; GPT Image 2.5 Flare does not write any."
    ]
    with pytest.raises(Invalid):
        refusals(blind, ["telepathy"])
    with pytest.raises(Invalid):
        refusals(blind, [], kind="smell")


@untimed
@given(st.sampled_from(sorted(DIRECTORY.entries)), st.sampled_from([-700, -30, 0, 400]))
def test_every_model_has_points_that_make_sense(id: str, ahead: int):
    model, day = DIRECTORY.read(id), TODAY + timedelta(days=ahead)
    points = (*strengths(model, DIRECTORY, day), *weaknesses(model, DIRECTORY, day))
    for point in points:
        assert point.title
        assert point.lines
        assert not any("None" in line or "$0 per" in line for line in point.lines)
        assert replace(point).as_json()["source"]
