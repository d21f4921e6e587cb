"""What adapters of other languages answer with: OpenAI's chat completions, whole and in chunks."""

import time
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, Literal

from sayso.gateway.reply import DONE, event
from sayso.gateway.tokens import Tokens, as_usage

Finish = Literal["stop", "length", "tool_calls", "content_filter"]


def usage(tokens: Tokens) -> dict[str, Any]:
    """As OpenAI tells it, with the tokens that were written to a cache."""
    told = as_usage(tokens)
    if tokens.cache_write:
        told["prompt_tokens_details"]["cache_write_tokens"] = tokens.cache_write
    if tokens.input_image:
        told["prompt_tokens_details"]["image_tokens"] = tokens.input_image
    if tokens.output_image:
        told["completion_tokens_details"]["image_tokens"] = tokens.output_image
    return told


@dataclass(slots=True)
class Message:
    """One choice of a whole answer, as it is put together."""

    text: str = ""
    reasoning: str = ""
    thinking_blocks: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    calls: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    refusal: str | None = None
    finish: Finish = "stop"

    def call(self, id: str, name: str, arguments: str, more: dict[str, Any] | None = None) -> None:
        self.calls.append({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}, **(more or {})})

    def choice(self, index: int = 0) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": self.text or None, "refusal": self.refusal}
        if not self.calls and self.refusal is None:
            message["content"] = self.text
        if self.calls:
            message["tool_calls"] = self.calls
        if self.reasoning:
            message["reasoning_content"] = self.reasoning
        if self.thinking_blocks:
            message["thinking_blocks"] = self.thinking_blocks
        return {"index": index, "message": message, "logprobs": None, "finish_reason": self.finish}


def completion(model: str, choices: list[Message], tokens: Tokens, id: str = "") -> dict[str, Any]:
    return {
        "id": id or "chatcmpl-" + token_hex(12),
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [message.choice(n) for n, message in enumerate(choices)],
        "usage": usage(tokens),
    }


@dataclass(slots=True)
class Chunks:
    """The chunks of one streamed answer, as bytes. `usage` is told at the end when `tells_usage`."""

    model: str
    id: str = field(default_factory=lambda: "chatcmpl-" + token_hex(12))
    created: int = field(default_factory=lambda: int(time.time()))
    begun: set[int] = field(default_factory=set[int])

    def delta(self, delta: dict[str, Any], index: int = 0, finish: Finish | None = None) -> bytes:
        if index not in self.begun:
            self.begun.add(index)
            delta = {"role": "assistant", "content": "", **delta} if finish is None else delta
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
        return event(
            {"id": self.id, "object": "chat.completion.chunk", "created": self.created, "model": self.model, "choices": [choice]}
        )

    def text(self, text: str, index: int = 0) -> bytes:
        return self.delta({"content": text}, index)

    def reasoning(self, text: str, index: int = 0) -> bytes:
        return self.delta({"reasoning_content": text}, index)

    def tool(
        self,
        place: int,
        *,
        id: str | None = None,
        name: str | None = None,
        arguments: str = "",
        index: int = 0,
        more: dict[str, Any] | None = None,
    ) -> bytes:
        """The beginning of a call when it has an id; else more of its arguments."""
        function = {"name": name, "arguments": arguments} if name is not None else {"arguments": arguments}
        call = (
            {"index": place, "id": id, "type": "function", "function": function} if id else {"index": place, "function": function}
        )
        return self.delta({"tool_calls": [{**call, **(more or {})}]}, index)

    def finish(self, reason: Finish, index: int = 0) -> bytes:
        return self.delta({}, index, reason)

    def end(self, tokens: Tokens, *, tells_usage: bool) -> bytes:
        if not tells_usage:
            return DONE
        about = {"id": self.id, "object": "chat.completion.chunk", "created": self.created, "model": self.model}
        return event({**about, "choices": [], "usage": usage(tokens)}) + DONE
