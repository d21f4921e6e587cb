"""Answers in OpenAI's shape, read as Pydantic AI's parts; and what a call has used, as the gateway metered it."""

from dataclasses import replace
from typing import Any

from pydantic_ai.messages import FinishReason, ModelResponsePart, TextPart, ThinkingPart, ToolCallPart
from pydantic_ai.usage import RequestUsage

from sayso.gateway.entry import Entry

FINISHED: dict[object, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_call",
    "function_call": "tool_call",
    "content_filter": "content_filter",
}


def parts_of(message: dict[str, Any]) -> list[ModelResponsePart]:
    """What one whole message says: thoughts, words and calls of tools. Calls without a name are none."""
    parts: list[ModelResponsePart] = []
    if thought := message.get("reasoning_content"):
        parts.append(ThinkingPart(str(thought)))
    if text := message.get("content") or message.get("refusal"):
        parts.append(TextPart(_text(text)))
    for called in message.get("tool_calls") or ():
        function = called.get("function") or {}
        if name := function.get("name"):
            part = ToolCallPart(str(name), function.get("arguments") or "")
            parts.append(replace(part, tool_call_id=str(called["id"])) if called.get("id") else part)
    return parts


def _text(content: object) -> str:
    """Most answer with a string; some with a list of parts."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content)


def usage_of(entry: Entry | None) -> RequestUsage:
    """Tokens and dollars of a call that has ended. `cost` is None when no price is known."""
    if entry is None:
        return RequestUsage()
    used = entry.tokens
    return RequestUsage(
        input_tokens=used.input,
        cache_read_tokens=used.cached,
        cache_write_tokens=used.cache_write,
        output_tokens=used.output,
        output_reasoning_tokens=used.reasoning,
        cost=entry.cost,
    )
