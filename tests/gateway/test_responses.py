"""Responses on any model: kept, followed, streamed, cancelled; and models that only chat, or only take responses."""

import asyncio
import json
from typing import Any

import pytest
from openai import NotFoundError

from tests.gateway.conftest import Desk
from tests.gateway.upstream import PIXEL, WORDS, Says, SlowFirst, Status

SAID = "".join(WORDS)


def _text(item: Any) -> str:
    return item.content[0].text


async def ended(desk: Desk, id: str) -> Any:
    for _ in range(3_000):
        if (now := await desk.client().responses.retrieve(id)).status not in ("queued", "in_progress"):
            return now
        await asyncio.sleep(0.02)
    raise AssertionError("it did not end")


async def chats(desk: Desk, name: str, **more: Any) -> str:
    """A provider that only chats; gives the name of its model."""
    if name not in desk.gateway.workspace(desk.company.workspace).providers:
        prices = {"prices": {"stub": {"input_mtok": 1, "output_mtok": 10}}, "first_byte_seconds": 5}
        await desk.provider(name, desk.up.url, settings={"responses": False, **prices, **more})
    return f"{name}/stub"


async def test_a_response_is_kept_and_followed(desk: Desk):
    client = desk.client()
    first = await client.responses.create(model="stub", input="My name is Ana.")
    desk.up.will(Says.response("resp_2", "Ana."))
    second = await client.responses.create(model="stub", input="What is my name?", previous_response_id=first.id)
    assert second.output_text == "Ana." and second.previous_response_id == first.id
    asked = desk.up.heard[-1].json
    assert "previous_response_id" not in asked
    assert [(item["role"], item["content"][0]["text"]) for item in asked["input"]] == [
        ("user", "My name is Ana."),
        ("assistant", SAID),
        ("user", "What is my name?"),
    ]
    assert (await client.responses.retrieve("resp_2")).previous_response_id == first.id
    items = await client.responses.input_items.list("resp_2", order="asc")
    texts = [_text(item) for item in items.data]
    assert texts == ["My name is Ana.", SAID, "What is my name?"]
    await client.responses.delete("resp_2")
    with pytest.raises(NotFoundError):
        await client.responses.retrieve("resp_2")
    with pytest.raises(NotFoundError):
        await client.responses.create(model="stub", input="?", previous_response_id="resp_2")


async def test_what_is_not_to_be_stored_is_not(desk: Desk):
    desk.up.will(Says.response("resp_secret", "psst"))
    await desk.client().responses.create(model="stub", input="Hi", store=False)
    with pytest.raises(NotFoundError):
        await desk.client().responses.retrieve("resp_secret")


@pytest.mark.parametrize("native", [True, False])
async def test_a_stream_is_kept_before_it_ends(desk: Desk, native: bool):
    model = "stub" if native else await chats(desk, "chatty")
    client = desk.client()
    kinds: list[str] = []
    text, last = "", None
    async for event in await client.responses.create(model=model, input="Hi", stream=True):
        kinds.append(event.type)
        assert event.sequence_number == len(kinds) - 1
        text += event.delta if event.type == "response.output_text.delta" else ""
        if event.type == "response.completed":
            last = event.response
            kept = await client.responses.retrieve(last.id)
            assert kept.output_text == SAID
    assert (kinds[0], kinds[-1], text) == ("response.created", "response.completed", SAID)
    assert last is not None and last.usage is not None and (last.usage.input_tokens, last.usage.output_tokens) == (250, 100)
    again = [event async for event in await client.responses.retrieve(last.id, stream=True)]
    assert "".join(e.delta for e in again if e.type == "response.output_text.delta") == SAID
    rest = [
        event async for event in await client.responses.retrieve(last.id, stream=True, starting_after=again[2].sequence_number)
    ]
    assert [e.sequence_number for e in rest] == [e.sequence_number for e in again[3:]]


