"""The team through the API: inviting, joining, several workspaces, access to apps, one's own face and data."""

import asyncio
import io
import re
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import httpx
import orjson
import pytest
from fastapi import FastAPI
from PIL import Image
from sqlalchemy import text

from sayso.db import transaction
from sayso.team import sessions
from sayso.team.actor import Actor
from sayso.web.cookies import COOKIE
from tests.connections.post_office import PASSWORD, USER, PostOffice, post_office
from tests.web.conftest import URL, Caller, Company, problem
from tests.web.crm import CRM

HERE = {"sec-fetch-site": "same-origin"}


@pytest.fixture
async def office(app: FastAPI) -> AsyncIterator[PostOffice]:
    """A mail server that the operator has named."""
    async with post_office() as one:
        known = app.state.parts
        url = f"smtp+plain://{USER.replace('@', '%40')}:{PASSWORD}@127.0.0.1:{one.port}"
        app.state.parts = replace(known, settings=replace(known.settings, smtp_url=url))
        yield one
        app.state.parts = known


async def browser(app: FastAPI, company: Company, by: Actor | None = None) -> Caller:
    """Somebody with a browser, signed in when `by` says as whom."""
    one = Caller(transport=httpx.ASGITransport(app), base_url=URL, headers=HERE)
    if by is not None:
        async with transaction(company.engine) as tx:
            one.cookies.set(COOKIE, await sessions.begin(tx, by=by, agent="Firefox/151.0 Linux"))
    return one


async def link(company: Company, role: str = "member", **more: object) -> str:
    made = (await company.ana.post("/api/invitations", json={"link": True, "role": role, **more})).json()
    return made["items"][0]["url"].removeprefix(URL)


async def test_somebody_new_joins_by_a_link_and_is_in(app: FastAPI, company: Company):
    one, path = await browser(app, company), await link(company, "viewer")
    shown = await one.get(path)
    assert shown.status_code == 200 and "Join Northlight" in shown.text and "Ana Prado invites you" in shown.text
    short = await one.post(path, data={"as": "new", "name": " ", "email": "eva@new.example"})
    assert short.status_code == 422 and "1 to 100 characters" in short.text and "eva@new.example" in short.text
    joined = await one.post(path, data={"as": "new", "name": "Eva Lund", "email": "eva@new.example"})
    assert (joined.status_code, joined.headers["location"]) == (303, "/")
    me = (await one.get("/api/me")).json()
    assert (me["member"]["name"], me["member"]["role"], me["person"]["verified"]) == ("Eva Lund", "viewer", False)
    over = await (await browser(app, company)).get(path)
    assert over.status_code == 404 and "Northlight" not in over.text


async def test_a_letter_takes_the_invitation_to_its_address_and_proves_it(app: FastAPI, company: Company, office: PostOffice):
    asked = {"to": ["Otto <otto@new.example>\nnobody, mia@northlight.example"], "role": "member", "message": "Welcome aboard"}
    told = (await company.ana.post("/api/invitations", json=asked)).json()
    assert [(one["email"], one["url"], one["letter"]) for one in told["items"]] == [("otto@new.example", None, "sending")]
    assert {one["reason"] for one in told["refused"]} == {"is no e-mail address", "is a member already"}
    await _until(lambda: len(office.came) == 1)
    said = office.messages[0].get_body(("plain",))
    assert said is not None and "Welcome aboard" in said.get_content()
    found = re.search(r"/join/[\w-]+", said.get_content())
    assert found is not None
    otto = await browser(app, company)
    assert "otto@new.example" in (await otto.get(found[0])).text
    assert (await otto.post(found[0], data={"as": "new", "name": "Otto"})).status_code == 303
    me = (await otto.get("/api/me")).json()
    assert me["person"]["verified"] and me["person"]["email"] == "otto@new.example"
    listed = (await company.ana.get("/api/invitations")).json()
    assert listed["mail"] and told["items"][0]["id"] not in [one["id"] for one in listed["items"]]


async def _until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not done():  # noqa: ASYNC110  the letter goes out beside the answer
            await asyncio.sleep(0.02)


