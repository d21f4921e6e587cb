"""What was granted in an app decides there, whatever one's role in the workspace says: Mia, a member, manages one app; Ben, a builder, was given no access."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from sayso.automations import approvals
from sayso.automations.approvals import Question
from sayso.automations.registry import refresh, rights
from sayso.data import apps
from sayso.db import transaction
from sayso.db.automation_tables import automations
from sayso.db.tables import apps as known
from sayso.db.together_tables import app_copies
from tests.web.conftest import Company, problem
from tests.web.crm import CRM
from tests.web.sharing import in_person, published

HOOK: dict[str, Any] = {"id": "each", "name": "Each", "on": True, "trigger": {"kind": "row_created", "table": "clients"}}


@pytest.fixture
async def hers(company: Company) -> str:
    """An app of which Mia has everything and Ben nothing; both are what they are in the workspace."""
    id = "hers"
    if (await company.ana.get(f"/api/apps/{id}")).status_code == 404:
        spec = {**CRM, "id": id, "name": "Hers", "automations": [{**HOOK, "on": False}]}
        assert (await company.ana.post("/api/apps", json={"spec": spec})).status_code == 201
        grants = [
            {"kind": "member", "id": company.mia.actor.id, "role": "@manager"},
            {"kind": "member", "id": company.ben.actor.id, "role": "@nothing"},
        ]
        assert (await company.ana.put(f"/api/apps/{id}/access", json={"grants": grants})).status_code == 200
    return id


async def number(company: Company, app: str) -> int:
    async with transaction(company.engine) as tx:
        return (await tx.execute(select(known.c.number).where(known.c.id == app))).scalar_one()


async def test_copies_are_watched_and_called_off_by_who_builds_the_app(company: Company, hers: str):
    async with transaction(company.engine) as tx:
        common = {"workspace_id": company.ana.actor.workspace, "app": await number(company, hers), "kind": "copy", "rows": "none"}
        values = [
            {
                "id": f"ac_{n}",
                "name": "Hidden name",
                "created_by": company.ana.actor.id,
                "into": company.ana.actor.workspace,
                "state": "waiting",
                "people": {},
            }
            | common
            for n in ("one", "two")
        ]
        await tx.execute(insert(app_copies).values(values))
    for who in (company.ben, company.cleo, company.zoe):
        assert problem(await who.get("/api/copies/ac_one"))["status"] == 404
        assert problem(await who.delete("/api/copies/ac_one"))["status"] == 404
    assert (await company.mia.get("/api/copies/ac_one")).json()["name"] == "Hidden name"
    assert (await company.mia.delete("/api/copies/ac_one")).status_code == 204
    assert (await company.ana.delete("/api/copies/ac_two")).status_code == 204
    made = await company.mia.post(f"/api/apps/{hers}/copies", json={"name": "Mine too", "rows": False})
    assert problem(made)["status"] == 403, "whether there is a new app is for the workspace to say"


async def test_what_is_public_is_looked_at_and_stopped_by_who_manages_the_app(company: Company, hers: str):
    share = await published(await in_person(company, company.ana), hers, "all", fields=["name"])
    path = f"/api/shares/{share['id']}"
    for call in (company.ben.get, company.ben.delete, company.zoe.get, company.zoe.delete):
        assert problem(await call(path))["status"] == 404
    assert problem(await company.cleo.delete(path))["status"] == 403
    assert share["id"] not in (await company.ben.get("/api/shares")).text
    assert (
        share["id"] in (await company.mia.get("/api/shares")).text
        and (await company.mia.get(f"/api/apps/{hers}/shares")).status_code == 200
    )
    assert (await company.mia.get(path)).json()["may"]["stop"] is True
    assert (await company.mia.delete(path)).status_code == 204
    assert problem(await company.mia.get(path))["status"] == 404


async def test_who_manages_one_app_stands_for_its_automations_and_does_runs_again(company: Company, hers: str):
    one = f"/api/apps/{hers}/automations/each"
    assert (await company.mia.patch(one, json={"on": True})).status_code == 200
    async with transaction(company.engine) as tx:
        await refresh(tx, await apps.open_app(tx, hers, by=company.ana.actor))
        owner = select(automations.c.owner).where(automations.c.app_id == hers)
        assert (await tx.execute(owner)).scalar_one() == company.mia.actor.id and await rights.sweep(tx) == 0
    row = (await company.mia.post(f"/api/apps/{hers}/tables/clients/rows", json={"values": {"name": "Otto"}})).json()["rows"][0]
    tried = (await company.mia.post(f"{one}/tries", json={"row": row["id"], "dry": False})).json()
    assert tried["may"]["cancel"] is True or tried["state"] in ("done", "failed")
    assert tried["may"]["replay"] is True
    assert (await company.mia.post(f"/api/runs/{tried['id']}/replay", json={})).status_code == 201
    for who in (company.ben, company.zoe):
        assert problem(await who.post(f"/api/runs/{tried['id']}/replay", json={}))["status"] == 404
    assert problem(await company.cleo.post(f"/api/runs/{tried['id']}/replay", json={}))["status"] == 403
    assert (await company.cleo.get(f"/api/runs/{tried['id']}")).json()["may"] == dict.fromkeys(tried["may"], False)
    grants = [{"kind": "member", "id": company.mia.actor.id, "role": "@editor"}]
    assert (await company.ana.put(f"/api/apps/{hers}/access", json={"grants": grants})).status_code == 200
    async with transaction(company.engine) as tx:
        assert await rights.sweep(tx) == 1
    grants = [grants[0] | {"role": "@manager"}, {"kind": "member", "id": company.ben.actor.id, "role": "@nothing"}]
    assert (await company.ana.put(f"/api/apps/{hers}/access", json={"grants": grants})).status_code == 200


async def test_a_question_is_seen_by_who_was_asked_and_by_who_builds_the_whole_app(company: Company, hers: str):
    question = Question(
        "hers-1",
        await number(company, hers),
        "each",
        "Each",
        "r_1",
        "May it?",
        (company.cleo.actor.id,),
        3600,
        (("Worth", "Canary 9314"),),
    )
    async with transaction(company.engine) as tx:
        asked, _ = await approvals.ask(tx, question, by=company.ana.actor)
    for who, status in ((company.cleo, 200), (company.mia, 200), (company.ben, 404), (company.zoe, 404)):
        assert (await who.get(f"/api/approvals/{asked.id}")).status_code == status
        assert ("9314" in (await who.get("/api/approvals")).text) is (status == 200)


async def test_what_lies_in_the_trash_is_named_to_who_may_bring_it_back(company: Company, hers: str):
    assert (await company.mia.delete(f"/api/apps/{hers}")).status_code == 204
    assert "Hers" not in (await company.ben.get("/api/trash")).text
    assert problem(await company.ben.post("/api/trash/restorations", json={"app": hers}))["status"] == 404
    assert "Hers" in (await company.mia.get("/api/trash")).text
    assert (await company.mia.post("/api/trash/restorations", json={"app": hers})).status_code == 200
