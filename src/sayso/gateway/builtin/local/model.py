"""A GGUF file as the gateway calls it: `local/NAME`. Loaded when it is first asked; one file is in memory at a time.

Answers to a JSON schema are held to it by a grammar. Some small models break llama.cpp's reading of its own answer (status 500): such a call
is tried once more, then repaired as a plain completion under the same grammar.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import orjson

from sayso.errors import Unavailable
from sayso.gateway.builtin.local import shelf
from sayso.gateway.builtin.local.engine import CONTEXT_TOKENS_MAX, Engine, EngineError, Value, installed
from sayso.gateway.builtin.local.shelf import Pulled
from sayso.gateway.refusals import Refused

TRIES = 2
ANSWER_TOKENS = 2_048
"""How long an answer may get when the caller does not say."""
_TAKEN = frozenset(
    "messages temperature top_p top_k min_p max_tokens stop seed frequency_penalty presence_penalty response_format tools tool_choice "
    "parallel_tool_calls logit_bias logprobs top_logprobs reasoning_effort chat_template_kwargs ignore_eos".split()
)
"""What of a request goes on to llama.cpp. Its own switches (grammars, slots, files) are not the caller's."""


class Seat:
    """Where one file at a time sits in memory. Another one waits until nobody uses the first."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._engine: tuple[Path, Engine] | None = None

    @asynccontextmanager
    async def take(self, path: Path, context: int) -> AsyncGenerator[Engine]:
        """Raises `Refused` when the file cannot be loaded."""
        async with self._turn:
            if self._engine is None or self._engine[0] != path:
                self._engine = None
                try:
                    self._engine = path, await asyncio.to_thread(Engine, path, context=context)
                except Unavailable as error:
                    raise Refused(str(error), 503, code="model_not_ready") from None
            yield self._engine[1]


class LocalModel:
    """One of them."""

    endpoints: Sequence[str] = ("chat/completions",)

    def __init__(self, pulled: Pulled, seat: Seat) -> None:
        self.name = f"local/{pulled.name}"
        self.pulled, self._seat = pulled, seat
        self._context = min(pulled.context or CONTEXT_TOKENS_MAX, CONTEXT_TOKENS_MAX)

    @property
    def about(self) -> Mapping[str, Any]:
        return {
            "context_window": self._context,
            "architecture": self.pulled.architecture,
            "size": self.pulled.size,
            "input": ["text"],
            "slot": "text",
        }

    async def answer(self, endpoint: str, body: Value, *, workspace: str) -> Value | AsyncIterator[Value]:
        """Raises `Refused`."""
        request = {key: value for key, value in body.items() if key in _TAKEN and value is not None}
        request["max_tokens"] = body.get("max_completion_tokens") or body.get("max_tokens") or ANSWER_TOKENS
        if body.get("stream"):
            counts = bool((body.get("stream_options") or {}).get("include_usage"))
            return self._streamed(request, counts=counts)
        return await self._whole(request)

    async def _streamed(self, request: Value, *, counts: bool) -> AsyncIterator[Value]:
        async with self._seat.take(self.pulled.path, self._context) as engine:
            try:
                async with aclosing(engine.events(request)) as events:
                    async for event in events:
                        if event.get("choices") or counts:
                            yield {**event, "model": self.name}
            except EngineError as error:
                raise _refused(error) from None

    async def _whole(self, request: Value) -> Value:
        schema = _schema(request)
        async with self._seat.take(self.pulled.path, self._context) as engine:
            for last in (False,) * (TRIES - 1) + (True,):
                try:
                    answer = await _collected(engine, request)
                    _check(answer, bound=schema is not None)
                    return {**answer, "model": self.name}
                except EngineError as error:
                    if error.status < 500 or (last and schema is None):
                        raise _refused(error) from None
            return {**await _repaired(engine, request, schema or {}), "model": self.name}


class LocalModels:
    """Those of a home, as they are now; none without llama.cpp. All share one seat, and stay the same while their files do."""

    def __init__(self, home: Path) -> None:
        self._home, self._seat = home, Seat()
        self._known: dict[Pulled, LocalModel] = {}

    def __call__(self) -> tuple[LocalModel, ...]:
        found = shelf.listed(self._home) if installed() else []
        self._known = {one: self._known.get(one) or LocalModel(one, self._seat) for one in found}
        return tuple(self._known.values())


def local_models(home: Path) -> tuple[LocalModel, ...]:
    """Those that there are at this moment."""
    return LocalModels(home)()


def _schema(request: Value) -> Mapping[str, Any] | None:
    format = request.get("response_format")
    if isinstance(format, dict) and format.get("type") == "json_schema":
        schema = (format.get("json_schema") or {}).get("schema")
        return schema if isinstance(schema, dict) else {}
    return None


async def _collected(engine: Engine, request: Value) -> Value:
    """All events of a chat as one answer. It is streamed inside, so that whoever goes away stops it."""
    head: Value = {}
    message: Value = {"role": "assistant", "content": None, "refusal": None}
    finish, usage = "stop", None
    async with aclosing(engine.events(request)) as events:
        async for event in events:
            head = {key: event[key] for key in ("id", "created", "system_fingerprint") if key in event} or head
            usage = event.get("usage") or usage
            for choice in event.get("choices", ()):
                _joined(message, choice.get("delta") or {})
                finish = choice.get("finish_reason") or finish
    return {
        **head,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": usage,
    }


def _joined(message: Value, delta: Value) -> None:
    for key in ("content", "reasoning_content"):
        if isinstance(delta.get(key), str):
            message[key] = (message.get(key) or "") + delta[key]
    for part in delta.get("tool_calls") or ():
        calls: list[Value] = message.setdefault("tool_calls", [])
        while len(calls) <= part.get("index", 0):
            calls.append({"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
        call = calls[part.get("index", 0)]
        call["id"] = part.get("id") or call["id"]
        for key in ("name", "arguments"):
            call["function"][key] += (part.get("function") or {}).get(key) or ""


def _check(answer: Value, *, bound: bool) -> None:
    """An answer to a schema that ended by itself is JSON; else the model broke."""
    choice = answer["choices"][0]
    if bound and choice["finish_reason"] == "stop":
        try:
            orjson.loads(choice["message"]["content"] or "")
        except orjson.JSONDecodeError:
            raise EngineError("the model's answer is no JSON", 500) from None


async def _repaired(engine: Engine, request: Value, schema: Mapping[str, Any]) -> Value:
    """The same question as a plain text, answered under the same grammar."""
    turns = [
        f"{m.get('role', 'user')}: {m['content']}"
        for m in request.get("messages", ())
        if isinstance(m, dict) and isinstance(m.get("content"), str)
    ]
    prompt = "\n\n".join([*turns, "assistant: (JSON only)\n"])
    try:
        made = await engine.completed(
            {
                "prompt": prompt,
                "json_schema": schema,
                "n_predict": request["max_tokens"],
                "temperature": request.get("temperature", 0),
            }
        )
        choice = made["choices"][0]
        answer: Value = {
            "id": made["id"],
            "created": made.get("created", int(time.time())),
            "object": "chat.completion",
            "usage": made.get("usage"),
        }
        message = {"role": "assistant", "content": choice["text"].strip(), "refusal": None}
        answer["choices"] = [{"index": 0, "message": message, "logprobs": None, "finish_reason": choice["finish_reason"]}]
        _check(answer, bound=True)
        return answer
    except EngineError as error:
        raise _refused(error) from None


def _refused(error: EngineError) -> Refused:
    if "context size" in str(error):
        return Refused(
            f"This request is longer than the local model's context: {error}",
            400,
            code="context_length_exceeded",
            param="messages",
        )
    return Refused(
        f"The local model did not take this: {error}",
        error.status if 400 <= error.status < 500 else 500,
        code="local_model_error",
    )