async def test_joining_as_who_is_signed_in_and_going_between_workspaces(app: FastAPI, company: Company):
    zoe = await browser(app, company, company.zoe.actor)
    path = await link(company, "builder")
    assert "Join as Zoe Quist" in (await zoe.get(path)).text
    assert (await zoe.post(path, data={"as": "me"}, headers={"sec-fetch-site": "cross-site"})).status_code == 403
    assert (await zoe.post(path, data={"as": "me"})).status_code == 303
    assert (await zoe.get("/api/me")).json()["workspace"]["name"] == "Northlight"
    mine = (await zoe.get("/api/workspaces")).json()
    assert {(one["name"], one["role"], one["current"]) for one in mine["items"]} == {
        ("Northlight", "builder", True),
        ("Elsewhere", "owner", False),
    }
    other = next(one["id"] for one in mine["items"] if one["name"] == "Elsewhere")
    assert (await zoe.put("/api/session/workspace", json={"workspace": other})).json()["workspace"]["name"] == "Elsewhere"
    assert (await company.ana.put("/api/session/workspace", json={"workspace": other})).status_code == 403
    here = next(one["id"] for one in mine["items"] if one["name"] == "Northlight")
    await zoe.put("/api/session/workspace", json={"workspace": here})
    member = (await zoe.get("/api/me")).json()["member"]["id"]
    assert (await zoe.delete(f"/api/members/{member}")).status_code == 204, "whoever likes leaves"
    assert (await zoe.get("/api/me")).json()["workspace"]["name"] == "Elsewhere", "and is in another of their workspaces"


async def test_i_am_somebody_else_signs_out_and_comes_back(app: FastAPI, company: Company):
    mia, path = await browser(app, company, company.mia.actor), await link(company)
    left = await mia.post(path, data={"as": "other"})
    assert left.headers["location"] == path and (await mia.get("/api/me")).status_code == 401


async def test_who_is_suspended_or_removed_is_nobody_within_a_second(app: FastAPI, company: Company):
    path = await link(company)
    one = await browser(app, company)
    await one.post(path, data={"as": "new", "name": "Tom", "email": "tom@new.example"})
    me = (await one.get("/api/me")).json()["member"]["id"]
    token = (await one.post("/api/tokens", json={"name": "Mine"})).json()["token"]
    program = {"authorization": f"Bearer {token}"}
    assert (await company.mia.patch(f"/api/members/{me}", json={"suspended": True})).status_code == 403
    changed = await company.ana.patch(f"/api/members/{me}", json={"suspended": True})
    assert changed.json()["suspended"] and (await one.get("/api/me")).status_code == 401
    assert (await company.nobody.get("/api/me", headers=program)).status_code == 401
    await company.ana.patch(f"/api/members/{me}", json={"suspended": False, "role": "viewer", "properties": {"Region": "North"}})
    assert (await company.nobody.get("/api/me", headers=program)).json()["member"]["properties"] == {"region": "North"}
    owned = (await company.ana.get(f"/api/members/{me}/belongings")).json()
    assert owned["sentence"] == "They own 1 API token."
    assert (await company.ana.delete(f"/api/members/{me}")).status_code == 204
    assert (await company.nobody.get("/api/me", headers=program)).status_code == 401
    last = await company.ana.delete(f"/api/members/{company.ana.actor.id}")
    assert last.status_code == 403 or (last.status_code == 409 and "owner" in problem(last)["detail"])


