"""What an owner decides: what is kept, what is remembered, what follows a model that ends, and who sees the sums."""

import json
from datetime import date
from typing import Any

from sqlalchemy import text

from sayso.db import transaction
from sayso.gateway import settings_book
from sayso.gateway.bodies import hidden
from sayso.gateway.endings import Endings
from sayso.models.directory import packaged
from tests.gateway.conftest import PRICE, Desk

ASK: dict[str, Any] = {
    "model": "stub",
    "messages": [{"role": "user", "content": "I am mia@northlight.example, card 4111 1111 1111 1111"}],
}


async def decide(desk: Desk, **changes: Any) -> None:
    async with transaction(desk.engine) as tx:
        await settings_book.change(tx, changes, by=desk.company.ana)
    await desk.gateway.read_again()


async def test_what_was_said_is_not_kept_unless_wanted(desk: Desk):
    key, id = await desk.new_key()
    await desk.post("chat/completions", ASK, key)
    await decide(desk, keep_bodies=True)
    await desk.post("chat/completions", ASK, key)
    await desk.post("chat/completions", {**ASK, "stream": True}, key)
    await decide(desk, keep_bodies=False)
    await desk.gateway.bodies.flush()
    ids = [line.id for line in await desk.ledger(id)]
    async with desk.engine.connect() as tx:
        kept = {row.id: row for row in await tx.execute(text("select * from sayso.gateway_bodies"))}
    assert [id in kept for id in ids] == [False, True, True]
    assert b"mia@" not in kept[ids[1]].request and b"4111" not in kept[ids[1]].request and b"[mail]" in kept[ids[1]].request
    assert b"quick brown" in kept[ids[1]].answer
    assert b" quick" in kept[ids[2]].answer


async def test_old_lines_and_what_was_said_go_when_their_time_is_over(desk: Desk):
    from_then = "update sayso.gateway_ledger set at = now() - interval '500 days' where key = :key"
    key, id = await desk.new_key()
    await desk.post("chat/completions", ASK, key)
    assert len(await desk.ledger(id)) == 1
    async with desk.engine.begin() as tx:
        await tx.execute(text(from_then), {"key": id})
    await desk.gateway.sweep()
    assert await desk.ledger(id) == []
    async with desk.engine.connect() as tx:
        sums = await tx.execute(text("select calls from sayso.gateway_usage where key = :key"), {"key": id})
        assert sums.scalar_one() == 1, "the sums stay"


def test_secrets_and_people_are_hidden():
    said = b'{"key":"sk-abcdefgh12345678","to":"otto@example.com","phone":"+49 30 901820","data":"%s","year":2026}' % (
        b"A" * 3000
    )
    kept = hidden(said)
    assert b"sk-abc" not in kept and b"otto" not in kept and b"901820" not in kept and len(kept) < 200
    assert b"2026" in kept


async def test_an_alias_remembers_for_nothing(desk: Desk):
    await desk.alias("again", {"provider": "up", "model": "stub", "price": PRICE}, settings={"cache_seconds": 60})
    key, id = await desk.new_key(budget="1")
    body = {"model": "again", "messages": [{"role": "user", "content": "Hello"}]}
    first = await desk.post("chat/completions", body, key)
    second = await desk.post("chat/completions", body, key)
    other = await desk.post("chat/completions", {**body, "temperature": 0}, key)
    assert first.json() == second.json() and other.status_code == 200
    assert "x-sayso-cache" not in first.headers and second.headers["x-sayso-cache"] == "hit"
    assert len(desk.up.heard) == 2
    lines = await desk.ledger(id)
    assert [(line.cost > 0, line.flags) for line in lines] == [(True, []), (False, ["cached"]), (True, [])]


def test_a_models_end_is_told_by_its_maker_only():
    endings = Endings(packaged)
    day = date(2026, 11, 22)
    ending = endings.of("openai", "gpt-5-mini", day)
    assert ending and ending.day == date(2026, 12, 11) and not ending.over and ending.successor
    headers = dict(ending.headers)
    assert headers[b"sunset"] == b"Fri, 11 Dec 2026 00:00:00 GMT"
    assert b"in 19 days" in headers[b"x-sayso-warning"] and ending.successor.encode() in headers[b"x-sayso-warning"]
    over = endings.of("openai", "o4-mini", day)
    assert over and over.over and over.day == date(2026, 10, 23)
    assert endings.of("compatible", "o4-mini", day) is None, "somebody's own copy has no end"
    assert endings.of("openai", "gpt-6-luna", day) is None
    assert endings.of("openai", "nobody-knows", day) is None


async def test_a_model_that_ended_is_replaced_where_the_owner_allows_it(desk: Desk):
    await desk.provider("maker", desk.up.url, kind="openai", secret="sk-upstream-secret", models=["o4-mini"])
    key, id = await desk.new_key()
    body = {"model": "maker/o4-mini", "messages": []}
    answer = await desk.post("chat/completions", body, key)
    assert desk.up.heard[-1].json["model"] == "o4-mini"
    assert "2026-10-23" in answer.headers["x-sayso-warning"] and answer.headers["sunset"].startswith("Fri, 23 Oct 2026")
    await decide(desk, follow_replacements=True)
    await desk.post("chat/completions", body, key)
    await decide(desk, follow_replacements=False)
    successor = desk.up.heard[-1].json["model"]
    assert successor != "o4-mini" and f"names {successor}" in answer.headers["x-sayso-warning"]
    lines = await desk.ledger(id)
    assert [(line.asked, line.flags) for line in lines] == [("maker/o4-mini", []), ("maker/o4-mini", ["replaced"])]
    assert lines[1].model.startswith(successor)


async def test_sums_are_for_owners_unless_said(desk: Desk):
    await desk.post("chat/completions", ASK)
    assert (await desk.http.get("/metrics")).status_code == 401
    await decide(desk, metrics=True)
    shown = await desk.http.get("/metrics")
    await decide(desk, metrics=False)
    assert 'sayso_calls_total{provider="up",endpoint="chat/completions",status="200"}' in shown.text
    assert "sayso_call_seconds_bucket" in shown.text
    assert desk.key not in shown.text


async def test_what_a_key_can_ask_for_is_told_with_its_price(desk: Desk):
    listed = (await desk.http.get("/v1/models", headers={"authorization": f"Bearer {desk.key}"})).json()
    stub = next(one for one in listed["data"] if one["id"] == "up/stub")
    assert {"id", "object", "created", "owned_by"} <= set(stub)
    assert stub["price"] == {"input_mtok": "1", "output_mtok": "10"}
    assert json.dumps(listed).count("sk-upstream") == 0
