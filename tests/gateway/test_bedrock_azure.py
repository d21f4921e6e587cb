"""Amazon's signed and binary language, and Azure's addresses."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from sayso.gateway.providers.sigv4 import Credentials, signed
from tests.gateway.conftest import Desk
from tests.gateway.foreign import Foreign, foreign
from tests.gateway.upstream import WORDS

MODEL = "aws/anthropic.claude-sonnet-4-5-20250929-v1:0"
EXAMPLE = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
THEN = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)


def test_signatures_are_those_that_amazon_published():
    """The example of "Create a signed AWS API request", and `get-vanilla` of the test suite of Signature Version 4."""
    listed = signed(
        EXAMPLE,
        verb="GET",
        path="/",
        query="Action=ListUsers&Version=2010-05-08",
        headers={"Host": "iam.amazonaws.com", "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
        body=b"",
        region="us-east-1",
        service="iam",
        now=THEN,
    )
    assert listed["Authorization"].endswith("Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
    vanilla = signed(
        EXAMPLE,
        verb="GET",
        path="/",
        headers={"host": "example.amazonaws.com"},
        body=b"",
        region="us-east-1",
        service="service",
        now=THEN,
    )
    assert vanilla["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, "
        "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )


@pytest.fixture(scope="module")
async def aws(desk: Desk) -> AsyncIterator[Foreign]:
    async with foreign() as up:
        await desk.provider("aws", up.url, "bedrock", secret="AKIDEXAMPLE:secret", settings={"region": "eu-central-1"})
        yield up


async def test_converse(desk: Desk, aws: Foreign):
    aws.says(
        {
            "output": {
                "message": {
                    "role": "assistant",
                    "content": [
                        {"text": "Look: "},
                        {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"city": "Oslo"}}},
                    ],
                }
            },
            "stopReason": "tool_use",
            "usage": {"inputTokens": 100, "outputTokens": 20, "totalTokens": 120, "cacheReadInputTokens": 900},
        }
    )
    key, id = await desk.new_key()
    answer = await desk.client(key).chat.completions.create(
        model=MODEL,
        messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Weather?"}],
        tools=[{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}],
        max_tokens=9,
    )
    choice = answer.choices[0]
    assert (choice.finish_reason, choice.message.content) == ("tool_calls", "Look: ")
    heard = aws.heard[-1]
    assert heard.path == "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse"
    assert heard.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert "/eu-central-1/bedrock/aws4_request, SignedHeaders=content-type;host;x-amz-date" in heard.headers["authorization"]
    assert heard.json == {
        "system": [{"text": "Be brief."}],
        "messages": [{"role": "user", "content": [{"text": "Weather?"}]}],
        "inferenceConfig": {"maxTokens": 9},
        "toolConfig": {
            "tools": [{"toolSpec": {"name": "weather", "inputSchema": {"json": {"type": "object"}}}}],
            "toolChoice": {"auto": {}},
        },
    }
    (line,) = await desk.ledger(id)
    assert (line.input_tokens, line.cached_tokens, line.output_tokens) == (1000, 900, 20)


FRAMES: list[tuple[str, Any]] = [
    ("messageStart", {"role": "assistant"}),
    ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "It is ☂"}}),
    ("contentBlockStop", {"contentBlockIndex": 0}),
    ("contentBlockStart", {"contentBlockIndex": 1, "start": {"toolUse": {"toolUseId": "t2", "name": "weather"}}}),
    ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"toolUse": {"input": '{"city":'}}}),
    ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"toolUse": {"input": '"Oslo"}'}}}),
    ("messageStop", {"stopReason": "tool_use"}),
    ("metadata", {"usage": {"inputTokens": 7, "outputTokens": 8, "totalTokens": 15}, "metrics": {"latencyMs": 5}}),
]


async def test_its_stream_is_ours(desk: Desk, aws: Foreign):
    aws.says_frames(FRAMES)
    key, id = await desk.new_key()
    text = arguments = ""
    async for chunk in await desk.client(key).chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "?"}], stream=True
    ):
        delta = chunk.choices[0].delta
        text += delta.content or ""
        arguments += "".join((call.function.arguments or "") for call in delta.tool_calls or [] if call.function)
    assert (text, arguments) == ("It is ☂", '{"city":"Oslo"}')
    assert aws.heard[-1].path.endswith("/converse-stream")
    (line,) = await desk.ledger(id)
    assert (line.status, line.input_tokens, line.output_tokens) == (200, 7, 8)


@pytest.mark.parametrize("how", ["cut", "damaged", "exception"])
async def test_a_stream_that_breaks_is_told(desk: Desk, aws: Foreign, how: str):
    match how:
        case "cut":
            aws.says_frames(FRAMES[:3])
        case "damaged":
            aws.streams("application/vnd.amazon.eventstream", b"\x00\x00\x00\x99nothing of the kind")
        case _:
            aws.says_frames([("throttlingException", {"message": "slow down"})], type="exception")
    answer = await desk.post("chat/completions", {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": "?"}]})
    assert "The upstream aws failed" in answer.text and "[DONE]" not in answer.text


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        (
            {"api_version": "2025-04-01-preview", "prices": {"my-gpt": {}}},
            "/openai/deployments/my-gpt/chat/completions?api-version=2025-04-01-preview",
        ),
        ({"prices": {"my-gpt": {}}}, "/openai/v1/chat/completions"),
    ],
)
async def test_azures_addresses(desk: Desk, settings: dict[str, Any], path: str):
    name = "azure-" + ("dated" if "api_version" in settings else "v1")
    up = desk.up.url.removesuffix("/v1") + ("" if "api_version" in settings else "/openai/v1")
    await desk.provider(name, up, "azure", secret="azure-secret", settings=settings)
    answer = await desk.post("chat/completions", {"model": f"{name}/my-gpt", "messages": [{"role": "user", "content": "Hi"}]})
    assert (desk.up.heard[-1].path, desk.up.heard[-1].headers["api-key"]) == (path, "azure-secret")
    assert "authorization" not in desk.up.heard[-1].headers
    assert answer.json()["choices"][0]["message"]["content"] == "".join(WORDS)