async def test_groups_roles_and_service_accounts(company: Company):
    ana, mia = company.ana, company.mia.actor.id
    group = (await ana.post("/api/groups", json={"name": "Support", "properties": {"region": "North"}, "members": [mia]})).json()
    assert group["members"] == [mia] and (await ana.post("/api/groups", json={"name": "support"})).status_code == 409
    assert (await company.ben.post("/api/groups", json={"name": "Mine"})).status_code == 403
    role = (await ana.post("/api/roles", json={"name": "Desk", "rights": ["read", "comment"]})).json()
    assert role["sentence"] == "May see apps and comment here." and role["may"] == {"give": True, "change": True}
    account = (
        await ana.post("/api/service-accounts", json={"name": "Nightly", "role": role["id"], "groups": [group["id"]]})
    ).json()
    assert (account["kind"], account["role_name"], account["groups"]) == ("service", "Desk", [group["id"]])
    fresh = (await ana.post(f"/api/service-accounts/{account['id']}/tokens", json={"name": "Cron"})).json()
    program = {"authorization": f"Bearer {fresh['token']}"}
    me = (await company.nobody.get("/api/me", headers=program)).json()
    assert me["person"] is None and me["may"] == ["read", "comment"]
    assert (await company.nobody.patch("/api/me", headers=program, json={"name": "I am"})).status_code == 403
    await ana.patch(f"/api/roles/{role['id']}", json={"rights": ["read"]})
    assert (await company.nobody.get("/api/me", headers=program)).json()["may"] == ["read"]
    assert (await ana.delete(f"/api/roles/{role['id']}?to=viewer")).status_code == 204
    assert (await ana.delete(f"/api/service-accounts/{account['id']}")).status_code == 204
    assert (await company.nobody.get("/api/me", headers=program)).status_code == 401
    assert (await ana.delete(f"/api/groups/{group['id']}")).status_code == 204


async def test_who_may_use_an_app_and_why(company: Company):
    ana, ben, mia = company.ana, company.ben, company.mia.actor.id
    roles = [{"id": "desk", "name": "Desk", "rights": [{"table": "clients", "may": "see"}]}]
    app = (await ben.post("/api/apps", json={"spec": {**CRM, "id": "granted", "roles": roles}})).json()["id"]
    address = f"/api/apps/{app}/access"
    before = (await ben.get(address)).json()
    assert before["may_change"] and {p["name"]: p["level"] for p in before["people"] if p["name"] == "Cleo Martin"} == {
        "Cleo Martin": "read"
    }
    group = (await ana.post("/api/groups", json={"name": "Desk people", "members": [mia]})).json()["id"]
    grants = [{"kind": "everyone", "role": "@reader"}, {"kind": "group", "id": group, "role": "desk"}]
    assert (await company.mia.put(address, json={"grants": grants})).status_code == 403
    told = (await ben.put(address, json={"grants": grants, "base": before["version"]})).json()
    people = {p["member"]: (p["level"], p["roles"], p["reason"]) for p in told["people"]}
    assert people[mia] == ("own", ["Desk"], "by the group Desk people")
    assert people[company.cleo.actor.id] == ("read", [], "like everyone")
    assert people[company.ana.actor.id] == ("manage", [], "as Owner of the workspace")
    stale = await ben.put(address, json={"grants": [], "base": before["version"]})
    assert stale.status_code == 409 and (await company.zoe.get(address)).status_code == 404
    assert (
        problem(await ben.put(address, json={"grants": [{"kind": "member", "id": "m_nobody", "role": "desk"}]}))["status"] == 422
    )