async def test_a_model_that_chats_gives_responses(desk: Desk):
    model = await chats(desk, "chatty")
    key, id = await desk.new_key()
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Oslo"}'}}
    desk.up.will(
        Says.chat({"role": "assistant", "content": None, "reasoning_content": "Hm.", "tool_calls": [call]}, "tool_calls")
    )
    client = desk.client(key)
    weather: Any = {"type": "function", "name": "weather", "parameters": {"type": "object", "properties": {}}, "strict": True}
    first = await client.responses.create(
        model=model,
        instructions="Be brief.",
        input=[
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "Weather?"},
                    {"type": "input_image", "detail": "low", "image_url": f"data:image/png;base64,{PIXEL}"},
                ],
            }
        ],
        tools=[weather],
        tool_choice={"type": "function", "name": "weather"},
        text={"format": {"type": "json_schema", "name": "w", "schema": {"type": "object"}, "strict": True}},
        reasoning={"effort": "low"},
        max_output_tokens=77,
        temperature=0.5,
    )
    heard = desk.up.heard[-1]
    assert heard.path == "/v1/chat/completions"
    assert heard.json == {
        "model": "stub",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Weather?"},
                    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}", "detail": "low"}},
                ],
            },
        ],
        "temperature": 0.5,
        "max_tokens": 77,
        "tools": [
            {
                "type": "function",
                "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}, "strict": True},
            }
        ],
        "tool_choice": {"type": "function", "function": {"name": "weather"}},
        "response_format": {"type": "json_schema", "json_schema": {"name": "w", "schema": {"type": "object"}, "strict": True}},
        "reasoning_effort": "low",
    }
    thought, called = first.output
    assert thought.type == "reasoning" and called.type == "function_call" and called.arguments == '{"city":"Oslo"}'
    await client.responses.create(
        model=model,
        previous_response_id=first.id,
        tools=[weather],
        input=[{"type": "function_call_output", "call_id": called.call_id, "output": "rain"}],
    )
    assert desk.up.heard[-1].json["messages"][1:] == [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "rain"},
    ]
    lines = await desk.ledger(id)
    assert [(line.endpoint, line.input_tokens, line.status) for line in lines] == [("responses", 250, 200)] * 2


async def test_calls_are_streamed_too(desk: Desk):
    model = await chats(desk, "chatty")
    deltas = [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": {"name": "weather", "arguments": ""}}],
        },
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"city":'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '"Oslo"}'}}]},
        {"tool_calls": [{"index": 1, "id": "c2", "type": "function", "function": {"name": "time", "arguments": "{}"}}]},
    ]
    desk.up.will(Says.chunks(deltas, "tool_calls"))
    async with desk.client().responses.stream(model=model, input="Weather?") as stream:
        final = None
        async for _ in stream:
            pass
        final = await stream.get_final_response()
    assert [(i.name, i.arguments) for i in final.output if i.type == "function_call"] == [
        ("weather", '{"city":"Oslo"}'),
        ("time", "{}"),
    ]


async def test_a_server_that_knows_no_responses_is_asked_for_a_chat(desk: Desk):
    await desk.provider("older", desk.up.url, settings={"prices": {"old": {"input_mtok": 1}}})
    desk.up.will(Status(404, "no such address"))
    answer = await desk.client().responses.create(model="older/old", input="Hi")
    assert answer.output_text == SAID
    assert [heard.path for heard in desk.up.heard] == ["/v1/responses", "/v1/chat/completions"]
    await desk.client().responses.create(model="older/old", input="Hi")
    assert desk.up.heard[-2:][0].path == "/v1/chat/completions" and len(desk.up.heard) == 3


async def test_a_model_that_takes_only_responses_chats(desk: Desk):
    await desk.provider("openai", desk.up.url, kind="openai", secret="sk-x", settings={"prices": {"o3-pro": {"input_mtok": 1}}})
    client = desk.client()
    answer = await client.chat.completions.create(
        model="openai/o3-pro",
        messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
        max_completion_tokens=9,
        reasoning_effort="high",
    )
    assert answer.choices[0].message.content == SAID and answer.usage is not None and answer.usage.total_tokens == 350
    heard = desk.up.heard[-1]
    assert heard.path == "/v1/responses"
    assert heard.json == {
        "model": "o3-pro",
        "input": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
        "store": False,
        "max_output_tokens": 9,
        "reasoning": {"effort": "high"},
    }
    words = [
        chunk.choices[0].delta.content or ""
        async for chunk in await client.chat.completions.create(
            model="openai/o3-pro", messages=[{"role": "user", "content": "Hi"}], stream=True
        )
    ]
    assert "".join(words) == SAID


async def test_in_the_background_and_cancelled(desk: Desk):
    model, client = await chats(desk, "chatty"), desk.client()
    begun = await client.responses.create(model=model, input="Hi", background=True)
    assert begun.status == "queued"
    now = await ended(desk, begun.id)
    assert (now.status, now.output_text, now.background) == ("completed", SAID, True)
    desk.up.will(SlowFirst(3))
    slow = await client.responses.create(model=model, input="Hi", background=True)
    assert (await client.responses.cancel(slow.id)).status == "cancelled"
    assert (await client.responses.retrieve(slow.id)).status == "cancelled"
    desk.up.will(Status(400, "no"))
    bad = await client.responses.create(model=model, input="Hi", background=True, stream=True)
    kinds = [event.type async for event in bad]
    assert (kinds[0], kinds[-1]) == ("response.created", "response.failed")


