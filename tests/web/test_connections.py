"""Accounts with the outside world, at the API's door: who may, what is shown, what never is."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from sayso.connections.connections import Connections
from sayso.db import transaction
from sayso.team import sessions
from sayso.web.cookies import COOKIE
from tests.connections.outside import LOOPBACK, Outside, answer, outside
from tests.web.conftest import URL, Company, problem
from tests.web.crm import CRM

SECRET = "tk-canary-8d1f2c"
HTTP = {
    "kind": "http",
    "settings": {"address": "https://stock.northlight.example/v1", "auth": "bearer"},
    "secrets": {"token": SECRET},
}


@pytest.fixture
async def there(app: FastAPI) -> AsyncIterator[Outside]:
    """The world outside, with the door open to it."""
    known: Connections = app.state.parts.connections
    door, known.door = known.door, LOOPBACK
    async with outside() as one:
        yield one
    known.door = door


async def added(caller: httpx.AsyncClient, **other: Any) -> dict[str, Any]:
    made = await caller.post("/api/connections", json={**HTTP, **other})
    assert made.status_code == 201, made.text
    return made.json()


async def test_a_secret_goes_in_and_never_comes_out(company: Company):
    made = await added(company.ben, name="Stock")
    assert made["secrets"] == {"token": True} and made["hosts"] == ["https://stock.northlight.example"]
    assert made["owner"]["name"] == "Ben Okafor" and made["may"] == {"use": True, "manage": True}
    path = f"/api/connections/{made['id']}"
    answers = [
        await company.ben.get(path),
        await company.ben.get("/api/connections"),
        await company.ben.patch(path, json={"name": "The stock"}),
        await company.ben.put(f"{path}/secret", json={"secrets": {"token": f"{SECRET}-2"}}),
        await company.ben.get(f"{path}/uses"),
        await company.ben.post("/api/connections", json={**HTTP, "name": "the STOCK"}),
    ]
    assert [one.status_code for one in answers] == [200, 200, 200, 200, 200, 409]
    assert all(SECRET not in one.text for one in answers)
    async with company.engine.connect() as tx:
        stored = (
            await tx.exec_driver_sql("select c::text from sayso.connections c union all select a::text from sayso.audit a")
        ).all()
    assert SECRET.encode().hex() not in repr(stored) and SECRET not in repr(stored)


async def test_another_host_needs_the_secret_again(company: Company):
    made = await added(company.ben, name="Moving")
    path = f"/api/connections/{made['id']}"
    for settings in (
        {"address": "https://evil.example/v1"},
        {"more_hosts": "evil.example"},
        {"address": "http://stock.northlight.example/v1"},
    ):
        refused = await company.ben.patch(path, json={"settings": settings})
        assert refused.status_code == 422 and problem(refused)["problems"][0]["path"] == "secrets/token"
    assert (await company.ben.get(path)).json()["hosts"] == ["https://stock.northlight.example"]
    same = await company.ben.patch(path, json={"settings": {"address": "https://stock.northlight.example/v2"}})
    assert same.status_code == 200 and same.json()["settings"]["address"].endswith("/v2")
    moved = await company.ben.patch(path, json={"settings": {"address": "https://new.example/v1"}, "secrets": {"token": SECRET}})
    assert moved.status_code == 200 and moved.json()["hosts"] == ["https://new.example"]


async def test_who_may_use_and_change_it(company: Company):
    mine = await added(company.ana, name="Only mine", use={"who": "members", "members": [company.ana.actor.member]})
    roles = await added(company.ana, name="For members", use={"who": "roles", "roles": ["member"]})
    everybody = await added(company.ana, name="For all")

    async def seen(caller: httpx.AsyncClient) -> set[str]:
        return {one["id"] for one in (await caller.get("/api/connections")).json()["items"]} & {
            mine["id"],
            roles["id"],
            everybody["id"],
        }

    assert await seen(company.ana) == {mine["id"], roles["id"], everybody["id"]}
    assert await seen(company.ben) == {everybody["id"]}
    assert await seen(company.mia) == {roles["id"], everybody["id"]}
    assert await seen(company.cleo) == set() == await seen(company.zoe)
    for caller, status in ((company.ben, 404), (company.zoe, 404), (company.mia, 403), (company.cleo, 403)):
        for asked in (
            caller.patch(f"/api/connections/{mine['id']}", json={"name": "Taken"}),
            caller.delete(f"/api/connections/{mine['id']}"),
            caller.put(f"/api/connections/{mine['id']}/secret", json={"secrets": {"token": "x"}}),
        ):
            assert (await asked).status_code == status
    refused = await company.ben.patch(f"/api/connections/{everybody['id']}", json={"name": "Taken"})
    assert refused.status_code == 403
    assert (await company.mia.post("/api/connections", json=HTTP)).status_code == 403


async def test_what_is_wrong_is_told_by_field(company: Company):
    asked = {"kind": "http", "settings": {"auth": "key", "address": "ftp://x", "token": "y", "colour": 1, "key_in": "sky"}}
    refused = await company.ben.post("/api/connections", json=asked)
    paths = {one["path"] for one in problem(refused)["problems"]}
    assert refused.status_code == 422
    assert {"settings/address", "settings/token", "settings/colour", "settings/key_in"} <= paths
    missing = await company.ben.post("/api/connections", json={"kind": "http", "settings": HTTP["settings"]})
    assert [one["path"] for one in problem(missing)["problems"]] == ["secrets/token"]
    assert (await company.ben.post("/api/connections", json={"kind": "nothing"})).status_code == 422
    assert (await company.ben.post("/api/connections", json={**HTTP, "use": {"who": "members"}})).status_code == 422


async def test_the_test_says_what_is_wrong(company: Company, there: Outside):
    made = await added(company.ben, name="Tested", settings={"address": there.url, "auth": "bearer"})
    path = f"/api/connections/{made['id']}/test"
    there.says = [answer(200), answer(401, f"bad token {SECRET}"), lambda _: None]
    told = [(await company.ben.post(path, json={})).json()["test"] for _ in range(3)]
    assert [one["ok"] for one in told] == [True, False, False]
    assert told[1]["said"] == "127.0.0.1 does not accept these credentials (it answered 401)."
    assert "without an answer" in told[2]["said"]
    nowhere = await added(company.ben, name="Nowhere", settings={"address": "http://10.11.12.13/", "auth": "none"}, secrets={})
    said = (await company.ben.post(f"/api/connections/{nowhere['id']}/test", json={})).json()["test"]
    assert not said["ok"] and "SAYSO_EGRESS_ALLOW" in said["said"]


async def test_what_stops_without_it(company: Company):
    made = await added(company.ben, name="Named")
    rule = {"id": "hello", "name": "Say hello", "trigger": {"kind": "schedule", "cron": "0 9 * * 1"}, "on": False}
    rule["steps"] = [
        {"kind": "send_email", "connection": made["id"], "to": "x@northlight.example", "subject": "Hi", "body": "Hi"}
    ]
    built = await company.ben.post("/api/apps", json={"spec": {**CRM, "id": "named", "automations": [rule]}})
    assert built.status_code == 201, built.text
    uses = (await company.ben.get(f"/api/connections/{made['id']}/uses")).json()
    assert [(one["app"], one["kind"], one["name"], one["on"]) for one in uses["items"]] == [
        ("named", "automation", "Say hello", False)
    ]
    assert "Say hello" in uses["sentence"]
    assert (await company.ben.delete(f"/api/connections/{made['id']}")).status_code == 204
    assert (await company.ben.get(f"/api/connections/{made['id']}")).status_code == 404


async def test_every_kind_has_a_whole_form(company: Company):
    kinds = (await company.ben.get("/api/connections/kinds")).json()["items"]
    for kind in kinds:
        names = {field["name"] for field in kind["fields"]}
        assert kind["label"] and kind["about"].endswith(".") and kind["does"] and kind["icon"]
        for field in kind["fields"]:
            assert field["label"] and set(field["when"]) <= names
            assert field["kind"] != "choice" or field["default"] in [option["value"] for option in field["choices"]]


async def test_somebody_consents_in_a_browser(
    company: Company, there: Outside, signed_in: httpx.AsyncClient, other_browser: httpx.AsyncClient
):
    settings = {
        "address": there.url, "auth": "authorization_code", "authorize_address": f"{there.url}/authorize",
        "token_address": f"{there.url}/token", "client_id": "sayso", "scopes": "orders",
    }  # fmt: skip
    made = await added(company.ana, name="Consented", settings=settings, secrets={"client_secret": SECRET})
    path = f"/api/connections/{made['id']}"
    assert made["consent"] == "needed"
    url = (await signed_in.post(f"{path}/authorize", json={}, headers={"sec-fetch-site": "same-origin"})).json()["url"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert asked["code_challenge_method"] == "S256" and asked["redirect_uri"].endswith("/oauth/callback") and SECRET not in url

    there.at["/token"] = answer(200, '{"access_token": "at-1", "refresh_token": "rt-1", "expires_in": 3600}')
    back = {"state": asked["state"], "code": "c-1"}
    assert (await company.nobody.get("/oauth/callback", params=back)).status_code == 401
    assert there.came == 0
    done = await signed_in.get("/oauth/callback", params=back)
    assert done.status_code == 303 and done.headers["location"] == f"/connections/{made['id']}"
    assert "code_verifier=" in there.heard[0].body.decode() and there.heard[0].header("authorization").startswith("Basic ")
    assert (await company.ana.get(path)).json()["consent"] == "given"
    assert (await signed_in.get("/oauth/callback", params=back)).status_code == 403, "a state is good once"

    again = await signed_in.post(f"{path}/authorize", json={}, headers={"sec-fetch-site": "same-origin"})
    state = parse_qs(urlsplit(again.json()["url"]).query)["state"][0]
    stolen = await other_browser.get("/oauth/callback", params={"state": state, "code": "c-2"})
    assert stolen.status_code == 403, "another browser of the same person"
    assert (await signed_in.get("/oauth/callback", params={"error": "access_denied"})).status_code == 403
    assert (await signed_in.get("/oauth/callback")).status_code == 422
    async with company.engine.connect() as tx:
        stored = repr((await tx.exec_driver_sql("select c::text from sayso.connections c")).all())
    assert "at-1" not in stored and "rt-1" not in stored


async def browser(app: FastAPI, company: Company) -> httpx.AsyncClient:
    """A browser in which Ana is signed in."""
    async with transaction(company.engine) as tx:
        secret = await sessions.begin(tx, by=company.ana.actor)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL, cookies={COOKIE: secret})


@pytest.fixture
async def signed_in(app: FastAPI, company: Company) -> AsyncIterator[httpx.AsyncClient]:
    async with await browser(app, company) as one:
        yield one


@pytest.fixture
async def other_browser(app: FastAPI, company: Company) -> AsyncIterator[httpx.AsyncClient]:
    async with await browser(app, company) as one:
        yield one
