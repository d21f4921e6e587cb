"""One call to a model as it comes: words, and the tools it asks for."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import orjson

from sayso.gateway.asked import as_body
from sayso.gateway.caller import Caller
from sayso.gateway.calls import Call
from sayso.gateway.gateway import Gateway
from sayso.gateway.refusals import Refused

CALLS_A_ROUND_MAX = 16
ARGUMENTS_CHARACTERS_MAX = 60_000
TEXT_CHARACTERS_MAX = 60_000


@dataclass(slots=True)
class Heard:
    """What one call gave. `cost` is None when its price is not known."""

    text: str = ""
    calls: list[dict[str, Any]] = field(default_factory=list)
    finish: str | None = None
    model: str | None = None
    cost: Decimal | None = None
    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def message(self) -> dict[str, Any]:
        """As the next call repeats it."""
        said: dict[str, Any] = {"role": "assistant", "content": self.text or None}
        return {**said, "tool_calls": self.calls} if self.calls else said


async def heard(gateway: Gateway, caller: Caller, body: dict[str, Any], into: Heard) -> AsyncGenerator[str]:
    """Words as they come; `into` holds all of it at the end. Raises `Refused`, also in the middle. Cost is charged however it ends."""
    async with gateway.answering(Call(caller, "chat/completions", as_body({**body, "stream": True}))) as answer:
        try:
            if answer.body is not None:
                for words in _whole(orjson.loads(answer.body), into):
                    yield words
            else:
                async for part in answer:
                    for line in part.splitlines():
                        if line.startswith(b"data:") and (said := line[5:].strip()) != b"[DONE]":
                            for words in _event(orjson.loads(said), into):
                                yield words
        finally:
            await answer.close()
            entry = answer.entry
            if entry is not None:
                into.model = entry.meter.model or entry.route.model
                into.cost, tokens = entry.cost, entry.tokens
                into.input_tokens, into.output_tokens = tokens.input, tokens.output
            into.calls = [c for c in into.calls if c["function"]["name"]]


def _event(value: dict[str, Any], into: Heard) -> list[str]:
    if "error" in value and "choices" not in value:
        error = value["error"] if isinstance(value["error"], dict) else {"message": str(value["error"])}
        raise Refused(str(error.get("message") or "the model failed"), 502, code=error.get("code"))
    choice: Any = next(iter(value.get("choices") or ()), None)
    if not isinstance(choice, dict):
        return []
    into.finish = choice.get("finish_reason") or into.finish
    delta: dict[str, Any] = choice.get("delta") or {}
    pieces: list[dict[str, Any]] = delta.get("tool_calls") or []
    for call in pieces:
        _piece(call, into)
    words = delta.get("content") or delta.get("refusal")
    return _said(words, into)


def _whole(value: dict[str, Any], into: Heard) -> list[str]:
    choice: Any = next(iter(value.get("choices") or [{}]))
    message: dict[str, Any] = choice.get("message") or {}
    into.finish = choice.get("finish_reason")
    calls: list[dict[str, Any]] = message.get("tool_calls") or []
    for n, call in enumerate(calls):
        _piece({"index": n, **call}, into)
    return _said(message.get("content") or message.get("refusal"), into)


def _said(words: Any, into: Heard) -> list[str]:
    if not isinstance(words, str) or not words or len(into.text) > TEXT_CHARACTERS_MAX:
        return []
    words = words.replace("\0", "")  # no text of PostgreSQL holds it: the turn could not be kept
    into.text += words
    return [words]


def _piece(call: dict[str, Any], into: Heard) -> None:
    """One piece of a call of a tool: the first names it, the others bring its arguments."""
    index = call.get("index")
    index = index if isinstance(index, int) else len(into.calls)
    if not 0 <= index < CALLS_A_ROUND_MAX:
        return
    while len(into.calls) <= index:
        into.calls.append({"id": f"call_{len(into.calls)}", "type": "function", "function": {"name": "", "arguments": ""}})
    kept, function = into.calls[index], call.get("function") or {}
    if call.get("id"):
        kept["id"] = str(call["id"]).replace("\0", "")[:200]
    if function.get("name"):
        kept["function"]["name"] = str(function["name"]).replace("\0", "")[:100]
    if isinstance(function.get("arguments"), str) and len(kept["function"]["arguments"]) < ARGUMENTS_CHARACTERS_MAX:
        kept["function"]["arguments"] += function["arguments"].replace("\0", "")
    if call.get("extra_content"):
        kept["extra_content"] = call["extra_content"]
