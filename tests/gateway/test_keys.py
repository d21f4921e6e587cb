"""Who gets in, how far, and for how long."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from sayso.db import transaction
from sayso.errors import Conflict, Forbidden, Invalid, NotFound
from sayso.gateway import keys
from sayso.team.secret import new_token
from tests.gateway.conftest import Desk

ASK: dict[str, Any] = {"model": "stub", "messages": [{"role": "user", "content": "Hello"}]}


async def status(desk: Desk, key: str, body: dict[str, Any] = ASK, endpoint: str = "chat/completions") -> int:
    return (await desk.post(endpoint, body, key)).status_code


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ' or 1=1--", "Basic YTpi", "Bearer sk-sayso-x", "Bearer " + "x" * 5000, "Bearer \u00e9"]
)
async def test_nobody_gets_in_without_a_key(desk: Desk, header: str):
    headers = [(b"authorization", header.encode("latin-1"))] if header else []
    answer = await desk.http.post("/v1/chat/completions", json=ASK, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert desk.up.heard == []


async def test_who_shows_the_token_of_another_door_is_told_which_key_opens_this_one(desk: Desk):
    answer = await desk.post("chat/completions", ASK, new_token())
    assert answer.status_code == 401 and "token for /api" in answer.json()["error"]["message"]
    other = await desk.post("chat/completions", ASK, "sayso_" + "x" * 38)
    assert other.status_code == 401 and "/api" not in other.json()["error"]["message"]


async def test_a_key_withdrawn_by_another_process_stops_by_itself(desk: Desk):
    key, id = await desk.new_key()
    assert await status(desk, key) == 200
    async with transaction(desk.engine) as tx:  # as another process would: nothing here is told but by PostgreSQL
        await keys.revoke(tx, id, by=desk.company.ana)
    async with asyncio.timeout(60):  # it takes milliseconds; a loaded machine is no fault of the key's
        while await status(desk, key) == 200:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert await status(desk, key) == 401


async def test_a_key_made_by_another_process_works_at_once(desk: Desk):
    async with transaction(desk.engine) as tx:
        _, secret = await keys.create(tx, "New", by=desk.company.ana)
    assert await status(desk, secret) == 200


async def test_a_key_ends_when_it_was_said_to(desk: Desk):
    key, id = await desk.new_key(expires_at=datetime.now(UTC) + timedelta(hours=1))
    assert await status(desk, key) == 200
    async with desk.engine.begin() as tx:
        await tx.execute(
            text("update sayso.gateway_keys set expires_at = now() - interval '1 second' where id = :id"), {"id": id}
        )
    await desk.gateway.read_again()
    assert await status(desk, key) == 401


async def test_a_key_reaches_its_models_and_endpoints_only(desk: Desk):
    key, _ = await desk.new_key(settings={"models": ["stub", "up/gpt-*"], "endpoints": ["chat/completions", "models"]})
    assert await status(desk, key) == 200
    assert await status(desk, key, {**ASK, "model": "up/gpt-6-luna"}) == 200
    assert await status(desk, key, {**ASK, "model": "up/other"}) == 404
    assert await status(desk, key, {"model": "stub", "input": "x"}, "embeddings") == 403
    listed = (await desk.http.get("/v1/models", headers={"authorization": f"Bearer {key}"})).json()
    assert {one["id"] for one in listed["data"]} <= {"stub", "up/stub", "up/gpt-6-luna"}
    assert (await desk.http.get("/v1/models/up/other", headers={"authorization": f"Bearer {key}"})).status_code == 404


async def test_the_rate_is_held_and_told_in_openais_headers(desk: Desk):
    key, _ = await desk.new_key(settings={"requests_per_minute": 3, "tokens_per_minute": 100_000})
    answers = [await desk.post("chat/completions", ASK, key) for _ in range(5)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429, 429]
    assert answers[0].headers["x-ratelimit-limit-requests"] == "3"
    assert [a.headers["x-ratelimit-remaining-requests"] for a in answers[:3]] == ["2", "1", "0"]
    assert answers[3].json()["error"]["code"] == "rate_limit_exceeded"
    assert 1 <= int(answers[3].headers["retry-after"]) <= 21
    assert len(desk.up.heard) == 3


async def test_tokens_a_minute_are_counted_as_they_were_used(desk: Desk):
    key, _ = await desk.new_key(settings={"tokens_per_minute": 1000})
    answers = [await desk.post("chat/completions", {**ASK, "max_tokens": 100}, key) for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429], "350 tokens each, whatever was taken in advance"
    assert answers[3].json()["error"]["type"] == "tokens"


async def test_only_owners_keep_keys_and_only_their_workspaces(desk: Desk):
    company = desk.company
    async with transaction(desk.engine) as tx:
        with pytest.raises(Forbidden):
            await keys.create(tx, "Mine", by=company.ben)
        with pytest.raises(Invalid):
            await keys.create(tx, " ", by=company.ana)
        with pytest.raises(Invalid):
            await keys.create(tx, "For nobody", by=company.ana, member="m_nobody")
        with pytest.raises(NotFound):
            await keys.revoke(tx, "v_nothing", by=company.ana)


async def test_a_key_from_elsewhere_is_taken_over_once(desk: Desk):
    async with transaction(desk.engine) as tx:
        await keys.create(tx, "Old", by=desk.company.ana, secret="My API Key")
        with pytest.raises(Conflict):
            await keys.create(tx, "Old", by=desk.company.ana, secret="My API Key")
    assert await status(desk, "My API Key") == 200


async def test_no_secret_is_kept_in_clear(desk: Desk):
    key, _ = await desk.new_key()
    async with desk.engine.connect() as tx:
        for table in ("gateway_keys", "gateway_providers"):
            rows = " ".join(str(tuple(row)) for row in await tx.execute(text(f"select * from sayso.{table}")))  # noqa: S608
            assert key not in rows
            assert "sk-upstream-secret" not in rows
