"""Anthropic's Messages API (version 2023-06-01), as it is published at docs.claude.com in November 2026."""

import re
from collections.abc import AsyncIterator
from typing import Any

import orjson

from sayso.gateway.providers import conversation as c
from sayso.gateway.providers.chat import Chunks, Finish, Message, completion
from sayso.gateway.providers.openai import LIST_LIMITS, message_of, rest
from sayso.gateway.providers.provider import Outgoing
from sayso.gateway.providers.translated import Translated, server_sent
from sayso.gateway.refusals import Refused, error_shape
from sayso.gateway.reply import HttpReply
from sayso.gateway.tokens import Tokens
from sayso.gateway.upstream import Broken

VERSION = "2023-06-01"
ANSWER_TOKENS = 32_000
"""Messages must name a limit; this is ours for who names none. Older models allow less."""
ANSWER_TOKENS_OF = (("claude-3-5", 8192), ("claude-3-7", 32_000), ("claude-3", 4096), ("claude-2", 4096))
BUDGETS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16_384, "xhigh": 24_576, "max": 30_000}
"""Tokens of thinking by `reasoning_effort`, for models before adaptive thinking."""
BUDGET_LEAST = 1024
EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "xhigh", "max": "max"}
ADAPTIVE_FROM = (4, 6)
FINISHES: dict[str, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
VERSION_IN_NAME = re.compile(r"claude-[a-z]+-(\d{1,2})(?:[-.](\d{1,2}))?(?![\d])")


class Anthropic(Translated):
    """Settings beside the usual: `betas` (names for the header anthropic-beta), `thinking` (`adaptive` or `budget`, when the name of
    the model does not tell)."""

    def headers(self) -> list[tuple[bytes, bytes]]:
        p = self.provider
        told = {"User-Agent": "sayso", "Accept-Encoding": "identity", "anthropic-version": VERSION, "x-api-key": p.secret}
        betas = p.settings.get("betas")
        if betas:
            told["anthropic-beta"] = ",".join(map(str, betas)) if isinstance(betas, list) else str(betas)
        return self.as_headers(told)

    async def models(self) -> list[dict[str, Any]]:
        reply = await self._sent(self._line("GET", "/models?limit=1000") + b"\r\n", None, LIST_LIMITS)
        try:
            body = await rest(reply)
            if reply.status != 200:
                raise Refused(message_of(body) or f"it answered {reply.status}", reply.status, upstream=self.provider.name)
            found = orjson.loads(body)["data"]
            return [
                {"id": one["id"], "object": "model", "owned_by": "anthropic", "name": one.get("display_name")} for one in found
            ]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise Refused("it did not answer with a list of models", 502, upstream=self.provider.name) from None
        finally:
            await reply.close()

    # ── out ───────────────────────────────────────────────────

    async def asked(self, out: Outgoing, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        chat = c.read(body)
        if (body.get("n") or 1) != 1:
            raise Refused("Anthropic's models give one answer at a time: n must be 1.", 400, param="n", code="unsupported_value")
        tokens_max = c.limit(body) or next((most for name, most in ANSWER_TOKENS_OF if out.model.startswith(name)), ANSWER_TOKENS)
        told: dict[str, Any] = {
            "model": out.model,
            "max_tokens": tokens_max,
            "messages": [{"role": turn.role, "content": [_block(part) for part in turn.parts]} for turn in chat.turns],
            "stream": out.stream,
        }
        shape, schema, _ = c.schema_of(body)
        system = [*chat.system, c.JSON_ONLY] if shape == "object" else chat.system
        if system:
            told["system"] = [{"type": "text", "text": text} for text in system if text]
        if shape == "schema":
            told["output_config"] = {"format": {"type": "json_schema", "schema": closed(schema)}}
        if chat.tools:
            told["tools"] = [_tool(tool) for tool in chat.tools]
            told["tool_choice"] = _choice(chat.tool_choice, body.get("parallel_tool_calls"))
        for name, ours in (("temperature", "temperature"), ("top_p", "top_p"), ("top_k", "top_k")):
            if (value := c.number(body, ours)) is not None:
                told[name] = min(value, 1.0) if name == "temperature" else value
        if stop := c.stops(body):
            told["stop_sequences"] = stop
        if user := body.get("safety_identifier") or body.get("user"):
            told["metadata"] = {"user_id": str(user)}
        self._think(out.model, body, told)
        return "/messages", told

    def _think(self, model: str, body: dict[str, Any], told: dict[str, Any]) -> None:
        if body.get("reasoning_effort") in (None, "none"):
            return
        effort = c.one_of(body, "reasoning_effort", EFFORTS)
        how = self.provider.settings.get("thinking") or ("adaptive" if _version(model) >= ADAPTIVE_FROM else "budget")
        if how == "adaptive":
            told["thinking"] = {"type": "adaptive"}
            told.setdefault("output_config", {})["effort"] = EFFORTS[effort]
        else:
            budget = min(BUDGETS[effort], told["max_tokens"] - 1)
            if budget < BUDGET_LEAST:
                return  # an answer as short as that leaves no room to think
            told["thinking"] = {"type": "enabled", "budget_tokens": budget}
        if told.get("tool_choice", {}).get("type") in ("any", "tool"):
            told["tool_choice"] = {**told["tool_choice"], "type": "auto"}
            told["tool_choice"].pop("name", None)  # thinking and a forced tool exclude one another
        for name in ("temperature", "top_k"):
            told.pop(name, None)  # nor can it be made more or less random

    # ── back ──────────────────────────────────────────────────

    def answered(self, out: Outgoing, value: dict[str, Any]) -> dict[str, Any]:
        message = Message(finish=_finish(value.get("stop_reason")))
        for block in value.get("content") or []:
            match block.get("type"):
                case "text":
                    message.text += block.get("text") or ""
                case "tool_use":
                    message.call(block["id"], block["name"], orjson.dumps(block.get("input") or {}).decode())
                case "thinking" | "redacted_thinking":
                    message.reasoning += block.get("thinking") or ""
                    message.thinking_blocks.append(block)
                case _:
                    pass
        if value.get("stop_reason") == "refusal":
            message.refusal, message.text = message.text or "The model declined to answer.", ""
        return completion(
            value.get("model") or out.model, [message], _tokens(value.get("usage")), "chatcmpl-" + str(value.get("id") or "")
        )

    async def events(self, out: Outgoing, reply: HttpReply, *, tells_usage: bool) -> AsyncIterator[bytes]:
        chunks = Chunks(out.model)
        used: dict[str, Any] = {}
        places: dict[int, int] = {}
        blocks: dict[int, dict[str, Any]] = {}
        finish: Finish = "stop"
        async for name, value in server_sent(reply):
            match value.get("type") or name:
                case "message_start":
                    message = value["message"]
                    chunks.model = message.get("model") or out.model
                    chunks.id = "chatcmpl-" + str(message.get("id") or "")
                    used |= message.get("usage") or {}
                    yield chunks.delta({})
                case "content_block_start":
                    block = value["content_block"]
                    if block["type"] == "tool_use":
                        place = places[value["index"]] = len(places)
                        yield chunks.tool(place, id=block["id"], name=block["name"])
                    elif block["type"] in ("thinking", "redacted_thinking"):
                        blocks[value["index"]] = dict(block)
                    elif block.get("text"):
                        yield chunks.text(block["text"])
                case "content_block_delta":
                    delta = value["delta"]
                    match delta["type"]:
                        case "text_delta":
                            yield chunks.text(delta["text"])
                        case "input_json_delta":
                            yield chunks.tool(places[value["index"]], arguments=delta["partial_json"])
                        case "thinking_delta":
                            block = blocks[value["index"]]
                            block["thinking"] = block.get("thinking", "") + delta["thinking"]
                            yield chunks.reasoning(delta["thinking"])
                        case "signature_delta":
                            blocks[value["index"]]["signature"] = delta["signature"]
                        case _:
                            pass
                case "content_block_stop":
                    if block := blocks.pop(value["index"], None):
                        yield chunks.delta({"thinking_blocks": [block]})
                case "message_delta":
                    finish = _finish((value.get("delta") or {}).get("stop_reason"))
                    used |= {key: count for key, count in (value.get("usage") or {}).items() if count is not None}
                case "message_stop":
                    yield chunks.finish(finish)
                    yield chunks.end(_tokens(used), tells_usage=tells_usage)
                    return
                case "error":
                    raise Broken(f"broke off: {message_of(orjson.dumps(value)) or 'it did not say why'}", "upstream")
                case _:
                    pass
        raise Broken("ended its answer too early", "cut")

    def refused(self, status: int, value: Any) -> tuple[int, dict[str, Any]]:
        status, shape = super().refused(status, value)
        if status == 529:
            status = 503
        message = shape["error"]["message"]
        if status == 400 and ("prompt is too long" in message or ("context" in message and "exceed" in message)):
            shape = error_shape(message, 400, code="context_length_exceeded", param="messages")
        return status, shape


def _version(model: str) -> tuple[int, int]:
    found = VERSION_IN_NAME.search(model)
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)


def _finish(reason: Any) -> Finish:
    return FINISHES.get(str(reason), "stop")


def _tokens(used: Any) -> Tokens:
    """Anthropic counts what came from the cache, and what was written to it, beside its input; we count all input together."""
    told: dict[str, Any] = used if isinstance(used, dict) else {}
    plain, read, written, output = (
        int(told.get(key) or 0)
        for key in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens")
    )
    return Tokens(input=plain + read + written, cached=read, cache_write=written, output=output)


def _block(part: c.Part) -> dict[str, Any]:
    match part:
        case c.Text():
            return {"type": "text", "text": part.text}
        case c.Media():
            source = (
                {"type": "base64", "media_type": part.type, "data": part.base64}
                if part.base64
                else {"type": "url", "url": part.url}
            )
            if part.type.startswith("image/"):
                return {"type": "image", "source": source}
            if part.type == "application/pdf":
                return {"type": "document", "source": source}
            raise Refused(
                f"Anthropic's models take pictures and PDFs, not {part.type}.", 400, param="messages", code="unsupported_value"
            )
        case c.ToolCall():
            return {"type": "tool_use", "id": part.id, "name": part.name, "input": part.arguments}
        case c.ToolResult():
            return {"type": "tool_result", "tool_use_id": part.id, "content": [_block(one) for one in part.parts]}
        case c.Thought():
            return part.block


def _tool(tool: c.Tool) -> dict[str, Any]:
    told: dict[str, Any] = {"name": tool.name, "input_schema": closed(tool.schema) if tool.strict else tool.schema}
    if tool.description:
        told["description"] = tool.description
    if tool.strict:
        told["strict"] = True
    return told


def _choice(choice: str, parallel: Any) -> dict[str, Any]:
    if choice == "none":
        return {"type": "none"}
    told: dict[str, Any] = {"type": {"auto": "auto", "required": "any"}.get(choice, "tool")}
    if choice.startswith("name:"):
        told["name"] = choice.removeprefix("name:")
    if parallel is False:
        told["disable_parallel_tool_use"] = True
    return told


def closed(schema: Any) -> Any:
    """The schema with every object closed against further properties, as structured outputs demand."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {key: closed(value) for key, value in schema.items()}
    if told.get("type") == "object" or ("properties" in told and "type" not in told):
        told["additionalProperties"] = False
    return told