async def test_a_face_is_drawn_anew_as_a_square(app: FastAPI, company: Company):
    picture = io.BytesIO()
    Image.new("RGB", (900, 400), "teal").save(picture, "JPEG", exif=b"Exif\0\0secret place")
    told = await company.mia.put("/api/me/picture", content=picture.getvalue())
    address = told.json()["person"]["picture"]
    shown = await company.cleo.get(address)
    assert shown.headers["content-type"] == "image/webp" and b"secret place" not in shown.content
    assert Image.open(io.BytesIO(shown.content)).size == (256, 256)
    assert (await company.zoe.get(address)).status_code == 404
    listed = (await company.ana.get("/api/members")).json()["items"]
    assert address in [one["picture"] for one in listed]
    for wrong in (b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>"):
        assert (await company.mia.put("/api/me/picture", content=wrong)).status_code == 422
    assert (await company.mia.delete("/api/me/picture")).json()["person"]["picture"] is None


async def test_a_new_address_counts_once_it_is_confirmed_by_who_asked(app: FastAPI, company: Company, office: PostOffice):
    cleo = await browser(app, company, company.cleo.actor)
    told = (await cleo.patch("/api/me", json={"email": "cleo@home.example"})).json()["person"]
    assert (told["email"], told["pending"]) == ("cleo@northlight.example", "cleo@home.example")
    await _until(lambda: len(office.came) == 1)
    said = office.messages[0].get_body(("plain",))
    found = re.search(r"/confirm/[\w-]+", said.get_content() if said else "")
    assert found is not None and office.came[0].rcpt_tos == ["cleo@home.example"]
    assert "Sign in first" in (await (await browser(app, company)).get(found[0])).text
    other = await browser(app, company, company.ben.actor)
    assert (await other.post(found[0])).status_code == 403
    assert "cleo@home.example is your address" in (await cleo.post(found[0])).text
    now = (await cleo.get("/api/me")).json()["person"]
    assert (now["email"], now["verified"], now["pending"]) == ("cleo@home.example", True, None)


async def test_my_sessions_and_what_is_kept_about_me(app: FastAPI, company: Company):
    one, two = await browser(app, company, company.mia.actor), await browser(app, company, company.mia.actor)
    listed = (await one.get("/api/me/sessions")).json()["items"]
    assert listed[0]["current"] and listed[0]["browser"] == "Firefox on Linux" and len(listed) >= 2
    assert (await company.ben.delete(f"/api/me/sessions/{listed[1]['id']}")).status_code == 404
    assert (await one.delete("/api/me/sessions")).status_code == 204
    assert (await two.get("/api/me")).status_code == 401 and (await one.get("/api/me")).status_code == 200
    file = zipfile.ZipFile(io.BytesIO((await one.get("/api/me/export")).content))
    assert {"README.txt", "person.json", "audit.json", "memberships.json"} <= set(file.namelist())
    assert orjson.loads(file.read("person.json"))[0]["name"] == (await one.get("/api/me")).json()["person"]["name"]
    zone = await one.patch("/api/me", json={"zone": "Europe/Ljubljana", "language": "sl-SI"})
    assert (zone.json()["person"]["zone"], zone.json()["person"]["language"]) == ("Europe/Ljubljana", "sl-SI")
    assert (await one.patch("/api/me", json={"zone": "Moon/Crater"})).status_code == 422


async def test_a_workspace_goes_to_the_trash_with_its_apps_and_comes_back(app: FastAPI, company: Company):
    zoe = await browser(app, company, company.zoe.actor)
    made = (await zoe.post("/api/workspaces", json={"name": "Side project"})).json()
    await zoe.put("/api/session/workspace", json={"workspace": made["id"]})
    await zoe.post("/api/apps", json={"spec": CRM})
    found = (await zoe.get("/api/workspaces", params={"app": "crm"})).json()["items"]
    assert [one["name"] for one in found] == ["Side project"]
    assert (await zoe.request("DELETE", "/api/workspace", json={"name": "Wrong"})).status_code == 422
    assert (await zoe.request("DELETE", "/api/workspace", json={"name": "Side project"})).status_code == 204
    assert (await zoe.get("/api/me")).json()["workspace"]["name"] == "Elsewhere"
    trash = (await zoe.get("/api/workspaces")).json()["trash"]
    assert [one["name"] for one in trash] == ["Side project"]
    assert (await company.ana.post(f"/api/workspaces/{made['id']}/restoration", json={})).status_code == 404
    assert (await zoe.post(f"/api/workspaces/{made['id']}/restoration", json={})).json()["name"] == "Side project"
    await zoe.put("/api/session/workspace", json={"workspace": made["id"]})
    assert [one["id"] for one in (await zoe.get("/api/apps")).json()["items"]] == ["crm"]


async def test_deleting_oneself_leaves_somebody_who_left(app: FastAPI, company: Company):
    path = await link(company)
    one = await browser(app, company)
    await one.post(path, data={"as": "new", "name": "Short Stay", "email": "short@new.example"})
    member = (await one.get("/api/me")).json()["member"]["id"]
    assert (await one.request("DELETE", "/api/me", json={"name": "Somebody"})).status_code == 422
    gone = await one.request("DELETE", "/api/me", json={"name": "Short Stay"})
    assert gone.status_code == 204 and (await one.get("/api/me")).status_code == 401
    async with company.engine.connect() as tx:
        row = (await tx.execute(text("select name, email from sayso.members where id = :m"), {"m": member})).one()
    assert tuple(row) == ("Somebody who left", None)
