"""A trial, from the first estimate to the model that is kept, through the API."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError

from sayso.data import apps, provenance
from sayso.data.physical import rows_of
from sayso.db import transaction
from sayso.models.directory import packaged
from sayso.trials import stored
from tests.gateway.upstream import By, Says
from tests.trials.conftest import LETTERS, NEXT, RIGHT, TOPIC, Story, answers


async def test_a_trial_of_a_field_says_who_is_right_and_what_it_costs(story: Story):
    before = await story.everything()
    given = [
        {"inputs": {"Letter": text}, "expected": right, "label": text[:20]} for text, right in zip(LETTERS, RIGHT, strict=True)
    ]
    told = await story.begins(
        TOPIC, "better", "poor", cases={"source": "hand", "given": given}, checks=[{"kind": "exact"}, {"kind": "rules"}]
    )

    assert told["state"] == "done" and told["answered"] == 15 == told["calls"]
    plain, better, poor = told["contenders"]
    assert [one["name"] for one in told["contenders"]] == ["plain", "better", "poor"]
    assert (plain["in_use"], plain["is_now"], better["is_now"]) == (True, True, False)
    assert plain["checks"][0]["value"] == 0.4 and better["checks"][0]["value"] == 1.0
    assert better["quality"]["by"] == "checks" and better["quality"]["n"] == 5 and better["quality"]["low"] < 1
    assert poor["failed"] == 1 and poor["checks"][1]["value"] == 0.8
    assert Decimal(plain["cost_per_1000"]) == Decimal("2.5") and Decimal(better["cost"]) == Decimal("0.00625")
    assert told["best"] == better["id"] and told["frontier"] == [poor["id"], better["id"]]
    assert "50% cheaper" in told["verdict"] and better["note"] == "tokens 50% cheaper"
    assert all(one["p50_ms"] > 0 and one["p95_ms"] >= one["p50_ms"] for one in told["contenders"])
    assert Decimal(told["spent"]) == sum(Decimal(one["cost"]) for one in told["contenders"])
    assert await story.everything() == before, "nothing is written into rows"


async def test_the_estimate_comes_first_and_asks_nobody(story: Story):
    heard = len(story.desk.up.heard)
    new = story.new(NEXT, "better", "poor", mask={"names": True, "emails": True})
    told = (await story.ben.post("/api/trials/estimates", json=new)).json()
    assert len(story.desk.up.heard) == heard
    assert (told["cases"], told["calls"]) == (5, 15)
    costs = {one["name"]: Decimal(one["cost"]) for one in told["contenders"]}
    assert costs["plain"] > costs["better"] > costs["poor"] > 0
    assert Decimal(told["cost"]) == sum(costs.values()) and told["seconds"] > 0
    assert told["sample"][0]["inputs"] == [{"name": "Letter", "text": LETTERS[0]}]
    assert (
        await story.ben.post("/api/trials/estimates", json=story.new(NEXT, "better", cases={"source": "runs"}))
    ).status_code == 422
    unpriced = (await story.ben.post("/api/trials/estimates", json=story.new(NEXT, "gone"))).json()
    assert unpriced["cost"] is None and unpriced["contenders"][1]["cost"] is None, "an unknown price is never 0"


async def test_answers_stand_side_by_side_with_what_differs(story: Story):
    told = await story.begins(NEXT, "better")
    assert told["differ"] == 5 and told["contenders"][0]["quality"] is None and told["contenders"][0]["votes_missing"] == 5
    page = await story.cases(told["id"])
    assert page["counts"] == {"all": 5, "differ": 5, "unvoted": 5}
    case = page["items"][0]
    assert (case["label"], case["row"], case["differs"]) == ("Ticket 0", story.rows[0], True)
    plain, better = case["answers"]
    assert plain["differences"] == [] and plain["recorded"] == [{"kind": "write", "sentence": "Would write Next"}]
    pieces = better["differences"]
    assert "".join(p["text"] for p in pieces if p["kind"] != "added") == plain["text"]
    assert "".join(p["text"] for p in pieces if p["kind"] != "removed") == better["text"]
    assert {p["kind"] for p in pieces} == {"same", "added", "removed"}
    assert (await story.cases(told["id"], offset=4, limit=3))["items"][0]["n"] == 5


async def test_past_work_is_what_is_tried_and_its_volume_is_what_a_month_costs(story: Story):
    await story.worked(NEXT, value="Look", text="Look")
    parts = (await story.ben.get("/api/trials/parts", params={"app": story.app})).json()["items"]
    assert {one["path"]: one["runs"] for one in parts}[NEXT] == 5
    assert parts[0]["kind"] == "app" and {one["kind"] for one in parts} == {"app", "field", "step", "coworker"}
    told = await story.begins(NEXT, "better", cases={"source": "runs", "count": 3, "seed": 7})
    plain, _ = told["contenders"]
    assert plain["runs_per_month"] == 5 and Decimal(plain["cost_per_month"]) == Decimal("0.0125")
    assert plain["note"].startswith("in use since ")
    first = [case["row"] for case in (await story.cases(told["id"]))["items"]]
    again = await story.begins(NEXT, "poor", cases={"source": "runs", "count": 3, "seed": 7})
    assert [case["row"] for case in (await story.cases(again["id"]))["items"]] == first, "the same seed draws the same cases"
    case = (await story.cases(told["id"]))["items"][0]
    assert case["before"] == {"text": "Look", "model": "plain"}


async def test_what_a_person_wrote_over_a_model_is_what_was_expected(story: Story):
    company, row = story.desk.company, story.rows[0]
    async with transaction(story.desk.engine) as tx:
        app = await apps.open_app(tx, story.app, by=company.ben, to="write")
        table = app.spec.table("tickets")
        assert table is not None
        rows = rows_of(app, table)
        await provenance.keep(tx, app, rows, {(row, rows.numbers["topic"]): provenance.Provenance("written", {"model": "plain"})})
    changed = await story.ben.patch(f"/api/apps/{story.app}/tables/tickets/rows/{row}", json={"values": {"topic": "repair"}})
    assert changed.status_code == 200, changed.text
    told = await story.begins(TOPIC, "better", cases={"source": "rows", "rows": [row]}, checks=[{"kind": "exact"}])
    case = (await story.cases(told["id"]))["items"][0]
    assert case["expected"] == "repair" and case["before"] == {"text": "Repair", "model": None}
    assert [one["scores"] for one in case["answers"]] == [[0.0], [0.0]]
    await story.ben.patch(f"/api/apps/{story.app}/tables/tickets/rows/{row}", json={"values": {"topic": None}})


async def test_another_prompt_is_a_contender_too(story: Story):
    new = story.new(NEXT) | {"contenders": [{"prompt": "Say it shorter: {Letter} for {Subject}"}]}
    made = (await story.ben.post("/api/trials", json=new)).json()
    told = await story.ended(made["id"])
    assert told["contenders"][1]["name"] == "plain, other prompt"
    case = (await story.cases(told["id"]))["items"][0]
    assert [one["name"] for one in case["inputs"]] == ["Letter", "Subject"], "what the other prompt reads is gathered too"
    assert case["answers"][1]["text"].startswith("Chase it")


async def test_a_budget_is_kept_and_more_of_it_goes_on_where_it_stood(story: Story):
    told = await story.begins(NEXT, "better", budget="0.009")
    assert told["state"] == "stopped" and "budget of $0.009 is spent" in told["problem"]
    assert Decimal(told["spent"]) <= Decimal("0.009") and 0 < told["answered"] < 10
    assert (await story.ben.post(f"/api/trials/{told['id']}/continuation", json={"budget": "0.001"})).status_code == 422
    heard = len(story.desk.up.heard)
    on = await story.ben.post(f"/api/trials/{told['id']}/continuation", json={"budget": "1"})
    assert on.status_code == 200
    done = await story.ended(told["id"])
    assert done["state"] == "done" and done["answered"] == 10
    assert len(story.desk.up.heard) - heard == 10 - told["answered"], "what was answered is not asked again"


async def test_what_cannot_be_asked_is_told_and_does_not_stop_the_others(story: Story):
    told = await story.begins(NEXT, "better", "gone")
    gone = told["contenders"][2]
    assert told["state"] == "done" and gone["answered"] == gone["failed"] and gone["quality"] is None
    nobody = await story.ben.post("/api/trials", json=story.new(NEXT) | {"contenders": [{"model": "nobody/nothing"}]})
    assert nobody.status_code == 422 and nobody.json()["problems"][0]["path"] == "contenders/c1"


async def test_a_trial_is_cancelled_and_keeps_what_it_has(story: Story):
    story.desk.up.always = By(answers, 0.15)
    rows = [{"inputs": {"Letter": f"{text} {n}"}} for n in range(40) for text in LETTERS]
    made = (
        await story.ben.post("/api/trials", json=story.new(NEXT, cases={"source": "hand", "count": 200, "given": rows}))
    ).json()
    while (await story.ben.get(f"/api/trials/{made['id']}")).json()["answered"] == 0:
        pass
    assert (await story.ben.post(f"/api/trials/{made['id']}/cancellation", json={})).json()["state"] in (
        "cancelling",
        "cancelled",
    )
    told = await story.ended(made["id"])
    assert told["state"] == "cancelled" and 0 < told["answered"] < 400
    assert (await story.ben.post(f"/api/trials/{made['id']}/cancellation", json={})).status_code == 409


async def test_one_more_contender_is_asked_alone(story: Story):
    told = await story.begins(NEXT, "better")
    heard = len(story.desk.up.heard)
    more = await story.ben.post(f"/api/trials/{told['id']}/contenders", json={"model": "trio/poor"})
    assert more.status_code == 201
    done = await story.ended(told["id"])
    assert [one["answered"] for one in done["contenders"]] == [5, 5, 5] and len(story.desk.up.heard) - heard == 5
    assert (await story.ben.post(f"/api/trials/{told['id']}/contenders", json={"model": "trio/poor"})).status_code == 422


async def test_the_whole_app_is_tried_together(story: Story):
    told = await story.begins("", "better", cases={"source": "rows", "count": 8})
    page = await story.cases(told["id"])
    assert told["kind"] == "app" and {case["part"] for case in page["items"]} == {"Topic", "Next", "Spare", "Step 1"}
    assert (await story.ben.post("/api/trials", json=story.new("") | {"contenders": [{"prompt": "Other"}]})).status_code == 422


async def test_the_judge_grades_and_says_how_often_people_agree(story: Story):
    told = await story.begins(NEXT, "better", judge={"model": "trio/judge", "rubric": "Good: says whom to chase."})
    plain, better = told["contenders"]
    assert better["quality"]["by"] == "judge" and (better["quality"]["value"], plain["quality"]["value"]) == (1.0, 0.0)
    assert told["agreement"] is None and told["agreement_missing"] == 20
    assert (await story.cases(told["id"]))["items"][0]["answers"][1]["judged"] == {
        "grade": "good",
        "reason": "Because it says so.",
    }
    asked = next(h.json for h in story.desk.up.heard if h.json.get("model") == "judge")
    assert "trio" not in str(asked["messages"]) and "plain" not in str(asked["messages"]), "the judge is not told whose it is"
    here = await story.ben.post("/api/trials", json=story.new(NEXT, judge={"model": "sayso/reader", "rubric": ""}))
    assert here.status_code == 422 and "cannot weigh" in here.text


async def test_meaning_is_compared_by_the_embedding_slot(story: Story):
    await story.desk.alias("vectors", {"provider": "trio", "model": "vectors"}, slot="embedding")
    told = await story.begins(NEXT, "better", "poor", checks=[{"kind": "likeness", "to": "in_use", "least": 0.9}])
    assert told["contenders"][0]["checks"] == [None], "what is in use is not held against itself"
    assert told["contenders"][2]["checks"][0]["value"] == 1.0 and told["contenders"][1]["checks"][0]["value"] < 1.0


async def test_the_judges_own_cost_is_part_of_the_estimate(story: Story):
    without = (await story.ben.post("/api/trials/estimates", json=story.new(NEXT, "better"))).json()
    judge = {"model": "trio/plain", "rubric": "Short"}
    told = (await story.ben.post("/api/trials/estimates", json=story.new(NEXT, "better", judge=judge))).json()
    assert without["judge_cost"] == "0" and Decimal(told["judge_cost"]) > 0
    assert Decimal(told["cost"]) == Decimal(without["cost"]) + Decimal(told["judge_cost"])


async def test_pictures_are_compared_as_pictures_and_no_file_is_kept(story: Story):
    path, files = "tables/tickets/fields/banner", "select count(*) from sayso.files"
    async with story.desk.engine.connect() as tx:
        before = (await tx.execute(text(files))).scalar_one()
    told = await story.begins(path, "painter", cases={"source": "rows", "count": 1})
    canvas, painted = (await story.cases(told["id"]))["items"][0]["answers"]
    assert [one["state"] for one in (canvas, painted)] == ["written", "written"], (canvas["problem"], painted["problem"])
    assert all(one["value"]["pictures"][0].startswith("data:image/webp;base64,") for one in (canvas, painted))
    assert canvas["text"] != painted["text"] and told["differ"] == 1
    async with story.desk.engine.connect() as tx:
        assert (await tx.execute(text(files))).scalar_one() == before


async def test_what_a_trial_finds_is_the_workspaces_own_measurement(story: Story):
    model = next(one.id for one in packaged() if one.type == "text" and "/" not in one.id and one.id.startswith("gpt-"))
    await story.desk.provider("known", story.desk.up.url, models=[model])
    new = story.new(TOPIC) | {
        "contenders": [{"model": f"known/{model}"}],
        "checks": [{"kind": "rules"}],
        "cases": {"source": "rows"},
    }
    told = await story.ended((await story.ben.post("/api/trials", json=new)).json()["id"])
    at = f"/api/models/{model}/measurements"
    found = (await story.cleo.get(at)).json()["items"]
    assert [(one["kind"], one["subject"], one["by"], one["n"]) for one in found] == [("trial", told["id"], "checks", 5)]
    assert found[0]["title"] == "Topic in Repairs" and found[0]["figures"]["answered"] == 5 and found[0]["quality"] == 1.0
    assert (await story.zoe.get(at)).json()["items"] == [], "and nobody else's"
    for n in range(1, 6):
        for answer in ("in_use", "c1"):
            await story.ben.put(f"/api/trials/{told['id']}/cases/{n}/votes", json={"answer": answer, "vote": "poor"})
    again = (await story.ben.get(at)).json()["items"]
    assert [(one["by"], one["quality"]) for one in again] == [("votes", 0.0)], "votes that came later count"
    await story.ben.delete(f"/api/trials/{told['id']}")
    assert (await story.ben.get(at)).json()["items"] == []


async def test_an_empty_or_wrong_answer_is_no_answer(story: Story):
    story.desk.up.always = By(
        lambda heard: answers(heard) if heard.json["model"] == "plain" else Says.chat({"role": "assistant", "content": ""})
    )
    told = await story.begins(TOPIC, "better", checks=[{"kind": "rules"}])
    better = told["contenders"][1]
    assert better["failed"] == 5 and better["quality"]["value"] == 0 and better["p50_ms"] is None
    problem = (await story.cases(told["id"]))["items"][0]["answers"][1]["problem"]
    assert problem


async def test_an_answer_that_cannot_be_stored_fails_alone(story: Story, monkeypatch: pytest.MonkeyPatch):
    keep = stored.keep

    async def picky(tx: Any, id: str, said: Any) -> None:
        said = list(said)
        if any("Chase" in one.text for one in said):
            raise DataError("insert", {}, Exception("unsupported character"))
        await keep(tx, id, said)

    monkeypatch.setattr(stored, "keep", picky)
    told = await story.begins(NEXT, "better", "poor")
    plain, better, poor = told["contenders"]
    assert (told["state"], plain["failed"], better["failed"], poor["failed"]) == ("done", 0, 5, 0)
    assert sum(h.json["model"] == "better" for h in story.desk.up.heard if "messages" in h.json) == 5, "nothing is asked twice"
