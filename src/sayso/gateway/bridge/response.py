"""A chat's answer as a response: whole, and event by event."""

import time
from collections.abc import AsyncIterator
from typing import Any

import orjson

from sayso.gateway.bridge.items import new_id, sealed, usage_of_response
from sayso.gateway.upstream import Broken

INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


def begun(body: dict[str, Any], model: str) -> dict[str, Any]:
    """The response before anything is in it: what was asked for is told again, as OpenAI does."""
    reasoning = body.get("reasoning") or {}
    text = body.get("text") or {}
    return {
        "id": new_id("resp"),
        "object": "response",
        "created_at": int(time.time()),
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "max_tool_calls": body.get("max_tool_calls"),
        "model": model,
        "output": [],
        "parallel_tool_calls": body.get("parallel_tool_calls", True) is not False,
        "previous_response_id": body.get("previous_response_id"),
        "reasoning": {"effort": reasoning.get("effort"), "summary": reasoning.get("summary")},
        "service_tier": "default",
        "store": body.get("store") is not False,
        "temperature": body.get("temperature", 1.0),
        "text": {"format": text.get("format") or {"type": "text"}, "verbosity": text.get("verbosity") or "medium"},
        "tool_choice": body.get("tool_choice") or "auto",
        "tools": body.get("tools") or [],
        "top_logprobs": body.get("top_logprobs") or 0,
        "top_p": body.get("top_p", 1.0),
        "truncation": body.get("truncation") or "disabled",
        "usage": None,
        "user": body.get("user"),
        "metadata": body.get("metadata") or {},
    }


def whole(body: dict[str, Any], chat: dict[str, Any]) -> dict[str, Any]:
    """Raises `Broken` when the chat holds no answer."""
    choices = chat.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise Broken("answered without a choice", "protocol")
    choice = choices[0]
    message = choice.get("message") or {}
    response = begun(body, str(chat.get("model") or body.get("model")))
    output: list[dict[str, Any]] = []
    thought = message.get("reasoning_content") or message.get("reasoning") or ""
    blocks = message.get("thinking_blocks") or []
    if thought or blocks:
        output.append(reasoning_item(new_id("rs"), str(thought), blocks))
    if message.get("content") or (message.get("content") is not None and not message.get("tool_calls")) or message.get("refusal"):
        logprobs = ((choice.get("logprobs") or {}).get("content")) or []
        output.append(message_item(new_id("msg"), str(message.get("content") or ""), message.get("refusal"), logprobs))
    custom = custom_names(body)
    for call in message.get("tool_calls") or []:
        function = call.get("function") or {}
        output.append(
            call_item(
                new_id("fc"),
                str(call.get("id") or new_id("call")),
                str(function.get("name")),
                str(function.get("arguments") or ""),
                custom,
            )
        )
    return ended(response, output, str(choice.get("finish_reason")), chat.get("usage"))


def ended(response: dict[str, Any], output: list[dict[str, Any]], finish: str, used: dict[str, Any] | None) -> dict[str, Any]:
    reason = INCOMPLETE.get(finish)
    return response | {
        "status": "incomplete" if reason else "completed",
        "incomplete_details": {"reason": reason} if reason else None,
        "output": output,
        "usage": usage_of_response(used),
        "completed_at": None if reason else int(time.time()),
    }


def custom_names(body: dict[str, Any]) -> set[str]:
    return {tool["name"] for tool in body.get("tools") or [] if isinstance(tool, dict) and tool.get("type") == "custom"}


def message_item(id: str, text: str, refusal: Any = None, logprobs: list[Any] | None = None) -> dict[str, Any]:
    parts: list[dict[str, Any]] = []
    if text or not refusal:
        parts.append({"type": "output_text", "text": text, "annotations": [], "logprobs": logprobs or []})
    if refusal:
        parts.append({"type": "refusal", "refusal": str(refusal)})
    return {"id": id, "type": "message", "status": "completed", "role": "assistant", "content": parts}


