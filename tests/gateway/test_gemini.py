"""Gemini behind OpenAI's addresses: what goes out is Google's language, what comes back is OpenAI's."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from openai import APIStatusError

from tests.gateway.conftest import Desk
from tests.gateway.foreign import Foreign, foreign
from tests.gateway.upstream import PIXEL

MODEL = "google/gemini-2.5-flash"
WEATHER: Any = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}
USED = {
    "promptTokenCount": 1000, "cachedContentTokenCount": 600, "candidatesTokenCount": 20, "thoughtsTokenCount": 30, "totalTokenCount": 1050,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 742}, {"modality": "IMAGE", "tokenCount": 258}],
}  # fmt: skip


def said(*parts: dict[str, Any], reason: str | None = "STOP", **more: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    return {
        "candidates": [candidate | ({"finishReason": reason} if reason else {})],
        "modelVersion": "gemini-2.5-flash",
        "responseId": "r1",
        **more,
    }


@pytest.fixture(scope="module")
async def google(desk: Desk) -> AsyncIterator[Foreign]:
    async with foreign() as up:
        await desk.provider("google", up.url + "/v1beta", "gemini", secret="AIzaSyVerySecret")
        yield up


async def test_a_chat_and_what_it_used(desk: Desk, google: Foreign):
    google.says(said({"text": "I look.", "thought": True}, {"text": "A dot."}, usageMetadata=USED))
    key, id = await desk.new_key()
    answer = await desk.client(key).chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "developer", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
                ],
            },
            {"role": "assistant", "content": "A guess?"},
            {"role": "user", "content": "No."},
        ],
        max_tokens=50,
        top_p=0.5,
        reasoning_effort="low",
        response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
    )
    message: Any = answer.choices[0].message
    assert (message.content, message.reasoning_content, answer.model) == ("A dot.", "I look.", "gemini-2.5-flash")
    heard = google.heard[-1]
    assert (heard.path, heard.headers["x-goog-api-key"]) == (
        "/v1beta/models/gemini-2.5-flash:generateContent",
        "AIzaSyVerySecret",
    )
    assert heard.json == {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "What is this?"}, {"inlineData": {"mimeType": "image/png", "data": PIXEL}}]},
            {"role": "model", "parts": [{"text": "A guess?"}]},
            {"role": "user", "parts": [{"text": "No."}]},
        ],
        "generationConfig": {
            "topP": 0.5,
            "maxOutputTokens": 50,
            "responseMimeType": "application/json",
            "responseJsonSchema": {"type": "object"},
            "thinkingConfig": {"thinkingBudget": 1024, "includeThoughts": True},
        },
    }
    (line,) = await desk.ledger(id)
    assert (line.input_tokens, line.cached_tokens, line.input_image_tokens, line.output_tokens, line.reasoning_tokens) == (
        1000,
        600,
        258,
        50,
        30,
    )
    assert line.cost is not None and line.cost > 0


async def test_tools_there_and_back_with_their_signature(desk: Desk, google: Foreign):
    google.says(said({"functionCall": {"name": "weather", "args": {"city": "Oslo"}}, "thoughtSignature": "c2ln"}))
    client = desk.client()
    asked: Any = [{"role": "user", "content": "Weather?"}]
    first = await client.chat.completions.create(
        model=MODEL, messages=asked, tools=[WEATHER], tool_choice={"type": "function", "function": {"name": "weather"}}
    )
    assert google.heard[-1].json["toolConfig"] == {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["weather"]}}
    message = first.choices[0].message
    assert first.choices[0].finish_reason == "tool_calls" and message.tool_calls
    call: Any = message.tool_calls[0]
    assert (call.function.name, call.function.arguments) == ("weather", '{"city":"Oslo"}')
    google.says(said({"text": "Rain."}))
    asked += [message.model_dump(), {"role": "tool", "tool_call_id": call.id, "content": "rain"}]
    await client.chat.completions.create(model=MODEL, messages=asked, tools=[WEATHER])
    assert google.heard[-1].json["contents"][1:] == [
        {"role": "model", "parts": [{"functionCall": {"name": "weather", "args": {"city": "Oslo"}}, "thoughtSignature": "c2ln"}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "weather", "response": {"result": "rain"}}}]},
    ]


async def test_a_stream(desk: Desk, google: Foreign):
    google.says_events(
        [
            (None, said({"text": "Hm.", "thought": True}, reason=None, usageMetadata={"promptTokenCount": 9})),
            (None, said({"text": "It is ☂ "}, reason=None, usageMetadata={"promptTokenCount": 9, "candidatesTokenCount": 3})),
            (
                None,
                said(
                    {"text": "in Oslo."}, {"functionCall": {"name": "weather", "args": {"city": "Oslo"}}}, usageMetadata={**USED}
                ),
            ),
        ]
    )
    key, id = await desk.new_key()
    chunks = [
        chunk
        async for chunk in await desk.client(key).chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "?"}], stream=True, stream_options={"include_usage": True}
        )
    ]
    assert google.heard[-1].path.endswith(":streamGenerateContent?alt=sse")
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "It is ☂ in Oslo."
    calls = [call for c in chunks if c.choices for call in c.choices[0].delta.tool_calls or []]
    assert [call.function.arguments for call in calls if call.function] == ['{"city":"Oslo"}']
    assert chunks[-2].choices[0].finish_reason == "tool_calls"
    assert chunks[-1].usage is not None and chunks[-1].usage.total_tokens == 1050
    (line,) = await desk.ledger(id)
    assert (line.input_tokens, line.output_tokens, line.status) == (1000, 50, 200)


async def test_a_stream_cut_in_the_middle_is_told(desk: Desk, google: Foreign):
    google.says_events([(None, said({"text": "It is"}, reason=None))])
    answer = await desk.post("chat/completions", {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": "?"}]})
    assert "ended its answer too early" in answer.text and "[DONE]" not in answer.text


async def test_what_was_blocked_says_so(desk: Desk, google: Foreign):
    google.says({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 4}})
    answer = await desk.client().chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "?"}])
    assert answer.choices[0].finish_reason == "content_filter" and "PROHIBITED_CONTENT" in (
        answer.choices[0].message.refusal or ""
    )


async def test_embeddings(desk: Desk, google: Foreign):
    for _ in range(2):
        google.says({"embeddings": [{"values": [0.5, -0.25]}, {"values": [1, 0]}]})
    client = desk.client()
    for form in ("float", "base64"):
        answer = await client.embeddings.create(
            model="google/gemini-embedding-001", input=["one", "two"], dimensions=2, encoding_format=form
        )  # pyright: ignore[reportArgumentType]
        vectors: Any = [row.embedding for row in answer.data]
        assert vectors == ([[0.5, -0.25], [1, 0]] if form == "float" else ["AAAAPwAAgL4=", "AACAPwAAAAA="])
    heard = google.heard[-1]
    assert heard.path == "/v1beta/models/gemini-embedding-001:batchEmbedContents"
    assert heard.json["requests"][1] == {
        "model": "models/gemini-embedding-001",
        "content": {"parts": [{"text": "two"}]},
        "outputDimensionality": 2,
    }


@pytest.mark.parametrize(
    ("status", "kind", "message", "shown", "code"),
    [
        (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", 502, "upstream_key_refused"),
        (429, "RESOURCE_EXHAUSTED", "quota", 429, "resource_exhausted"),
        (404, "NOT_FOUND", "models/x is not found", 404, "not_found"),
    ],
)
async def test_its_errors_are_ours(desk: Desk, google: Foreign, status: int, kind: str, message: str, shown: int, code: str):
    for _ in range(4):
        google.says({"error": {"code": status, "message": message, "status": kind}}, status, "retry-after: 0\r\n")
    with pytest.raises(APIStatusError) as caught:
        await desk.client().chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "?"}])
    google.answers.clear()
    assert (caught.value.status_code, caught.value.code) == (shown, code) and message[:20] in caught.value.message


async def test_the_key_is_tested_by_its_models(desk: Desk, google: Foreign):
    google.says({"models": [{"name": "models/gemini-2.5-flash", "displayName": "Gemini 2.5 Flash", "inputTokenLimit": 1048576}]})
    adapter = desk.gateway.workspace(desk.company.workspace).providers["google"][1]
    assert [one["id"] for one in await adapter.models()] == ["gemini-2.5-flash"]
