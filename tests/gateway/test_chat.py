"""A call goes through, is metered to the cent, and nothing but what was asked for comes back."""

import json
from decimal import Decimal

from tests.gateway.conftest import CALL_COST, Desk
from tests.gateway.upstream import USAGE, WORDS

ASK = {"model": "stub", "messages": [{"role": "user", "content": "Hello"}]}


async def test_a_chat_goes_through_and_is_written_down(desk: Desk):
    key, id = await desk.new_key()
    answer = await desk.client(key).chat.completions.create(model="stub", messages=[{"role": "user", "content": "Hello"}])
    assert answer.choices[0].message.content == "".join(WORDS)
    assert answer.model == "stub-2026-10-01"
    assert desk.up.heard[-1].headers["authorization"] == "Bearer sk-upstream-secret"
    (line,) = await desk.ledger(id)
    assert (line.asked, line.provider, line.model, line.status) == ("stub", "up", "stub-2026-10-01", 200)
    assert (line.input_tokens, line.output_tokens, line.cost) == (250, 100, CALL_COST)


async def test_a_streams_usage_is_asked_for_and_not_shown(desk: Desk):
    key, id = await desk.new_key()
    stream = await desk.client(key).chat.completions.create(
        model="stub", messages=[{"role": "user", "content": "Hi"}], stream=True
    )
    chunks = [chunk async for chunk in stream]
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == "".join(WORDS)
    assert all(c.choices and c.usage is None for c in chunks)
    assert desk.up.heard[-1].json["stream_options"] == {"include_usage": True}
    (line,) = await desk.ledger(id)
    assert (line.streamed, line.input_tokens, line.output_tokens, line.cost) == (True, 250, 100, CALL_COST)
    assert line.first_ms is not None


async def test_a_caller_who_asks_for_usage_gets_it(desk: Desk):
    answer = await desk.post("chat/completions", {**ASK, "stream": True, "stream_options": {"include_usage": True}})
    events = [line[6:] for line in answer.text.splitlines() if line.startswith("data: ")]
    assert events[-1] == "[DONE]"
    assert json.loads(events[-2])["usage"] == USAGE
    assert json.loads(events[-2])["choices"] == []


async def test_an_alias_hides_the_upstreams_name(desk: Desk):
    await desk.alias(
        "writer", {"provider": "up", "model": "gpt-6-luna-2026-10-01", "price": {"input_mtok": 2, "output_mtok": 20}}
    )
    key, id = await desk.new_key()
    answer = await desk.post("chat/completions", {**ASK, "model": "writer"}, key)
    assert answer.status_code == 200
    assert desk.up.heard[-1].json["model"] == "gpt-6-luna-2026-10-01"
    (line,) = await desk.ledger(id)
    assert (line.asked, line.cost) == ("writer", Decimal("0.0025"))


async def test_an_alias_without_a_price_costs_what_its_provider_says(desk: Desk):
    await desk.alias("plain", {"provider": "up", "model": "stub"})
    key, id = await desk.new_key()
    assert (await desk.post("chat/completions", {**ASK, "model": "plain"}, key)).status_code == 200
    (line,) = await desk.ledger(id)
    assert (line.asked, line.cost) == ("plain", CALL_COST)


async def test_from_inside_no_http_is_needed(desk: Desk):
    caller = desk.gateway.caller(desk.company.workspace, app="crm")
    answer = await desk.gateway.ask(caller, "chat/completions", ASK)
    assert answer["choices"][0]["message"]["content"] == "".join(WORDS)
    words = [
        event["choices"][0]["delta"].get("content", "") async for event in desk.gateway.events(caller, "chat/completions", ASK)
    ]
    assert "".join(words) == "".join(WORDS)