async def test_a_conversation_grows(desk: Desk):
    client = desk.client()
    talk = await client.conversations.create(
        metadata={"topic": "names"}, items=[{"role": "user", "content": "I am Ana.", "type": "message"}]
    )
    await client.responses.create(model="stub", input="Hello", conversation=talk.id)
    await client.responses.create(model="stub", input="Who am I?", conversation=talk.id)
    assert len(desk.up.heard[-1].json["input"]) == 4
    items = (await client.conversations.items.list(talk.id, order="asc", limit=100)).data
    texts = [_text(item) for item in items]
    assert texts == ["I am Ana.", "Hello", SAID, "Who am I?", SAID]
    one: Any = items[1]
    assert (await client.conversations.items.retrieve(one.id, conversation_id=talk.id)).id == one.id
    await client.conversations.items.delete(one.id, conversation_id=talk.id)
    assert len((await client.conversations.items.list(talk.id)).data) == 4
    await client.conversations.update(talk.id, metadata={"topic": "other"})
    assert (await client.conversations.retrieve(talk.id)).metadata == {"topic": "other"}
    await client.conversations.delete(talk.id)
    with pytest.raises(NotFoundError):
        await client.conversations.items.list(talk.id)


async def test_a_file_goes_with_the_question(desk: Desk):
    model, client = await chats(desk, "chatty"), desk.client()
    file = await client.files.create(file=("note.txt", b"Oslo"), purpose="user_data")
    await client.responses.create(model=model, input=[{"role": "user", "content": [{"type": "input_file", "file_id": file.id}]}])
    assert desk.up.heard[-1].json["messages"][0]["content"] == [
        {"type": "file", "file": {"file_data": "data:text/plain;base64,T3Nsbw==", "filename": "note.txt"}}
    ]


BAD: list[dict[str, Any]] = [
    {}, {"input": 5}, {"input": [5]}, {"input": [{"type": "message"}]}, {"input": [{"role": "user", "content": 5}]}, {"input": [{"role": 7, "content": "x"}]},
    {"input": "x", "previous_response_id": 5}, {"input": "x", "conversation": 5}, {"input": "x", "conversation": {"id": []}}, {"input": "x", "background": "yes"},
    {"input": "x", "store": 3}, {"input": "x", "metadata": [], "background": False}, {"input": "x", "tools": 3}, {"input": "x", "tools": [{"type": "web_search"}]},
    {"input": "x", "text": 3}, {"input": "x", "text": {"format": 3}}, {"input": "x", "tools": [{"type": "function", "name": "a"}], "tool_choice": 9},
    {"input": [{"type": "item_reference", "id": "x"}]}, {"input": [{"type": "computer_call"}]}, {"input": [{"role": "user", "content": [{"type": "input_image"}]}]},
    {"input": "x", "background": True, "store": False}, {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "../../etc/passwd"}]}]},
]  # fmt: skip


@pytest.mark.parametrize("body", BAD, ids=range(len(BAD)))
async def test_bad_bodies_are_told_so(desk: Desk, body: dict[str, Any]):
    model = await chats(desk, "chatty")
    answer = await desk.post("responses", {"model": model, **body})
    assert answer.status_code in (400, 404) and answer.json()["error"]["message"], answer.text


async def test_what_postgresql_cannot_hold_is_held_anyway(desk: Desk):
    answer = await desk.post("responses", {"model": "stub", "input": "nought: \0"})
    assert answer.status_code == 200
    items = await desk.http.get(
        f"/v1/responses/{answer.json()['id']}/input_items", headers={"authorization": f"Bearer {desk.key}"}
    )
    assert items.json()["data"][0]["content"][0]["text"] == "nought: \ufffd"


async def test_a_cut_stream_is_kept_as_cancelled(desk: Desk):
    desk.up.will(Says.response("resp_cut", "never heard", pause=0.2))
    async with desk.http.stream(
        "POST",
        "/v1/responses",
        json={"model": "stub", "input": "Hi", "stream": True},
        headers={"authorization": f"Bearer {desk.key}"},
    ) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data:"):
                assert json.loads(line[5:])["type"] == "response.created"
                break
    status = None
    for _ in range(3_000):
        found = await desk.http.get("/v1/responses/resp_cut", headers={"authorization": f"Bearer {desk.key}"})
        if found.status_code == 200:
            status = found.json()["status"]
            break
        await asyncio.sleep(0.02)
    assert status == "cancelled"
