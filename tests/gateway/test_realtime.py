"""Realtime: sessions of text on any model, and sessions passed through to an upstream that has them."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from openai import AsyncOpenAI
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.gateway.conftest import Desk
from tests.gateway.upstream import WORDS, Says, SlowFirst, Status

SAID = "".join(WORDS)
USAGE = {
    "total_tokens": 300, "input_tokens": 200, "output_tokens": 100,
    "input_token_details": {"text_tokens": 150, "audio_tokens": 50, "cached_tokens": 40}, "output_token_details": {"text_tokens": 30, "audio_tokens": 70},
}  # fmt: skip


async def events_until(connection: Any, type: str) -> list[Any]:
    seen: list[Any] = []
    async with asyncio.timeout(60):
        while not seen or seen[-1].type != type:
            seen.append(await connection.recv())
    return seen


async def test_a_session_of_text_on_any_model(desk: Desk):
    key, id = await desk.new_key()
    connection: Any
    async with desk.client(key).realtime.connect(model="stub") as connection:
        (created,) = await events_until(connection, "session.created")
        assert created.session.output_modalities == ["text"]
        await connection.session.update(session={"type": "realtime", "instructions": "Be brief."})
        assert (await connection.recv()).session.instructions == "Be brief."
        await connection.conversation.item.create(
            item={"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}
        )
        await events_until(connection, "conversation.item.done")
        await connection.response.create()
        seen = await events_until(connection, "response.done")
        kinds = [event.type for event in seen]
        assert "".join(event.delta for event in seen if event.type == "response.output_text.delta") == SAID
        assert kinds[0] == "response.created" and "response.output_item.done" in kinds
        done = seen[-1].response
        assert (done.status, done.output[0].content[0].text, done.usage.total_tokens) == ("completed", SAID, 350)
        await connection.conversation.item.create(
            item={"type": "message", "role": "user", "content": [{"type": "input_text", "text": "More"}]}
        )
        await connection.response.create()
        await events_until(connection, "response.done")
    asked = desk.up.heard[-1].json
    assert asked["instructions"] == "Be brief."
    assert [item["content"][0]["text"] for item in asked["input"]] == ["Hi", SAID, "More"]
    assert [(line.endpoint, line.input_tokens, line.status) for line in await desk.ledger(id)] == [("responses", 250, 200)] * 2


async def test_tools_failures_and_cancelling(desk: Desk):
    call = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "weather", "arguments": "{}", "status": "completed"}
    whole = {
        "id": "resp_9",
        "object": "response",
        "status": "completed",
        "model": "stub",
        "output": [call],
        "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2},
    }
    told: list[Any] = [{"type": "response.created", "response": {**whole, "output": []}}, {"type": "response.output_item.added", "output_index": 0, "item": {**call, "arguments": ""}},
            {"type": "response.function_call_arguments.done", "item_id": "fc_1", "output_index": 0, "arguments": "{}", "name": "weather"},
            {"type": "response.output_item.done", "output_index": 0, "item": call}, {"type": "response.completed", "response": whole}]  # fmt: skip
    connection: Any
    async with desk.client().realtime.connect(model="stub") as connection:
        await connection.recv()
        await connection.send(
            {
                "type": "session.update",
                "session": {"type": "realtime", "tools": [{"type": "function", "name": "weather", "parameters": {}}]},
            }
        )
        await connection.recv()
        desk.up.will(Says(whole, tuple((one, one["type"]) for one in told)))
        await connection.response.create()
        done: Any = (await events_until(connection, "response.done"))[-1]
        assert (done.response.output[0].type, done.response.output[0].call_id) == ("function_call", "c1")
        await connection.conversation.item.create(item={"type": "function_call_output", "call_id": "c1", "output": "rain"})
        await events_until(connection, "conversation.item.done")
        desk.up.will(Status(400, "no such thing"))
        await connection.response.create()
        failed: Any = (await events_until(connection, "response.done"))[-1]
        assert (
            failed.response.status == "failed" and "no such thing" in failed.response.status_details.error.model_dump()["message"]
        )
        assert [item.get("type") for item in desk.up.heard[-1].json["input"]] == ["function_call", "function_call_output"]
        desk.up.will(SlowFirst(3))
        await connection.response.create()
        await connection.response.cancel()
        cancelled: Any = (await events_until(connection, "response.done"))[-1]
        assert cancelled.response.status == "cancelled"


NONSENSE = ["nope", "[]", "{}", '{"type": 5}', '{"type": "x"}', '{"type": "session.update"}', '{"type": "session.update", "session": {"output_modalities": ["audio"]}}',
            '{"type": "conversation.item.create", "item": 5}', '{"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": [{"type": "input_audio"}]}}',
            '{"type": "conversation.item.create", "item": {"type": "message"}}', '{"type": "conversation.item.delete", "item_id": "x"}', '{"type": "conversation.item.delete"}',
            '{"type": "input_audio_buffer.append", "audio": ""}', '{"type": "response.create", "response": 5}', '{"type": "response.cancel"}']  # fmt: skip


async def test_nonsense_is_answered_and_the_session_goes_on(desk: Desk):
    async with connect(
        desk.url.replace("http", "ws") + "/v1/realtime?model=stub", additional_headers={"authorization": f"Bearer {desk.key}"}
    ) as socket:
        await socket.recv()
        for text in NONSENSE:
            await socket.send(text)
            event = json.loads(await asyncio.wait_for(socket.recv(), 60))
            assert event["type"] == "error" and event["error"]["message"], (text, event)
        await socket.send(
            '{"type": "response.create", "response": {"input": [{"role": "user", "content": "Hi"}], "conversation": "none"}}'
        )
        async with asyncio.timeout(60):
            while json.loads(await socket.recv())["type"] != "response.done":
                pass


@pytest.mark.parametrize(
    ("key", "model"), [("sk-sayso-nobody", "stub"), ("own", "nobody/nothing"), ("own", ""), ("ek_nothing", "stub")]
)
async def test_who_may_not_gets_no_session(desk: Desk, key: str, model: str):
    with pytest.raises((InvalidStatus, ConnectionClosed)):
        async with connect(
            f"{desk.url.replace('http', 'ws')}/v1/realtime?model={model}",
            additional_headers={"authorization": f"Bearer {desk.key if key == 'own' else key}"},
        ) as socket:
            await asyncio.wait_for(socket.recv(), 60)


async def test_a_browser_comes_with_a_secret_of_its_own(desk: Desk):
    made = await desk.client().realtime.client_secrets.create(
        session={"type": "realtime", "model": "stub", "instructions": "Be brief."},
        expires_after={"anchor": "created_at", "seconds": 60},
    )
    assert made.value.startswith("ek_")
    protocols: Any = ["realtime", f"openai-insecure-api-key.{made.value}"]
    async with connect(desk.url.replace("http", "ws") + "/v1/realtime", subprotocols=protocols) as socket:
        assert json.loads(await socket.recv())["session"]["instructions"] == "Be brief."
        assert socket.subprotocol == "realtime"
    answer = await desk.http.get("/v1/models", headers={"authorization": f"Bearer {made.value}"})
    assert answer.status_code == 401


@dataclass
class Live:
    """An upstream with realtime models: tells what it hears, and answers `response.create`."""

    url: str = ""
    heard: list[Any] = field(default_factory=list[Any])
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    async def serve(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.asked.append((socket.request.path, socket.request.headers.get("authorization", "")))
        await socket.send(
            json.dumps({"type": "session.created", "event_id": "e1", "session": {"type": "realtime", "model": "gpt-realtime-2"}})
        )
        async for frame in socket:
            event = json.loads(frame)
            self.heard.append(event)
            if event["type"] == "response.create":
                await socket.send(
                    json.dumps(
                        {"type": "response.created", "event_id": "e2", "response": {"id": "resp_1", "status": "in_progress"}}
                    )
                )
                await socket.send(json.dumps({"type": "response.output_text.delta", "event_id": "e3", "delta": "Hello"}))
                if event.get("response"):
                    await socket.close()
                    return
                done = {"id": "resp_1", "object": "realtime.response", "status": "completed", "output": [], "usage": USAGE}
                await socket.send(json.dumps({"type": "response.done", "event_id": "e4", "response": done}))


@pytest.fixture(scope="module")
async def live(desk: Desk) -> AsyncIterator[Live]:
    up = Live()
    async with serve(up.serve, "127.0.0.1", 0) as server:
        up.url = f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/v1"
        price = {"input_mtok": 4, "output_mtok": 16}
        await desk.provider(
            "live",
            up.url,
            kind="openai",
            secret="sk-live",
            settings={"prices": {"gpt-realtime-2": price, "gpt-realtime-cut": price}},
        )
        yield up


async def test_frames_go_through_and_answers_are_charged(desk: Desk, live: Live):
    key, id = await desk.new_key()
    connection: Any
    async with desk.client(key).realtime.connect(model="live/gpt-realtime-2") as connection:
        await events_until(connection, "session.created")
        for _ in range(2):
            await connection.response.create()
            await events_until(connection, "response.done")
    assert live.asked[-1] == ("/v1/realtime?model=gpt-realtime-2", "Bearer sk-live")
    lines = await desk.ledger(id)
    assert [
        (line.endpoint, line.input_tokens, line.cached_tokens, line.output_tokens, line.output_audio_tokens, line.status)
        for line in lines
    ] == [("realtime", 200, 40, 100, 70, 200)] * 2
    assert all(line.cost > 0 for line in lines)


async def test_a_session_ends_when_the_budget_does(desk: Desk, live: Live):
    """One answer may cost 32,000 x 4 + 4,096 x 16 dollars a million: $0.1935; it costs $0.0024."""
    key, id = await desk.new_key(budget="0.195")
    socket: Any
    async with connect(
        desk.url.replace("http", "ws") + "/v1/realtime?model=live/gpt-realtime-2",
        additional_headers={"authorization": f"Bearer {key}"},
    ) as socket:
        await socket.recv()
        await socket.send('{"type": "response.create"}')
        seen: list[Any] = []
        with pytest.raises(ConnectionClosed):
            async with asyncio.timeout(60):
                while True:
                    seen.append(json.loads(await socket.recv()))
    assert seen[-1]["type"] == "error" and seen[-1]["error"]["code"] == "insufficient_quota"
    assert len([line for line in await desk.ledger(id) if line.status == 200]) == 1
    poor, _ = await desk.new_key(budget="0.1")
    async with connect(
        desk.url.replace("http", "ws") + "/v1/realtime?model=live/gpt-realtime-2",
        additional_headers={"authorization": f"Bearer {poor}"},
    ) as socket:
        assert json.loads(await socket.recv())["error"]["code"] == "insufficient_quota"


async def test_what_is_cut_off_is_charged_too(desk: Desk, live: Live):
    key, id = await desk.new_key()
    async with connect(
        desk.url.replace("http", "ws") + "/v1/realtime?model=live/gpt-realtime-cut",
        additional_headers={"authorization": f"Bearer {key}"},
    ) as socket:
        await socket.recv()
        await socket.send('{"type": "response.create", "response": {"metadata": {"cut": "yes"}}}')
        with pytest.raises(ConnectionClosed):
            async with asyncio.timeout(60):
                while True:
                    await socket.recv()
    (line,) = await desk.ledger(id)
    assert line.status == 499 and line.output_tokens > 0 and "estimated" in line.flags


async def test_an_upstream_that_is_not_there_is_told(desk: Desk):
    await desk.provider(
        "dead", "http://127.0.0.1:9/v1", kind="openai", secret="sk-x", settings={"prices": {"gpt-realtime-x": {"input_mtok": 1}}}
    )
    client: AsyncOpenAI = desk.client()
    async with client.realtime.connect(model="dead/gpt-realtime-x") as connection:
        event: Any = await connection.recv()
        assert event.type == "error" and event.error.code == "upstream_refused"
