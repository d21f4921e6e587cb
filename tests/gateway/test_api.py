"""The owner sets the gateway up over the API, and sees what it did; nobody else does."""

import csv
import io
from typing import Any

import httpx
import pytest

from sayso.db import transaction
from sayso.team import keys as tokens
from tests.gateway.conftest import Desk
from tests.gateway.upstream import Status

API = "/api/gateway"
ASK: dict[str, Any] = {"model": "stub", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture(scope="module")
async def owner(desk: Desk) -> dict[str, str]:
    async with transaction(desk.engine) as tx:
        _, secret = await tokens.create(tx, "Tests", by=desk.company.ana)
    return {"authorization": f"Bearer {secret}"}


async def made(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def test_a_provider_is_added_tested_and_used(desk: Desk, owner: dict[str, str]):
    http = desk.http
    new = {"name": "maker", "kind": "compatible", "base_url": desk.up.url, "secret": "sk-upstream-secret"}
    provider = await made(await http.post(f"{API}/providers", json=new, headers=owner))
    assert (provider["has_secret"], provider["hint"], provider["models"], provider["checked_at"]) == (True, "cret", [], None)
    assert "sk-upstream" not in str(provider)
    tested = await made(await http.post(f"{API}/providers/{provider['id']}/tests", json={}, headers=owner))
    assert tested["problem"] is None and "gpt-6-luna" in [model["id"] for model in tested["models"]]
    await desk.gateway.read_again()  # as its own news has it a moment later
    assert (await desk.post("chat/completions", {**ASK, "model": "maker/gpt-6-luna"})).status_code == 200
    desk.up.will(Status(401, "Incorrect API key provided: sk-upstream-secret"))
    broken = await made(await http.post(f"{API}/providers/{provider['id']}/tests", json={}, headers=owner))
    assert broken["problem"] == "Incorrect API key provided: [key]" and broken["models"] == tested["models"]
    moved = await http.patch(f"{API}/providers/{provider['id']}", json={"base_url": "http://elsewhere.example/v1"}, headers=owner)
    assert moved.status_code == 422, "a stored key is not sent to another host"
    off = await made(await http.patch(f"{API}/providers/{provider['id']}", json={"enabled": False}, headers=owner))
    assert off["enabled"] is False
    await desk.gateway.read_again()
    assert (await desk.post("chat/completions", {**ASK, "model": "maker/gpt-6-luna"})).status_code == 404
    assert (await http.delete(f"{API}/providers/{provider['id']}", headers=owner)).status_code == 204


async def test_a_key_is_shown_once_limited_and_withdrawn(desk: Desk, owner: dict[str, str]):
    http = desk.http
    new = {"name": "Zapier", "settings": {"models": ["stub"], "requests_per_minute": 100}}
    key = await made(await http.post(f"{API}/keys", json=new, headers=owner))
    listed = (await made(await http.get(f"{API}/keys", headers=owner)))["items"]
    assert key["secret"] not in str(listed) and key["id"] in [one["id"] for one in listed]
    budget = {"scope": "key", "subject": key["id"], "period": "month", "amount": "0.50"}
    await made(await http.post(f"{API}/budgets", json=budget, headers=owner))
    await desk.gateway.read_again()  # it would by itself, in a moment
    assert (await desk.post("chat/completions", ASK, key["secret"])).status_code == 200
    await desk.gateway.ledger.flush()
    (shown,) = [b for b in (await made(await http.get(f"{API}/budgets", headers=owner)))["items"] if b["subject"] == key["id"]]
    assert (shown["amount"], shown["spent"]) == ("0.50", "0.00125")
    assert (await http.delete(f"{API}/keys/{key['id']}", headers=owner)).status_code == 204
    await desk.gateway.read_again()
    assert (await desk.post("chat/completions", ASK, key["secret"])).status_code == 401


async def test_what_was_called_is_summed_listed_and_exported(desk: Desk, owner: dict[str, str]):
    http = desk.http
    key, id = await desk.new_key()
    for n in range(3):
        await desk.post("chat/completions", {**ASK, "stream": n == 2}, key)
    desk.up.will(Status(400, "=cmd|' /C calc'!A0"))
    await desk.post("chat/completions", ASK, key)
    await desk.gateway.ledger.flush()
    usage = await made(await http.get(f"{API}/usage", params={"by": "model", "key": id}, headers=owner))
    assert (usage["total"]["calls"], usage["total"]["failed"], usage["total"]["cost"]) == (4, 1, "0.00375")
    assert {tuple(one["of"].items()) for one in usage["items"]} == {(("model", "stub-2026-10-01"),), (("model", "stub"),)}
    first = await made(await http.get(f"{API}/calls", params={"key": id, "limit": 3}, headers=owner))
    second = await made(await http.get(f"{API}/calls", params={"key": id, "limit": 3, "cursor": first["next"]}, headers=owner))
    assert [one["status"] for one in (*first["items"], *second["items"])] == [400, 200, 200, 200] and second["next"] is None
    failed = await made(await http.get(f"{API}/calls", params={"key": id, "status": "failed"}, headers=owner))
    assert [one["error"] for one in failed["items"]] == ["=cmd|' /C calc'!A0"]
    one = await made(await http.get(f"{API}/calls/{first['items'][0]['id']}", headers=owner))
    assert one["request"] is None, "what was said is not kept unless wanted"
    file = await http.get(f"{API}/calls.csv", params={"key": id}, headers=owner)
    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert [row["cost"] for row in rows] == ["0.00125", "0.00125", "0.00125", "0.00"]
    assert rows[-1]["error"].startswith("'="), "no cell is a formula"


async def test_a_call_by_hand_tells_its_cost(desk: Desk, owner: dict[str, str]):
    answer = await desk.http.post(f"{API}/calls", json={"body": ASK}, headers=owner)
    lines = [httpx.Response(200, text=line).json() for line in answer.text.splitlines()]
    assert sum("event" in line for line in lines) == 12
    done = lines[-1]["done"]
    assert (done["cost"], done["model"], done["tokens"]["output"]) == ("0.00125", "stub-2026-10-01", 100)
    assert done["latency_ms"] >= 0 and done["first_ms"] is not None
    refused = await desk.http.post(f"{API}/calls", json={"body": {**ASK, "model": "nobody/nothing"}}, headers=owner)
    assert httpx.Response(200, text=refused.text).json()["error"]["code"] == "model_not_found"


async def test_others_see_their_own_calls_and_set_nothing_up(desk: Desk):
    async with transaction(desk.engine) as tx:
        _, secret = await tokens.create(tx, "Mia", by=desk.company.mia)
    mia = {"authorization": f"Bearer {secret}"}
    for name in ("providers", "aliases", "keys", "budgets", "settings"):
        assert (await desk.http.get(f"{API}/{name}", headers=mia)).status_code == 403
    await desk.post("chat/completions", ASK)
    assert (await desk.http.post(f"{API}/calls", json={"body": ASK}, headers=mia)).status_code == 200
    await desk.gateway.ledger.flush()
    calls = (await desk.http.get(f"{API}/calls", headers=mia)).json()["items"]
    assert [one["member"] for one in calls] == [desk.company.mia.member]
    assert (await desk.http.get(f"{API}/usage", headers=mia)).json()["total"]["calls"] == 1
