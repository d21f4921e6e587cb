"""Claude behind OpenAI's addresses: what goes out is Anthropic's language, what comes back is OpenAI's."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from openai import APIStatusError

from tests.gateway.conftest import Desk
from tests.gateway.foreign import Foreign, foreign
from tests.gateway.upstream import PIXEL

MODEL = "claude/claude-sonnet-4-5-20250929"
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
ANSWER = {
    "id": "msg_01",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5-20250929",
    "content": [{"type": "text", "text": "Hello!"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 100, "cache_creation_input_tokens": 40, "cache_read_input_tokens": 860, "output_tokens": 50},
}


@pytest.fixture(scope="module")
async def claude(desk: Desk) -> AsyncIterator[Foreign]:
    async with foreign() as up:
        await desk.provider("claude", up.url + "/v1", "anthropic", secret="sk-ant-secret")
        yield up


async def test_a_chat_and_what_it_cost(desk: Desk, claude: Foreign):
    claude.says(ANSWER)
    key, id = await desk.new_key()
    answer = await desk.client(key).chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
                ],
            },
        ],
        max_completion_tokens=99,
        stop=["END"],
        temperature=1.5,
    )
    assert answer.choices[0].message.content == "Hello!"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None and answer.usage.prompt_tokens == 1000
    heard = claude.heard[-1]
    assert (heard.path, heard.headers["x-api-key"], heard.headers["anthropic-version"]) == (
        "/v1/messages",
        "sk-ant-secret",
        "2023-06-01",
    )
    assert "authorization" not in heard.headers
    assert heard.json == {
        "model": "claude-sonnet-4-5-20250929",
        "max_tokens": 99,
        "stream": False,
        "system": [{"type": "text", "text": "Be brief."}],
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
                ],
            }
        ],
        "temperature": 1.0,
        "stop_sequences": ["END"],
    }
    (line,) = await desk.ledger(id)
    assert (line.input_tokens, line.cached_tokens, line.cache_write_tokens, line.output_tokens) == (1000, 860, 40, 50)
    assert (
        line.cost
        == Decimal("100") * 3 / 10**6
        + Decimal("40") * Decimal("3.75") / 10**6
        + Decimal("860") * Decimal("0.3") / 10**6
        + Decimal(50) * 15 / 10**6
    )


async def test_tools_there_and_back(desk: Desk, claude: Foreign):
    claude.says(
        {
            **ANSWER,
            "content": [{"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Oslo"}}],
            "stop_reason": "tool_use",
        }
    )
    client = desk.client()
    first = await client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Weather?"}], tools=[WEATHER], tool_choice="required"
    )
    assert claude.heard[-1].json["tools"] == [
        {"name": "weather", "description": "of a city", "input_schema": WEATHER["function"]["parameters"]}
    ]
    assert claude.heard[-1].json["tool_choice"] == {"type": "any"}
    message = first.choices[0].message
    assert first.choices[0].finish_reason == "tool_calls" and message.tool_calls is not None
    call: Any = message.tool_calls[0]
    assert (call.id, call.function.name, call.function.arguments) == ("toolu_1", "weather", '{"city":"Oslo"}')
    claude.says(ANSWER)
    said: Any = message.model_dump()
    await client.chat.completions.create(
        model=MODEL,
        tools=[WEATHER],
        messages=[{"role": "user", "content": "Weather?"}, said, {"role": "tool", "tool_call_id": "toolu_1", "content": "rain"}],
    )
    assert claude.heard[-1].json["messages"][1:] == [
        {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Oslo"}}]},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "rain"}]}],
        },
    ]


STREAM: list[tuple[str | None, Any]] = [
    ("message_start", {"type": "message_start", "message": {**ANSWER, "content": [], "stop_reason": None, "usage": {"input_tokens": 25, "cache_read_input_tokens": 75, "output_tokens": 1}}}),
    ("content_block_start", {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}}),
    ("content_block_delta", {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm."}}),
    ("content_block_delta", {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "c2ln"}}),
    ("content_block_stop", {"type": "content_block_stop", "index": 0}),
    ("ping", {"type": "ping"}),
    ("content_block_start", {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}}),
    ("content_block_delta", {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "It is "}}),
    ("content_block_delta", {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "raining: ☂"}}),
    ("content_block_stop", {"type": "content_block_stop", "index": 1}),
    ("content_block_start", {"type": "content_block_start", "index": 2, "content_block": {"type": "tool_use", "id": "toolu_2", "name": "weather", "input": {}}}),
    ("content_block_delta", {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": '{"city": "Os'}}),
    ("content_block_delta", {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": 'lo"}'}}),
    ("content_block_stop", {"type": "content_block_stop", "index": 2}),
    ("message_delta", {"type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": None}, "usage": {"output_tokens": 60}}),
    ("message_stop", {"type": "message_stop"}),
]  # fmt: skip


async def test_a_stream_with_thoughts_words_and_a_call(desk: Desk, claude: Foreign):
    claude.says_events(STREAM)
    key, id = await desk.new_key()
    stream = await desk.client(key).chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "Weather?"}],
        tools=[WEATHER],
        stream=True,
        reasoning_effort="low",
        temperature=0.2,
    )
    text, arguments, thoughts, names, finishes, blocks = "", "", "", [], [], []
    async for chunk in stream:
        assert chunk.usage is None
        delta: Any = chunk.choices[0].delta
        text += delta.content or ""
        thoughts += getattr(delta, "reasoning_content", None) or ""
        blocks += getattr(delta, "thinking_blocks", None) or []
        for call in delta.tool_calls or []:
            names += [call.function.name] if call.function.name else []
            arguments += call.function.arguments
        finishes.append(chunk.choices[0].finish_reason)
    assert (text, arguments, thoughts, names, finishes[-1]) == (
        "It is raining: ☂",
        '{"city": "Oslo"}',
        "Hm.",
        ["weather"],
        "tool_calls",
    )
    assert blocks == [{"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}]
    asked = claude.heard[-1].json
    assert asked["thinking"] == {"type": "enabled", "budget_tokens": 2048} and "temperature" not in asked
    (line,) = await desk.ledger(id)
    assert (line.streamed, line.status, line.input_tokens, line.cached_tokens, line.output_tokens) == (True, 200, 100, 75, 60)


async def test_a_stream_that_breaks_is_told_and_charged(desk: Desk, claude: Foreign):
    for broken in (
        STREAM[:8],
        [*STREAM[:8], ("error", {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})],
    ):
        claude.says_events(broken)
        key, id = await desk.new_key()
        answer = await desk.post(
            "chat/completions", {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": "Hi"}]}, key
        )
        assert '"error":{"message":"The upstream claude failed' in answer.text and "[DONE]" not in answer.text
        (line,) = await desk.ledger(id)
        assert line.status == 502 and line.output_tokens > 0 and line.cost > 0


async def test_answers_by_a_schema(desk: Desk, claude: Foreign):
    claude.says({**ANSWER, "content": [{"type": "text", "text": '{"city":"Oslo"}'}]})
    schema: Any = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    await desk.client().chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "Which city?"}],
        response_format={"type": "json_schema", "json_schema": {"name": "place", "schema": schema}},
    )
    assert claude.heard[-1].json["output_config"] == {
        "format": {"type": "json_schema", "schema": {**schema, "additionalProperties": False}}
    }


async def test_newer_models_think_as_they_see_fit(desk: Desk, claude: Foreign):
    claude.says(ANSWER)
    await desk.client().chat.completions.create(
        model="claude/claude-opus-4-7", messages=[{"role": "user", "content": "?"}], reasoning_effort="high"
    )
    assert (claude.heard[-1].json["thinking"], claude.heard[-1].json["output_config"]) == (
        {"type": "adaptive"},
        {"effort": "high"},
    )


@pytest.mark.parametrize(
    ("status", "type", "shown", "code"),
    [(400, "invalid_request_error", 400, "invalid_request_error"), (401, "authentication_error", 502, "upstream_key_refused"),
     (429, "rate_limit_error", 429, "rate_limit_error"), (529, "overloaded_error", 503, "overloaded_error")],
)  # fmt: skip
async def test_its_errors_are_ours(desk: Desk, claude: Foreign, status: int, type: str, shown: int, code: str):
    for _ in range(6):
        claude.says({"type": "error", "error": {"type": type, "message": "sorry: sk-ant-secret"}}, status, "retry-after: 0\r\n")
    with pytest.raises(APIStatusError) as caught:
        await desk.client().chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "?"}])
    claude.answers.clear()
    error: Any = caught.value
    assert (error.status_code, error.code, error.body["upstream"]) == (shown, code, "claude")
    assert "sorry" in error.message and "sk-ant" not in error.message


@pytest.mark.parametrize(
    "body",
    [
        {"messages": "hello"}, {"messages": []}, {"messages": [3]}, {"messages": [{"role": "boss", "content": "x"}]}, {},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,§"}}]}]},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": 7}]}]},
        {"messages": [{"role": "user", "content": "x"}], "tools": "many"}, {"messages": [{"role": "user", "content": "x"}], "tools": [{"type": "web"}]},
        {"messages": [{"role": "user", "content": "x"}], "tool_choice": 4}, {"messages": [{"role": "user", "content": "x"}], "temperature": "hot"},
        {"messages": [{"role": "assistant", "content": None, "tool_calls": [{"function": 2}]}]}, {"messages": [{"role": "user", "content": "x"}], "n": 2},
        {"messages": [{"role": "user", "content": "x"}], "response_format": "json"}, {"messages": [{"role": "user", "content": "x"}], "reasoning_effort": ["a"]},
    ],
)  # fmt: skip
async def test_bad_bodies_are_told_so(desk: Desk, claude: Foreign, body: dict[str, Any]):
    before = len(claude.heard)
    answer = await desk.post("chat/completions", {"model": MODEL, **body})
    assert answer.status_code == 400 and answer.json()["error"]["message"], answer.text
    assert len(claude.heard) == before


async def test_the_key_is_tested_by_its_models(desk: Desk, claude: Foreign):
    claude.says(
        {
            "data": [
                {
                    "type": "model",
                    "id": "claude-opus-4-7",
                    "display_name": "Claude Opus 4.7",
                    "created_at": "2026-03-01T00:00:00Z",
                }
            ],
            "has_more": False,
        }
    )
    adapter = desk.gateway.workspace(desk.company.workspace).providers["claude"][1]
    assert [one["id"] for one in await adapter.models()] == ["claude-opus-4-7"]
    assert claude.heard[-1].path == "/v1/models?limit=1000"
