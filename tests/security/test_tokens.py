"""API tokens: made for little, known where they were used, changed without a gap, and not to be guessed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event, text

from sayso.team.secret import is_token, new_token
from tests.web.conftest import URL, Caller, Company, problem
from tests.web.crm import CRM


@pytest.fixture(scope="module")
async def crm(company: Company) -> str:
    for id in ("crm", "other"):
        assert (await company.ben.post("/api/apps", json={"spec": {**CRM, "id": id}})).status_code == 201
    return "crm"


def client(app: FastAPI, token: str, address: str = "127.0.0.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url=URL, headers={"authorization": f"Bearer {token}"})


async def made(caller: Caller, **asked: Any) -> dict[str, Any]:
    answer = await caller.post("/api/tokens", json={"name": "One", **asked})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_token_ends_in_ninety_days_unless_somebody_says_otherwise(company: Company):
    one = await made(company.ben)
    left = datetime.fromisoformat(one["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=89) < left <= timedelta(days=90)
    assert (await made(company.ben, expires_at=None))["expires_at"] is None
    assert (await company.ben.post("/api/tokens", json={"name": "Late", "expires_at": "2020-01-01T00:00:00Z"})).status_code == 422


async def test_a_token_for_one_app_reaches_nothing_else(company: Company, crm: str, app: FastAPI):
    token = (await made(company.ben, apps=[crm], scopes=["read", "write"]))["token"]
    async with client(app, token) as program:
        assert (await program.get("/api/apps/crm/tables/clients/rows")).status_code == 200
        assert (await program.post("/api/apps/crm/tables/clients/rows", json={"values": {"name": "Otto"}})).status_code == 201
        assert [one["id"] for one in (await program.get("/api/apps")).json()["items"]] == [crm]
        assert {one["app"] for one in (await program.get("/api/search?q=clients")).json()["items"]} <= {crm}
        assert problem(await program.get("/api/apps/other"))["status"] == 404
        for path in (
            "/api/connections",
            "/api/tokens",
            "/api/audit",
            "/api/gateway/providers",
            "/api/coworkers",
            "/api/runs",
            "/api/drafts",
        ):
            assert problem(await program.get(path))["status"] == 403, path
        for body in ({"name": "More"}, {"name": "More", "scopes": ["read"]}):
            assert (await program.post("/api/tokens", json=body)).status_code == 403
        assert (await program.post("/api/apps", json={"spec": {**CRM, "id": "third"}})).status_code == 403


@pytest.mark.parametrize("apps", [[], ["nothing"], ["crm", "nothing"], ["CRM!"], "crm", [7]])
async def test_apps_that_are_not_here_are_refused(company: Company, crm: str, apps: Any):
    assert problem(await company.ben.post("/api/tokens", json={"name": "One", "apps": apps}))["status"] == 422
    assert (await company.zoe.post("/api/tokens", json={"name": "One", "apps": [crm]})).status_code == 422


async def test_a_secret_is_changed_without_a_gap(company: Company, app: FastAPI):
    first = await made(company.ben)
    second = (await company.ben.post(f"/api/tokens/{first['id']}/rotation", json={"overlap_hours": 2})).json()
    assert second["id"] == first["id"] and second["token"] != first["token"] and is_token(second["token"]) and second["old_until"]
    for token in (first["token"], second["token"]):
        async with client(app, token) as program:
            assert (await program.get("/api/me")).status_code == 200
    third = (await company.ben.post(f"/api/tokens/{first['id']}/rotation", json={"overlap_hours": 0})).json()
    for token, status in ((first["token"], 401), (second["token"], 401), (third["token"], 200)):
        async with client(app, token) as program:
            assert (await program.get("/api/me")).status_code == status
    assert (await company.mia.post(f"/api/tokens/{first['id']}/rotation", json={})).status_code == 404


async def test_the_secret_before_ends_with_its_time(company: Company, app: FastAPI):
    one = await made(company.ben)
    await company.ben.post(f"/api/tokens/{one['id']}/rotation", json={"overlap_hours": 1})
    async with company.engine.begin() as tx:
        await tx.execute(
            text("update sayso.tokens set old_until = now() - interval '1 second' where id = :id"), {"id": one["id"]}
        )
    async with client(app, one["token"]) as program:
        assert (await program.get("/api/me")).status_code == 401


async def test_owners_see_everybodys_tokens_and_where_they_were_used(company: Company, app: FastAPI):
    one = await made(company.mia, name="Mia's phone")
    async with client(app, one["token"], "192.0.2.44") as program:
        await program.get("/api/me")
    everybodys = (await company.ana.get("/api/tokens?all=1")).json()["items"]
    found = next(token for token in everybodys if token["id"] == one["id"])
    assert (found["member"]["name"], found["last_used_address"]) == ("Mia Lindqvist", "192.0.2.44") and found["last_used_at"]
    assert "token" not in found and one["token"] not in str(everybodys)
    assert (await company.ben.get("/api/tokens?all=1")).status_code == 403
    assert one["id"] not in (await company.ben.get("/api/tokens")).text
    assert (await company.ana.delete(f"/api/tokens/{one['id']}")).status_code == 204
    async with client(app, one["token"]) as program:
        assert (await program.get("/api/me")).status_code == 401


async def test_guessing_is_stopped_and_keeps_nobody_else_out(company: Company, app: FastAPI):
    mine = (await made(company.ben))["token"]
    asked: list[str] = []
    event.listen(company.engine.sync_engine, "before_cursor_execute", lambda c, cu, statement, *more: asked.append(statement))
    async with client(app, mine, "203.0.113.5") as program:
        assert (await program.get("/api/me")).status_code == 200
        asked.clear()
        statuses = [
            (await program.get("/api/me", headers={"authorization": f"Bearer {new_token()}"})).status_code for _ in range(200)
        ]
        assert statuses[:10] == [401] * 10 and set(statuses[10:]) == {429}
        assert sum("sayso.tokens" in one for one in asked) <= 20
        assert (await program.get("/api/me")).status_code == 200, "who was here with a good one goes on"
    async with client(app, mine, "203.0.113.6") as elsewhere:
        assert (await elsewhere.get("/api/me")).status_code == 200


async def test_what_is_no_token_of_ours_never_reaches_the_database(company: Company, app: FastAPI):
    asked: list[str] = []
    event.listen(company.engine.sync_engine, "before_cursor_execute", lambda c, cu, statement, *more: asked.append(statement))
    wrong = new_token()
    for token in (wrong[:-1] + ("a" if wrong[-1] != "a" else "b"), "' or 1=1--", "sayso_", "null", "sk-sayso-" + "a" * 38):
        async with client(app, token, "203.0.113.7") as program:
            assert (await program.get("/api/me")).status_code == 401
    assert not [one for one in asked if "sayso.tokens" in one]


async def test_the_same_little_token_is_told_the_same_wherever_it_is_shown(
    company: Company, crm: str, app: FastAPI, address: str
):
    token = (await made(company.ben, scopes=["read"]))["token"]
    async with client(app, token) as program:
        write = await program.post("/api/apps/crm/tables/clients/rows", json={"values": {"name": "No"}})
        mcp = await program.post(
            "/mcp",
            json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "create_rows", "arguments": {"app": "crm", "table": "clients", "rows": [{"Name": "No"}]}}},
            headers={"mcp-protocol-version": "2025-11-25", "accept": "application/json, text/event-stream"},
        )  # fmt: skip
    assert write.status_code == 403 and mcp.status_code == 403, mcp.text
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as nobody:
        places: list[dict[str, Any]] = [
            {"params": {"token": token}},
            {"params": {"access_token": token}},
            {"headers": {"x-api-key": token}},
            {"headers": {"api-key": token}},
            {"headers": {"authorization": f"Basic {token}"}},
            {"headers": {"authorization": token}},
            {"cookies": {"sayso_token": token}},
        ]
        for place in places:
            nobody.cookies.clear()
            nobody.cookies.update(place.pop("cookies", {}))
            assert (await nobody.get("/api/me", **place)).status_code == 401, place
        assert (await nobody.get("/v1/models", headers={"authorization": f"Bearer {token}"})).status_code == 401
    rows = (await company.ben.get("/api/apps/crm/tables/clients/rows")).json()["rows"]
    assert "No" not in [row["values"]["name"] for row in rows]
