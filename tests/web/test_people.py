"""Me, members, the workspace and tokens."""

from tests.web.conftest import Company, problem


async def test_people_see_who_they_are_and_rename_themselves(company: Company):
    me = (await company.ben.get("/api/me")).json()
    assert me["member"]["name"] == "Ben Okafor" and me["workspace"]["name"] == "Northlight"
    assert me["may"] == ["read", "comment", "write", "build", "share"]

    renamed = await company.ben.patch("/api/me", json={"name": "Ben O."})
    assert renamed.status_code == 200
    names = [m["name"] for m in (await company.cleo.get("/api/members")).json()["items"]]
    assert set(names) == {"Ana Prado", "Ben O.", "Mia Lindqvist", "Cleo Martin"}
    await company.ben.patch("/api/me", json={"name": "Ben Okafor"})


async def test_only_owners_change_the_workspace(company: Company):
    assert (await company.ana.patch("/api/workspace", json={"hue": 300})).json()["hue"] == 300
    refused = await company.mia.patch("/api/workspace", json={"name": "Mine"})
    assert refused.status_code == 403 and "role member" in problem(refused)["detail"]
    assert (await company.mia.get("/api/workspace")).json() == {**(await company.ana.get("/api/workspace")).json()}
    assert (await company.zoe.get("/api/workspace")).json()["name"] == "Elsewhere"


async def test_a_token_acts_until_it_is_withdrawn(company: Company):
    made = (await company.mia.post("/api/tokens", json={"name": "Reports", "scopes": ["read"]})).json()
    as_reports = {"authorization": f"Bearer {made['token']}"}
    assert (await company.nobody.get("/api/me", headers=as_reports)).json()["may"] == ["read"]
    assert made["id"] in [t["id"] for t in (await company.mia.get("/api/tokens")).json()["items"]]
    assert made["token"] not in (await company.mia.get("/api/tokens")).text

    assert (await company.cleo.delete(f"/api/tokens/{made['id']}")).status_code == 404
    assert (await company.mia.delete(f"/api/tokens/{made['id']}")).status_code == 204
    assert (await company.nobody.get("/api/me", headers=as_reports)).status_code == 401


async def test_a_token_never_has_more_rights_than_its_maker(company: Company):
    assert (await company.cleo.post("/api/tokens", json={"name": "More", "scopes": ["write"]})).status_code == 403
