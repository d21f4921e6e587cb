"""Apps through the API: made, changed, planned, undone, put away and brought back."""

from typing import Any

import pytest

from tests.web.conftest import Company, problem
from tests.web.crm import CRM

PHONE = {"do": "add", "part": "field", "table": "clients", "value": {"kind": "phone", "id": "phone", "name": "Phone"}}
NO_WORTH = {"do": "remove", "part": "field", "table": "clients", "id": "worth"}


@pytest.fixture
async def app_id(company: Company) -> str:
    """A fresh CRM for each story."""
    made = await company.ben.post("/api/apps", json={"spec": CRM})
    assert made.status_code == 201, made.text
    return made.json()["id"]


async def _state(company: Company, id: str) -> dict[str, Any]:
    return (await company.cleo.get(f"/api/apps/{id}")).json()


async def test_an_app_is_made_from_its_spec(company: Company, app_id: str):
    state = (await company.ben.get(f"/api/apps/{app_id}")).json()
    assert state["version"] == 1 and state["samples"] is False
    assert state["may"] == ["read", "comment", "write", "build", "share"]
    assert [t["name"] for t in state["spec"]["tables"]] == ["Clients", "Deals"]
    assert state["spec"]["tables"][0]["fields"][1]["options"][0]["hue"] == "blue"
    assert (await company.events())[-1] == "app.built"
    line = next(a for a in (await company.cleo.get("/api/apps")).json()["items"] if a["id"] == app_id)
    assert (line["name"], line["tables"], line["rows"]) == ("CRM", 2, 0)
    assert (await company.zoe.get("/api/apps")).json()["items"] == []


async def test_a_wrong_spec_is_answered_with_every_problem_and_builds_nothing(company: Company):
    events, apps = await company.events(), len((await company.ben.get("/api/apps")).json()["items"])
    twice = {**CRM, "tables": [CRM["tables"][1], {**CRM["tables"][1], "id": "more"}], "views": []}
    for spec in ({}, {"name": 7}, {"name": "X", "tables": [{"id": "t", "name": "T", "fields": [{"kind": "magic"}]}]}, twice):
        refused = await company.ben.post("/api/apps", json={"spec": spec})
        assert refused.status_code == 422, refused.text
        assert all(p["path"] is not None and p["reason"] for p in problem(refused)["problems"])
    for body in ({}, {"spec": CRM, "template": "x"}):
        assert (await company.ben.post("/api/apps", json=body)).status_code == 422
    assert (await company.events(), len((await company.ben.get("/api/apps")).json()["items"])) == (events, apps)


async def test_a_plan_says_what_would_happen_and_changes_nothing(company: Company, app_id: str):
    base = f"/api/apps/{app_id}"
    await company.mia.post(f"{base}/tables/clients/rows", json={"rows": [{"values": {"name": n, "worth": "5"}} for n in "abc"]})
    change = {"steps": [PHONE, NO_WORTH, {"do": "remove", "part": "field", "table": "clients", "id": "double"}]}
    plan = (await company.cleo.post(f"{base}/plans", json={"change": change})).json()
    assert [e["severity"] for e in plan["effects"]].count("loses") >= 1
    assert "Phone" in plan["effects"][0]["sentence"]
    assert [loss["rows"] for loss in plan["losses"] if loss["path"] == "tables/clients/fields/worth"] == [3]
    assert plan["problems"] == [] and plan["spec"]["tables"][0]["fields"][-1]["id"] == "phone"
    assert (await _state(company, app_id))["version"] == 1


async def test_a_change_makes_a_version_that_can_be_undone_and_returned_to(company: Company, app_id: str):
    base = f"/api/apps/{app_id}"
    changed = await company.ben.post(f"{base}/versions", json={"change": {"steps": [PHONE]}, "base_version": 1, "note": "Phones"})
    assert changed.status_code == 201 and changed.json()["version"] == 2
    assert (await company.events())[-1] == "app.changed"
    versions = (await company.cleo.get(f"{base}/versions")).json()["items"]
    assert (versions[0]["version"], versions[0]["note"], versions[0]["by"]) == (2, "Phones", company.ben.actor.member)
    assert "Phone" in versions[0]["effects"][0]["sentence"]

    undone = (await company.ben.post(f"{base}/undos", json={})).json()
    assert undone["undone"] == {"kind": "app", "version": 3} and undone["next_redo"]
    assert "phone" not in [f["id"] for f in (await _state(company, app_id))["spec"]["tables"][0]["fields"]]
    assert (await company.ben.post(f"{base}/redos")).json()["next_undo"]

    back = await company.ben.post(f"{base}/versions", json={"restore": 1, "base_version": 4})
    assert back.status_code == 201 and back.json()["version"] == 5
    first = (await company.cleo.get(f"{base}/versions/1")).json()
    assert first["spec"] == back.json()["spec"] and first["since"] == []


async def test_two_builders_cannot_overwrite_one_another(company: Company, app_id: str):
    base = f"/api/apps/{app_id}"
    assert (await company.ben.patch(base, json={"name": "Clients", "hue": 30})).json()["spec"]["name"] == "Clients"
    late = await company.ana.post(f"{base}/versions", json={"change": {"steps": [PHONE]}, "base_version": 1})
    assert late.status_code == 409
    assert problem(late)["theirs"]["version"] == 2 and problem(late)["yours"]["change"]["steps"][0]["do"] == "add"


