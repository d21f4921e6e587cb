"""What every request passes before it is handled."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from sayso.db import transaction
from sayso.team import sessions
from sayso.web.body import JSON_BYTES_MAX
from tests.web.conftest import URL, Company, problem
from tests.web.crm import CRM


async def test_nobody_is_told_anything(company: Company):
    refused = await company.nobody.get("/api/me")
    assert refused.status_code == 401 and refused.headers["www-authenticate"] == "Bearer"
    assert problem(refused)["type"] == "/problems/sign-in-needed"
    broken = await company.nobody.patch("/api/me", content=b"{", headers={"content-type": "application/json"})
    assert broken.status_code == 401, "who asks is settled before what they sent is looked at"


@pytest.mark.parametrize("token", ["", "x", "sayso_" + "a" * 40, "'; drop table", "ä", "a" * 5000])
async def test_a_wrong_token_is_refused(company: Company, token: str):
    headers = [(b"authorization", b"Bearer " + token.encode("latin-1"))]
    assert (await company.nobody.get("/api/me", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"origin": URL}, 200),
        ({"sec-fetch-site": "cross-site", "origin": URL}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_another_site_cannot_use_the_cookie(company: Company, headers: dict[str, str], status: int):
    async with transaction(company.engine) as tx:
        secret = await sessions.begin(tx, by=company.mia.actor)
    cookie = {"cookie": f"sayso_session={secret}"}
    answer = await company.nobody.patch("/api/me", json={"name": "Mia Lindqvist"}, headers=cookie | headers)
    assert answer.status_code == status
    assert (await company.nobody.get("/api/me", headers=cookie | headers)).status_code == 200, "reading is never refused"


async def test_signing_out_ends_the_session(company: Company):
    async with transaction(company.engine) as tx:
        secret = await sessions.begin(tx, by=company.mia.actor)
    headers = {"cookie": f"sayso_session={secret}", "sec-fetch-site": "same-origin"}
    assert (await company.nobody.get("/api/session", headers=headers)).json()["member"]["name"] == "Mia Lindqvist"
    assert (await company.nobody.delete("/api/session", headers=headers)).status_code == 204
    assert (await company.nobody.get("/api/session", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    ("body", "path", "reason"),
    [
        (b'{"name": ', "", "is not JSON"),
        (b'{"name": "\xff"}', "", "is not JSON"),
        (b'{"name": "\\ud800"}', "", "is not JSON"),
        (b'{"name": NaN}', "", "is not JSON"),
        (b'{"name": "a\\u0000b"}', "name", "NUL"),
        (b"[" * 40 + b"]" * 40, "", "nested more than 32"),
        (b"[" * 100_000 + b"]" * 100_000, "", ""),
        (b'{"name": 7}', "name", "is text"),
        (b"{}", "name", "is needed"),
        (b'{"name": "Mia", "role": "owner"}', "role", "is not known here"),
        (b"[]", "", "is an object"),
        (b"", "", "is needed"),
    ],
)
async def test_a_broken_body_is_answered_with_where_and_why(company: Company, body: bytes, path: str, reason: str):
    answer = await company.mia.patch("/api/me", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    first = problem(answer)["problems"][0]
    assert first["path"] == path and reason in first["reason"]


async def test_a_body_has_a_limit_whatever_it_claims(company: Company):
    big = b'{"name": "' + b"a" * JSON_BYTES_MAX + b'"}'
    json = {"content-type": "application/json"}
    assert (await company.mia.patch("/api/me", content=big, headers=json)).status_code == 413

    async def dripping():
        for _ in range(40):
            yield b" " * 2**15

    assert (await company.mia.patch("/api/me", content=dripping(), headers=json)).status_code == 413


async def test_every_answer_is_safe_to_show(company: Company):
    for answer in (await company.mia.get("/api/me"), await company.nobody.get("/api/me"), await company.mia.get("/api/none")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"


async def test_what_is_not_there_is_said_in_a_problem_document(company: Company):
    assert problem(await company.mia.get("/api/nothing"))["status"] == 404
    refused = await company.mia.put("/api/me", json={})
    assert problem(refused)["status"] == 405 and "GET" in refused.headers["allow"]
    assert (await company.mia.get("/api/apps/%00")).status_code == 404
    assert (await company.mia.get("/api/search?q=%00")).status_code == 422


async def test_a_write_sent_twice_is_done_once(company: Company):
    key, since = {"idempotency-key": "7f0d"}, await company.last_event()
    first = await company.ben.post("/api/apps", json={"spec": CRM}, headers=key)
    second = await company.ben.post("/api/apps", json={"spec": CRM}, headers=key)
    assert (first.status_code, first.content) == (second.status_code, second.content) == (201, first.content)
    assert second.headers["idempotent-replayed"] == "true"
    assert await company.events(since) == ["app.built"]

    other = await company.ben.post("/api/apps", json={"spec": {**CRM, "name": "Other"}}, headers=key)
    assert other.status_code == 409 and "another request" in problem(other)["detail"]
    theirs = await company.ana.post("/api/apps", json={"spec": CRM}, headers=key)
    assert theirs.json()["id"] != first.json()["id"], "keys belong to the one who sends them"

    at_once = [company.ben.post("/api/apps", json={"spec": CRM}, headers={"idempotency-key": "at once"}) for _ in range(4)]
    assert len({answer.json()["id"] for answer in await asyncio.gather(*at_once)}) == 1


async def test_a_write_that_was_refused_may_be_mended_under_another_key_and_tried_again_under_its_own(company: Company):
    key = {"idempotency-key": "x"}
    for name, status in (("", 422), ("ok", 201)):
        assert (await company.mia.post("/api/tokens", json={"name": name}, headers=key)).status_code == status
    for wrong in ("", "x" * 201, "ä"):
        headers = [(b"idempotency-key", wrong.encode("latin-1"))]
        assert (await company.mia.post("/api/tokens", json={"name": "n"}, headers=headers)).status_code == 422


async def test_a_secret_is_not_kept_with_its_answer(company: Company):
    key = {"idempotency-key": "secret"}
    made = await company.mia.post("/api/tokens", json={"name": "Once"}, headers=key)
    assert made.status_code == 201
    again = await company.mia.post("/api/tokens", json={"name": "Once"}, headers=key)
    assert again.status_code == 409 and "shown once" in problem(again)["detail"]
    assert [t["name"] for t in (await company.mia.get("/api/tokens")).json()["items"]].count("Once") == 1
    async with company.engine.connect() as tx:
        kept = (
            await tx.execute(text("select coalesce(string_agg(encode(body, 'escape'), ''), '') from sayso.idempotency"))
        ).scalar_one()
    assert made.json()["token"] not in kept


async def test_a_token_of_fewer_rights_is_not_told_what_another_was_answered(company: Company):
    """The same member, the same request, the same key: a token that only reads gets no answer of one that wrote."""
    scopes = {"name": "Reads", "scopes": ["read"]}
    reads = (await company.ben.post("/api/tokens", json=scopes)).json()["token"]
    asked: dict[str, Any] = {"json": {"spec": {**CRM, "id": "kept_apart"}}, "headers": {"idempotency-key": "apart"}}
    assert (await company.ben.post("/api/apps", **asked)).status_code == 201
    again = await company.ben.post(
        "/api/apps", json=asked["json"], headers={**asked["headers"], "authorization": f"Bearer {reads}"}
    )
    assert again.status_code == 403 and "idempotent-replayed" not in again.headers


async def test_what_takes_longer_than_a_transaction_is_done_once_too(company: Company):
    draft = (await company.ben.post("/api/drafts", json={"wish": "clients with name and phone"})).json()["id"]
    while (await company.ben.get(f"/api/drafts/{draft}")).json()["state"] == "planning":  # noqa: ASYNC110  a person looks again
        await asyncio.sleep(0.02)
    key, words = {"idempotency-key": "say"}, {"wish": "add a field birthday to clients"}
    first = await company.ben.post(f"/api/drafts/{draft}/messages", json=words, headers=key)
    second = await company.ben.post(f"/api/drafts/{draft}/messages", json=words, headers=key)
    assert first.status_code == 200 and second.content == first.content
    said = (await company.ben.get(f"/api/drafts/{draft}")).json()["messages"]
    assert [m["words"] for m in said].count(words["wish"]) == 1
    for _ in range(2):
        refused = await company.ben.post("/api/drafts/d_none/messages", json=words, headers={"idempotency-key": "none"})
        assert refused.status_code == 404, "what failed leaves no claim behind"
