"""Thirty acts that matter are thirty entries (T42): each once, with who, from where, and nothing secret."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from sayso.db import transaction
from tests.web.conftest import Caller, Company
from tests.web.crm import CLIENTS, CRM

Act = Callable[[Company, dict[str, Any]], Awaitable[httpx.Response]]
CONNECTION = {
    "kind": "http",
    "name": "Stock",
    "settings": {"address": "http://stock.invalid/v1", "auth": "bearer"},
    "secrets": {"token": "tk-canary-1"},
}
RENAME = {"title": "", "steps": [{"do": "rename", "part": "table", "id": "clients", "name": "Customers"}]}
PROVIDER = {"name": "north", "kind": "compatible", "base_url": "http://models.invalid/v1", "secret": "sk-canary-2"}


async def kept(answer: Awaitable[httpx.Response], seen: dict[str, Any], name: str, at: str = "id") -> httpx.Response:
    told = await answer
    if told.status_code < 300:
        seen[name] = told.json()[at]
    return told


ACTS: list[tuple[str, Act]] = [
    ("app.built", lambda c, s: c.ben.post("/api/apps", json={"spec": CRM})),
    ("app.changed", lambda c, s: c.ben.post("/api/apps/crm/versions", json={"change": RENAME, "base_version": 1})),
    ("app.built", lambda c, s: c.ben.post("/api/apps", json={"spec": {**CRM, "id": "second"}})),
    ("app.trashed", lambda c, s: c.ben.delete("/api/apps/second")),
    ("app.restored", lambda c, s: c.ben.post("/api/trash/restorations", json={"app": "second"})),
    ("rows.exported", lambda c, s: c.mia.get(f"{CLIENTS}/export", params={"format": "csv"})),
    ("token.created", lambda c, s: kept(c.ben.post("/api/tokens", json={"name": "One", "scopes": ["read"]}), s, "token")),
    ("token.rotated", lambda c, s: c.ben.post(f"/api/tokens/{s['token']}/rotation", json={})),
    ("token.revoked", lambda c, s: c.ana.delete(f"/api/tokens/{s['token']}")),
    ("connection.created", lambda c, s: kept(c.ben.post("/api/connections", json=CONNECTION), s, "connection")),
    ("connection.changed", lambda c, s: c.ben.patch(f"/api/connections/{s['connection']}", json={"name": "Stocks"})),
    ("connection.changed", lambda c, s: c.ben.put(f"/api/connections/{s['connection']}/secret", json={"secrets": {"token": "tk-canary-3"}})),
    ("connection.tested", lambda c, s: c.ben.post(f"/api/connections/{s['connection']}/test", json={})),
    ("connection.removed", lambda c, s: c.ben.delete(f"/api/connections/{s['connection']}")),
    ("webhook.created", lambda c, s: kept(c.ben.post("/api/webhooks", json={"url": "http://10.0.0.1/x", "events": ["app.built"]}), s, "webhook")),
    ("webhook.changed", lambda c, s: c.ben.patch(f"/api/webhooks/{s['webhook']}", json={"name": "Ours"})),
    ("webhook.rotated", lambda c, s: c.ben.put(f"/api/webhooks/{s['webhook']}/secret", json={})),
    ("webhook.removed", lambda c, s: c.ben.delete(f"/api/webhooks/{s['webhook']}")),
    ("gateway.provider.created", lambda c, s: kept(c.ana.post("/api/gateway/providers", json=PROVIDER), s, "provider")),
    ("gateway.provider.removed", lambda c, s: c.ana.delete(f"/api/gateway/providers/{s['provider']}")),
    ("gateway.key.created", lambda c, s: kept(c.ana.post("/api/gateway/keys", json={"name": "One"}), s, "key")),
    ("gateway.key.revoked", lambda c, s: c.ana.delete(f"/api/gateway/keys/{s['key']}")),
    ("gateway.budget.created", lambda c, s: kept(c.ana.post("/api/gateway/budgets", json={"scope": "workspace", "period": "day", "amount": "3"}), s, "budget")),
    ("gateway.budget.changed", lambda c, s: c.ana.patch(f"/api/gateway/budgets/{s['budget']}", json={"amount": "4"})),
    ("gateway.settings.changed", lambda c, s: c.ana.patch("/api/gateway/settings", json={"retries": 1})),
    ("calls.exported", lambda c, s: c.ana.get("/api/gateway/calls.csv")),
    ("coworker.added", lambda c, s: c.ben.post("/api/coworkers", json={"id": "helper", "name": "Helper", "grants": []})),
    ("coworker.removed", lambda c, s: c.ben.delete("/api/coworkers/helper")),
    ("audit.kept", lambda c, s: c.ana.patch("/api/audit/settings", json={"keep_days": 500})),
    ("audit.exported", lambda c, s: c.ana.get("/api/audit/export")),
]  # fmt: skip


async def entries(caller: Caller) -> list[dict[str, Any]]:
    return (await caller.get("/api/audit", params={"limit": 200})).json()["items"]


async def test_thirty_acts_are_thirty_entries(company: Company):
    assert len(ACTS) == 30
    before, seen = {one["id"] for one in await entries(company.ana)}, dict[str, Any]()
    for kind, act in ACTS:
        answer = await act(company, seen)
        assert answer.status_code < 300, (kind, answer.text)
    new = [one for one in reversed(await entries(company.ana)) if one["id"] not in before]
    assert [one["kind"] for one in new] == [kind for kind, _ in ACTS]
    assert all(one["by"]["id"].startswith("m_") and one["address"] == "127.0.0.1" and one["hash"] for one in new)
    assert "canary" not in str(new)
    assert (await company.ana.get("/api/audit/verification")).json()["ok"]


async def test_one_of_them_is_changed_in_the_database_and_named(company: Company):
    last = (await entries(company.ana))[3]
    async with transaction(company.engine) as tx:
        await tx.execute(text("alter table sayso.audit disable trigger audit_kept"))
        await tx.execute(text("update sayso.audit set by_name = 'Nobody' where id = :id"), {"id": last["id"]})
        await tx.execute(text("alter table sayso.audit enable trigger audit_kept"))
    found = (await company.ana.get("/api/audit/verification")).json()
    assert [one["n"] for one in found["broken"]] == [last["n"]]


@pytest.mark.parametrize("path", ["", "/export", "/verification"])
async def test_a_token_that_only_reads_does_not_read_it(company: Company, path: str):
    made = (await company.ana.post("/api/tokens", json={"name": "Reads", "scopes": ["read"]})).json()
    answer = await company.nobody.get(f"/api/audit{path}", headers={"authorization": f"Bearer {made['token']}"})
    assert answer.status_code == 403