@pytest.mark.parametrize(
    ("step", "path"),
    [
        ({"do": "explode"}, "change/steps/0"),
        ({**PHONE, "table": "nothing"}, ""),
        ({**PHONE, "value": {"kind": "phone"}}, "change/steps/0"),
        ({**PHONE, "value": {**PHONE["value"], "name": "Name"}}, ""),
        ({"do": "move", "part": "field", "table": "clients", "id": "name", "to": -1}, "change/steps/0"),
        ({"do": "remove", "part": "field", "table": "clients", "id": "none"}, ""),
        (
            {"do": "alter", "part": "field", "table": "clients", "id": "worth", "value": {"kind": "magic", "id": "worth"}},
            "change/steps/0",
        ),
    ],
)
async def test_a_step_that_does_not_fit_is_refused_with_its_place(company: Company, app_id: str, step: dict[str, Any], path: str):
    for address in ("plans", "versions"):
        body = {"change": {"steps": [step]}} | ({"base_version": 1} if address == "versions" else {})
        answer = await company.ben.post(f"/api/apps/{app_id}/{address}", json=body)
        told = answer.json().get("problems", [])
        assert answer.status_code == 422 or (address == "plans" and told), answer.text
        assert told and any(p["path"].startswith(path) for p in told), told
    assert (await _state(company, app_id))["version"] == 1


async def test_an_app_goes_to_the_trash_and_comes_back_whole(company: Company, app_id: str):
    base = f"/api/apps/{app_id}"
    await company.mia.post(f"{base}/tables/clients/rows", json={"values": {"name": "Otto"}})
    assert (await company.mia.delete(base)).status_code == 403
    assert (await company.ben.delete(base)).status_code == 204
    assert (await company.ben.get(base)).status_code == 404
    assert app_id in [a["id"] for a in (await company.ben.get("/api/trash")).json()["items"]]
    assert (await company.zoe.post("/api/trash/restorations", json={"app": app_id})).status_code == 404
    assert (await company.ben.post("/api/trash/restorations", json={"app": app_id})).json()["id"] == app_id
    assert (await company.mia.get(f"{base}/tables/clients/rows")).json()["rows"][0]["values"]["name"] == "Otto"
    assert (await company.events())[-2:] == ["app.trashed", "app.restored"]


async def test_a_formula_is_tried_on_the_first_rows(company: Company, app_id: str):
    base = f"/api/apps/{app_id}"
    await company.mia.post(f"{base}/tables/clients/rows", json={"rows": [{"values": {"name": "Otto", "worth": "5"}}]})
    good = (await company.cleo.post(f"{base}/formulas", json={"table": "clients", "formula": "{Worth} * 3"})).json()
    assert good["problems"] == [] and good["type"] == "number"
    assert [(e["name"], str(e["value"])) for e in good["examples"]] == [("Otto", "15.00")] or float(
        good["examples"][0]["value"]
    ) == 15
    bad = (await company.cleo.post(f"{base}/formulas", json={"table": "clients", "formula": "{Wurth} * "})).json()
    assert bad["type"] is None and bad["problems"][0]["reason"]
    assert (await company.cleo.post(f"{base}/formulas", json={"table": "none", "formula": "1"})).status_code == 404


async def test_versions_are_walked_with_a_cursor(company: Company, app_id: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sayso.web.api.versions.PAGE_VERSIONS", 2)
    for hue in (1, 2, 3):
        assert (await company.ben.patch(f"/api/apps/{app_id}", json={"hue": hue})).status_code == 200
    seen: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await company.cleo.get(f"/api/apps/{app_id}/versions", params=cursor)).json()
        seen += [v["version"] for v in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == [4, 3, 2, 1]
    for wrong in ("x", "ä", "AAAA", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"):
        assert (await company.cleo.get(f"/api/apps/{app_id}/versions", params={"cursor": wrong})).status_code == 422


async def test_every_template_becomes_an_app_with_rows_that_one_request_removes(company: Company):
    gallery = (await company.mia.get("/api/templates")).json()["items"]
    assert len(gallery) >= 10
    for template in gallery:
        made = await company.ben.post("/api/apps", json={"template": template["id"]})
        assert made.status_code == 201, (template["id"], made.text)
        app = made.json()
        assert app["samples"] is True and [t["name"] for t in app["spec"]["tables"]] == template["tables"]
        line = next(a for a in (await company.mia.get("/api/apps")).json()["items"] if a["id"] == app["id"])
        assert line["rows"] >= len(template["tables"])
    links = [f["id"] for f in app["spec"]["tables"][0]["fields"] if f["kind"] == "link"]
    rows = f"/api/apps/{app['id']}/tables/{app['spec']['tables'][0]['id']}/rows"
    assert any(row["values"][link] for row in (await company.mia.get(rows)).json()["rows"] for link in links)
    assert (await company.mia.delete(f"/api/apps/{app['id']}/samples")).status_code == 204
    assert (await company.mia.get(rows)).json()["rows"] == []
    assert (await company.ben.post("/api/apps", json={"template": "none"})).status_code == 404
    assert (await company.mia.post("/api/apps", json={"template": "hiring"})).status_code == 403


async def test_there_are_ten_wishes_to_begin_from(company: Company):
    wishes = (await company.mia.get("/api/wishes")).json()["items"]
    assert len(wishes) == 10 and all(w["title"] and w["words"] and w["icon"] for w in wishes)