def reasoning_item(id: str, text: str, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    item: dict[str, Any] = {"id": id, "type": "reasoning", "summary": [], "status": "completed"}
    if text:
        item["content"] = [{"type": "reasoning_text", "text": text}]
    return {**item, "encrypted_content": sealed(blocks)} if blocks else item


def call_item(id: str, call_id: str, name: str, arguments: str, custom: set[str]) -> dict[str, Any]:
    if name in custom:
        try:
            given = orjson.loads(arguments)
        except orjson.JSONDecodeError:
            given = arguments
        text = given.get("input", arguments) if isinstance(given, dict) else arguments
        return {"id": id, "type": "custom_tool_call", "call_id": call_id, "name": name, "input": str(text), "status": "completed"}
    return {"id": id, "type": "function_call", "call_id": call_id, "name": name, "arguments": arguments, "status": "completed"}


class Told:
    """The events of one response as its chat's chunks come in."""

    def __init__(self, body: dict[str, Any], model: str) -> None:
        self.response = begun(body, model)
        self.output: list[dict[str, Any]] = []
        self.custom = custom_names(body)
        self.number = 0
        self.open: tuple[str, int] | None = None
        """The kind and place of the item of text that is being told."""
        self.text = ""
        self.calls: dict[int, tuple[int, dict[str, Any]]] = {}
        self.blocks: list[dict[str, Any]] = []
        self.finish = ""
        self.used: dict[str, Any] | None = None

    def event(self, type: str, **more: Any) -> dict[str, Any]:
        self.number += 1
        return {"type": type, "sequence_number": self.number - 1, **more}

    def begin(self) -> list[dict[str, Any]]:
        return [
            self.event("response.created", response=self.response),
            self.event("response.in_progress", response=self.response),
        ]

    def hear(self, chunk: dict[str, Any]) -> list[dict[str, Any]]:
        self.used = chunk.get("usage") or self.used
        told: list[dict[str, Any]] = []
        for choice in chunk.get("choices") or []:
            if choice.get("index"):
                continue
            delta = choice.get("delta") or {}
            self.blocks += delta.get("thinking_blocks") or []
            if thought := delta.get("reasoning_content") or delta.get("reasoning"):
                told += self._say("reasoning", str(thought))
            if delta.get("content"):
                told += self._say("text", str(delta["content"]), ((choice.get("logprobs") or {}).get("content")) or [])
            if delta.get("refusal"):
                told += self._say("refusal", str(delta["refusal"]))
            for call in delta.get("tool_calls") or []:
                told += self._call(call)
            self.finish = choice.get("finish_reason") or self.finish
        return told

    def end(self) -> list[dict[str, Any]]:
        told = self._close()
        if self.blocks and not any(item["type"] == "reasoning" for item in self.output):
            told += self._hidden()
        for place, call in self.calls.values():
            told += self._call_done(place, call)
        if not self.output:
            told += [*self._say("text", ""), *self._close()]
        response = ended(self.response, self.output, self.finish, self.used)
        kind = "response.incomplete" if response["status"] == "incomplete" else "response.completed"
        return [*told, self.event(kind, response=response)]

    # ── items ─────────────────────────────────────────────────

    def _say(self, kind: str, text: str, logprobs: list[Any] | None = None) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        if self.open is None or self.open[0] != kind:
            told += self._close()
            told += self._begin_item(kind)
        at = self._at()
        self.text += text
        match kind:
            case "reasoning":
                told.append(self.event("response.reasoning_text.delta", delta=text, **at))
            case "refusal":
                told.append(self.event("response.refusal.delta", delta=text, **at))
            case _:
                if text:
                    told.append(self.event("response.output_text.delta", delta=text, logprobs=logprobs or [], **at))
        return told

    def _begin_item(self, kind: str) -> list[dict[str, Any]]:
        self.open = (kind, len(self.output))
        self.text = ""
        if kind == "reasoning":
            item: dict[str, Any] = {"id": new_id("rs"), "type": "reasoning", "summary": [], "status": "in_progress"}
        else:
            item = {"id": new_id("msg"), "type": "message", "status": "in_progress", "role": "assistant", "content": []}
        self.output.append(item)
        added = self.event("response.output_item.added", output_index=self.open[1], item=dict(item))
        return [added, self.event("response.content_part.added", part=self._part(""), **self._at())]

    def _at(self) -> dict[str, Any]:
        assert self.open is not None
        return {"item_id": self.output[self.open[1]]["id"], "output_index": self.open[1], "content_index": 0}

    def _part(self, text: str) -> dict[str, Any]:
        match self.open and self.open[0]:
            case "reasoning":
                return {"type": "reasoning_text", "text": text}
            case "refusal":
                return {"type": "refusal", "refusal": text}
            case _:
                return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}

    def _close(self) -> list[dict[str, Any]]:
        if self.open is None:
            return []
        kind, place = self.open
        at, part, id = self._at(), self._part(self.text), self.output[place]["id"]
        match kind:
            case "reasoning":
                done = self.event("response.reasoning_text.done", text=self.text, **at)
                blocks, self.blocks = self.blocks, []
                item = reasoning_item(id, self.text, blocks)
            case "refusal":
                done = self.event("response.refusal.done", refusal=self.text, **at)
                item = message_item(id, "", self.text)
            case _:
                done = self.event("response.output_text.done", text=self.text, logprobs=[], **at)
                item = message_item(id, self.text)
        self.output[place], self.open = item, None
        return [
            done,
            self.event("response.content_part.done", part=part, **at),
            self.event("response.output_item.done", output_index=place, item=item),
        ]

    def _hidden(self) -> list[dict[str, Any]]:
        item = reasoning_item(new_id("rs"), "", self.blocks)
        self.output.append(item)
        place = len(self.output) - 1
        return [self.event(f"response.output_item.{what}", output_index=place, item=item) for what in ("added", "done")]

    def _call(self, call: dict[str, Any]) -> list[dict[str, Any]]:
        number = call.get("index") or 0
        function = call.get("function") or {}
        told: list[dict[str, Any]] = []
        if number not in self.calls:
            told += self._close()
            item = {"id": new_id("fc"), "type": "function_call", "call_id": str(call.get("id") or new_id("call")), "name": str(function.get("name") or ""), "arguments": "", "status": "in_progress"}  # fmt: skip
            self.calls[number] = (len(self.output), item)
            self.output.append(item)
            shown = call_item(item["id"], item["call_id"], item["name"], "", self.custom) | {"status": "in_progress"}
            told.append(self.event("response.output_item.added", output_index=len(self.output) - 1, item=shown))
        place, item = self.calls[number]
        if arguments := function.get("arguments"):
            item["arguments"] += arguments
            if item["name"] not in self.custom:
                told.append(
                    self.event("response.function_call_arguments.delta", item_id=item["id"], output_index=place, delta=arguments)
                )
        return told

    def _call_done(self, place: int, call: dict[str, Any]) -> list[dict[str, Any]]:
        item = self.output[place] = call_item(call["id"], call["call_id"], call["name"], call["arguments"], self.custom)
        at = {"item_id": call["id"], "output_index": place}
        if item["type"] == "custom_tool_call":
            told = [self.event("response.custom_tool_call_input.delta", delta=item["input"], **at)]
            told.append(self.event("response.custom_tool_call_input.done", input=item["input"], **at))
        else:
            told = [self.event("response.function_call_arguments.done", name=call["name"], arguments=call["arguments"], **at)]
        return [*told, self.event("response.output_item.done", output_index=place, item=item)]


async def events(body: dict[str, Any], chunks: AsyncIterator[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
    """The events of a streamed chat as those of a response."""
    told: Told | None = None
    async for chunk in chunks:
        if told is None:
            told = Told(body, str(chunk.get("model") or body.get("model")))
            for event in told.begin():
                yield event
        for event in told.hear(chunk):
            yield event
    if told is None or not told.finish:
        raise Broken("ended its answer too early", "cut")
    for event in told.end():
        yield event
