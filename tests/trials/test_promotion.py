"""Keeping a model switches that, and nothing else."""

from typing import Any

import pytest

from sayso.errors import Invalid, NotFound
from sayso.spec.app import App, app_from
from sayso.spec.change import apply, completed_app, inverse
from sayso.trials.promotion import change_to
from sayso.trials.trial import Contender
from tests.trials.conftest import DESK, NEXT, TOPIC, Story

STEP = "automations/greet/steps/0"


@pytest.fixture
def spec() -> App:
    return completed_app(app_from(DESK))


def without(spec: dict[str, Any], *ways: str) -> dict[str, Any]:
    """The spec with what may change taken out."""
    kept = {name: part for name, part in spec.items() if name != "slots"}
    kept["slots"] = [slot for slot in spec["slots"] if slot["id"] == "text"]
    kept["tables"] = [
        {
            **table,
            "fields": [
                {k: v for k, v in f.items() if f["id"] not in ways or k not in ("slot", "prompt", "fill")}
                for f in table["fields"]
            ],
        }
        for table in spec["tables"]
    ]
    return kept


def test_a_part_that_shares_its_slot_gets_one_of_its_own(spec: App):
    change = change_to(spec, NEXT, Contender(id="c1", model="trio/better"))
    after = apply(spec, change)
    assert after.slots[-1].portable() == {"id": "next", "name": "Next", "model": "trio/better"} | {"kind": "text"}
    assert without(after.portable(), "next") == without(spec.portable(), "next"), "the rest stays byte for byte"
    assert apply(after, inverse(spec, change)) == spec


def test_a_slot_of_its_own_is_switched(spec: App):
    once = apply(spec, change_to(spec, NEXT, Contender(id="c1", model="trio/better")))
    change = change_to(once, NEXT, Contender(id="c2", model="trio/poor", snapshot="poor-2026-10-01"))
    assert [step.do for step in change.steps] == ["alter"]
    assert apply(once, change).slots[-1].model == "trio/poor-2026-10-01"


def test_another_prompt_alone_changes_only_the_prompt(spec: App):
    for path, field in ((NEXT, "next"), (TOPIC, "topic")):
        after = apply(spec, change_to(spec, path, Contender(id="c1", prompt="Say what {Subject} needs")))
        assert after.slots == spec.slots and after != spec
        assert without(after.portable(), field) == without(spec.portable(), field)


def test_a_step_inside_an_automation_is_switched_alone(spec: App):
    after = apply(spec, change_to(spec, STEP, Contender(id="c1", model="trio/better", prompt="Thank {Subject}")))
    first, second = after.automations[0].steps
    assert getattr(first, "prompt", "") == "Thank {Subject}" and getattr(first, "slot", "") == after.slots[-1].id
    assert second == spec.automations[0].steps[1] and after.tables == spec.tables


def test_the_whole_app_switches_its_shared_slot(spec: App):
    after = apply(spec, change_to(spec, "", Contender(id="c1", model="trio/better")))
    assert [slot.portable() for slot in after.slots] == [{"id": "text", "name": "Text", "model": "trio/better", "kind": "text"}]
    assert after.tables == spec.tables and after.automations == spec.automations


def test_what_is_in_use_and_what_is_gone_cannot_be_kept(spec: App):
    with pytest.raises(Invalid, match="in use"):
        change_to(spec, NEXT, Contender(id="in_use"))
    for path in (
        "tables/tickets/fields/nothing",
        "tables/tickets/fields/subject",
        "automations/greet/steps/1",
        "automations/x/steps/0",
    ):
        with pytest.raises(NotFound):
            change_to(spec, path, Contender(id="c1", prompt="x", model="trio/better"))


async def test_keep_this_model_tells_first_switches_and_is_undone(story: Story):
    told = await story.begins(TOPIC, "better", cases={"source": "rows", "count": 2})
    url, before, rows = f"/api/trials/{told['id']}/promotions", await story.spec(), await story.everything()
    dry = (await story.ben.post(url, json={"contender": "c1", "dry": True})).json()
    assert not dry["applied"] and dry["effects"] and await story.spec() == before
    assert any("Topic" in one["sentence"] for one in dry["effects"])

    kept = (await story.ben.post(url, json={"contender": "c1"})).json()
    assert kept["applied"] and kept["version"] == dry["version"] + 1 and kept["effects"] == dry["effects"]
    after = await story.spec()
    assert without(after, "topic") == without(before, "topic") and after["slots"][-1]["model"] == "trio/better"
    assert await story.everything() == rows
    now = (await story.ben.get(f"/api/trials/{told['id']}")).json()["contenders"]
    assert [one["is_now"] for one in now] == [False, True] and [one["in_use"] for one in now] == [True, False]

    undone = await story.ben.post(f"/api/apps/{story.app}/undos", json={})
    assert undone.status_code == 200 and "Keeps better for Topic" in undone.json()["sentence"]
    assert await story.spec() == before
    back = (await story.ben.get(f"/api/trials/{told['id']}")).json()["contenders"]
    assert [one["is_now"] for one in back] == [True, False]
    assert (await story.ben.post(url, json={"contender": "in_use"})).status_code == 422


async def test_builders_begin_and_keep_viewers_see_and_others_find_nothing(story: Story):
    told = await story.begins(TOPIC, "better", cases={"source": "rows", "count": 1})
    url, id = "/api/trials", told["id"]
    for who in (story.mia, story.cleo):
        assert (await who.get(f"{url}/{id}")).json()["may_build"] is False
        assert (await who.get(url)).json()["items"][0]["id"] == id
        assert (await who.post(url, json=story.new())).status_code == 403
        assert (await who.post(f"{url}/estimates", json=story.new())).status_code == 403
        assert (await who.post(f"{url}/{id}/promotions", json={"contender": "c1"})).status_code == 403
        assert (await who.delete(f"{url}/{id}")).status_code == 403
    assert (await story.cleo.put(f"{url}/{id}/cases/1/votes", json={"answer": "c1", "vote": "good"})).status_code == 403
    assert (await story.mia.put(f"{url}/{id}/cases/1/votes", json={"answer": "c1", "vote": "good"})).status_code == 200
    assert (await story.zoe.get(url)).json()["items"] == []
    for verb, at in (("GET", ""), ("GET", "/cases"), ("GET", "/pairs"), ("DELETE", "")):
        assert (await story.zoe.request(verb, f"{url}/{id}{at}")).status_code == 404
    assert (await story.zoe.post(url, json=story.new())).status_code == 404
    assert (await story.ben.delete(f"{url}/{id}")).status_code == 204
    assert (await story.ben.get(f"{url}/{id}")).status_code == 404
