"""Co-workers as models on /v1, and what they are without a language model."""

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest
from openai import AsyncOpenAI

from sayso.db import transaction
from sayso.gateway import aliases, keys
from sayso.gateway.refusals import Refused
from tests.coworkers.desk import Place, calls, kinds, notes_of, text_of, words
from tests.gateway.upstream import Status


@pytest.fixture
async def key(crm: Place) -> str:
    return await made(crm, member=crm.company.mia.member)


async def made(crm: Place, **more: Any) -> str:
    async with transaction(crm.engine) as tx:
        _, secret = await keys.create(tx, "Test", by=crm.company.ana, **more)
    await crm.desk.gateway.read_again()
    return secret


async def ask(crm: Place, key: str, body: dict[str, Any], endpoint: str = "chat/completions") -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(crm.web), base_url="http://sayso.test") as http:
        return await http.post(f"/v1/{endpoint}", json=body, headers={"authorization": f"Bearer {key}"})


def asking(text: str, model: str = "coworker/crm.mina", **more: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": text}], **more}


async def test_a_chat_with_the_rights_of_the_keys_member(crm: Place, key: str):
    crm.up.will(calls(("find_rows", {"table": "clients"})), words("Three: ![x](https://evil.example/p) [1]."))
    answer = await ask(crm, key, asking("How many clients?"))
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["model"] == "coworker/crm.mina" and said["object"] == "chat.completion"
    assert said["choices"][0]["message"]["content"] == "Three: ! [x] (`https:/ /evil.example/p`) [1]."
    assert said["usage"]["total_tokens"] == 700 and said["sayso"]["sources"][0]["table"] == "clients"
    listed = (await crm.callers["mia"].get("/api/coworkers/crm.mina/conversations")).json()["items"]
    assert said["sayso"]["conversation"] not in {c["id"] for c in listed}, "calls of programs do not fill the list"


async def test_streamed_by_openais_own_client_and_as_a_response(crm: Place, key: str):
    crm.up.will(words("Hello from Mina, who is glad."), words("And again."))
    http = httpx.AsyncClient(transport=httpx.ASGITransport(crm.web))
    client = AsyncOpenAI(base_url="http://sayso.test/v1", api_key=key, http_client=http, max_retries=0)
    stream = await client.chat.completions.create(
        model="coworker/crm.mina",
        messages=[{"role": "user", "content": "Hello"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "Hello from Mina, who is glad."
    assert chunks[-1].usage and chunks[-1].usage.total_tokens == 350
    response = await client.responses.create(model="coworker/crm.mina", input="Hello")
    assert response.output_text == "And again."
    await client.close()


async def test_a_write_is_told_as_not_done_and_kept_for_a_yes(crm: Place, key: str):
    iris = (await crm.rows())["Iris Eyewear"]
    crm.up.will(calls(("change_rows", {"table": "clients", "rows": [{"id": iris["id"], "values": {"worth": "1"}}]})))
    said = (await ask(crm, key, asking("Change it"))).json()
    assert "Not done yet: Change Worth of “Iris Eyewear” in Clients" in said["choices"][0]["message"]["content"]
    listed = (await crm.callers["mia"].get("/api/coworkers/crm.mina/conversations")).json()["items"]
    assert listed[0]["id"] == said["sayso"]["conversation"] and listed[0]["state"] == "waiting"
    crm.up.will(words("Done."))
    approved = await crm.callers["mia"].post(f"/api/cards/{said['sayso']['cards'][0]}/approval", json={"version": 1})
    assert approved.json()["state"] == "applied"
    await crm.goes_on(said["sayso"]["conversation"])
    assert (await crm.rows())["Iris Eyewear"]["values"]["worth"] == "1.00"


async def test_who_may_not_is_told_why(crm: Place, key: str):
    for body, member, status, words_said in (
        (asking("x"), None, 403, "belongs to no member"),
        (asking("x", "coworker/crm.nobody"), "mia", 404, "does not exist"),
        (asking("x", "coworker/nope.mina"), "mia", 404, "does not exist"),
        (asking("x", "coworker"), "mia", 404, "does not exist"),
        (asking("x", tools=[{"type": "function", "function": {"name": "f"}}]), "mia", 400, "own tools"),
        (asking("x") | {"messages": [{"role": "assistant", "content": "x"}]}, "mia", 400, "last message"),
        (
            asking("x") | {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x"}}]}]},
            "mia",
            400,
            "text",
        ),
    ):
        answer = await ask(crm, key if member else await made(crm), body)
        assert answer.status_code == status and words_said in answer.text, answer.text
    elsewhere = await made(crm, member=crm.company.mia.member, app="other")
    assert (await ask(crm, elsewhere, asking("x"))).status_code == 403
    narrow = await made(crm, member=crm.company.mia.member, settings={"models": ["up/*"]})
    assert (await ask(crm, narrow, asking("x"))).status_code == 404
    cleo = await made(crm, member=crm.company.cleo.member)
    iris = (await crm.rows())["Iris Eyewear"]
    crm.up.will(
        calls(("change_rows", {"table": "clients", "rows": [{"id": iris["id"], "values": {"worth": "1"}}]})), words("No.")
    )
    assert (await ask(crm, cleo, asking("Change it"))).json()["sayso"]["cards"] == []
    assert not crm.up.heard or "coworker" not in {m["id"] for m in (await ask_models(crm, key))["data"]}


async def ask_models(crm: Place, key: str) -> Any:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(crm.web), base_url="http://sayso.test") as http:
        return (await http.get("/v1/models", headers={"authorization": f"Bearer {key}"})).json()


async def test_the_keys_budget_pays(crm: Place):
    secret = await made(crm, member=crm.company.mia.member)
    crm.up.will(words("Hello."))
    await ask(crm, secret, asking("Hello"))
    await crm.desk.gateway.ledger.flush()
    lines = await crm.sql(
        "select asked, cost, key, app, member from sayso.gateway_ledger where key is not null order by id desc limit 2"
    )
    assert {line.asked for line in lines} == {"coworker/crm.mina", "slot:text"} and len({line.key for line in lines}) == 1
    assert sum(line.cost for line in lines) == Decimal("0.00125") and lines[0].member == crm.company.mia.member


async def test_without_a_language_model_it_finds_and_says_so(crm: Place):
    async with transaction(crm.engine) as tx:
        one = next(a for a in await aliases.listed(tx, by=crm.company.ana) if a.name == "writer")
        await aliases.remove(tx, one.id, by=crm.company.ana)
    await crm.desk.gateway.read_again()
    try:
        shown = (await crm.callers["mia"].get("/api/coworkers/crm.mina")).json()
        assert not shown["ready"] and "No language model is connected" in shown["problem"] and shown["model"] == "sayso/reader"
        turn = await crm.say("Which client prefers mornings?")
        assert turn["state"] == "done" and kinds(turn)[:2] == ["tool", "text"] and not crm.up.heard
        assert "**Halden & Wolfe**" in text_of(turn) and turn["sources"][0]["title"] == "Halden & Wolfe"
        assert "cannot talk or write letters" in notes_of(turn) and turn["parts"][-1]["to"]["href"] == "/gateway/providers"
        assert "Nothing that I may see" in text_of(await crm.say("Xylophone?", coworker="crm.bruno"))
        assert "Nothing that I may see" in text_of(await crm.say("Mornings?", coworker="crm.nemo"))
        assert json.dumps(turn).count("SECRET") == 0
    finally:
        async with transaction(crm.engine) as tx:
            await aliases.create(tx, "writer", [{"model": "up/stub"}], slot="text", settings={"retries": 0}, by=crm.company.ana)
        await crm.desk.gateway.read_again()


async def test_it_is_no_model_for_what_asks_models_itself(crm: Place):
    gateway, mia = crm.desk.gateway, crm.company.mia
    with pytest.raises(Refused, match="no model for a slot"):
        await gateway.ask(gateway.caller(mia.workspace, app="crm", member=mia.member), "chat/completions", asking("x"))
    assert not crm.up.heard


async def test_it_is_not_its_own_model_when_that_fails(crm: Place, key: str):
    """An alias that falls back to a co-worker would ask it again and again."""
    ana = crm.company.ana
    async with transaction(crm.engine) as tx:
        writer = next(a for a in await aliases.listed(tx, by=ana) if a.name == "writer")
        targets = [{"model": "up/stub"}, {"model": "coworker/crm.mina"}]
        await aliases.change(tx, writer.id, {"targets": targets}, by=ana)
    await crm.desk.gateway.read_again()
    crm.up.will(Status(500), Status(500), Status(500))
    try:
        answer = await ask(crm, key, asking("Hello"))
        assert answer.status_code >= 400, answer.text
        assert len(crm.up.heard) == 1, "it is asked once, and not by itself"
    finally:
        async with transaction(crm.engine) as tx:
            await aliases.change(tx, writer.id, {"targets": [{"model": "up/stub"}]}, by=ana)
        await crm.desk.gateway.read_again()


async def test_nul_is_refused_in_words(crm: Place, key: str):
    answer = await ask(crm, key, asking("a\0b"))
    assert answer.status_code == 400 and "NUL" in answer.json()["error"]["message"]
    assert (await ask(crm, key, asking("x", "coworker/mi\0na"))).status_code in (400, 404)
