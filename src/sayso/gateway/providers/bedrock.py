"""Amazon Bedrock's Converse API, signed, and its binary stream of events; as published at docs.aws.amazon.com in November 2026."""

import struct
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import orjson

from sayso.errors import Invalid, Problem
from sayso.gateway.providers import conversation as c
from sayso.gateway.providers.chat import Chunks, Finish, Message, completion
from sayso.gateway.providers.provider import Outgoing
from sayso.gateway.providers.sigv4 import Credentials, signed
from sayso.gateway.providers.translated import Translated
from sayso.gateway.refusals import Refused, error_shape
from sayso.gateway.reply import HttpReply
from sayso.gateway.tokens import Tokens
from sayso.gateway.upstream import Broken

PRELUDE_BYTES = 12
FRAME_BYTES_MAX = 2**24
STRING = 7
FINISHES: dict[str, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
}


class Bedrock(Translated):
    """The secret is `ACCESS:SECRET` (or `ACCESS:SECRET:SESSION`), or a Bedrock API key. Settings beside the usual: `region`, which is
    else read from the address, and `extra` (an object for `additionalModelRequestFields`)."""

    def headers(self) -> list[tuple[bytes, bytes]]:
        told = {"User-Agent": "sayso", "Accept-Encoding": "identity"}
        secret = self.provider.secret
        self.credentials = Credentials(*secret.split(":", 2)) if secret.count(":") in (1, 2) else None
        host = self.target.host.split(".")
        self.region = str(self.provider.settings.get("region") or (host[1] if len(host) > 3 else ""))
        if self.credentials is not None and not self.region:
            raise Invalid(Problem("settings", "names the region, since the address does not", '{"region": "eu-central-1"}'))
        return self.as_headers(told if self.credentials else {**told, "Authorization": f"Bearer {secret}"})

    def head(self, path: str, data: bytes) -> bytes:
        line = self._line("POST", path)
        told = {"Content-Type": "application/json"}
        if self.credentials is not None:
            headers = {"host": self.target.authority.decode(), "content-type": "application/json"}
            told |= signed(
                self.credentials,
                verb="POST",
                path=self.target.path.decode() + path,
                headers=headers,
                body=data,
                region=self.region,
                service="bedrock",
                now=datetime.now(UTC),
            )
        return line + "".join(f"{name}: {value}\r\n" for name, value in told.items()).encode() + b"Content-Length: "

    async def models(self) -> list[dict[str, Any]]:
        """Bedrock lists its models elsewhere, under rights of their own: the owner names the ones to use."""
        return [{"id": name, "object": "model", "owned_by": "bedrock"} for name in self.provider.models]

    # ── out ───────────────────────────────────────────────────

    async def asked(self, out: Outgoing, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        chat = c.read(body)
        if (body.get("n") or 1) != 1:
            raise Refused("Bedrock's models give one answer at a time: n must be 1.", 400, param="n", code="unsupported_value")
        told: dict[str, Any] = {
            "messages": [{"role": turn.role, "content": [_block(part) for part in turn.parts]} for turn in chat.turns]
        }
        shape, schema, name = c.schema_of(body)
        system = [*chat.system, c.JSON_ONLY] if shape == "object" else chat.system
        if system:
            told["system"] = [{"text": text} for text in system if text]
        limits: dict[str, Any] = {
            "maxTokens": c.limit(body),
            "temperature": c.number(body, "temperature"),
            "topP": c.number(body, "top_p"),
            "stopSequences": c.stops(body) or None,
        }
        if limits := {key: value for key, value in limits.items() if value is not None}:
            told["inferenceConfig"] = limits
        if chat.tools and chat.tool_choice != "none":
            told["toolConfig"] = {"tools": [_tool(tool) for tool in chat.tools], "toolChoice": _choice(chat.tool_choice)}
        if shape == "schema":
            described = {"name": name, "schema": orjson.dumps(schema).decode()}
            told["outputConfig"] = {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": described}}}
        if extra := self.provider.settings.get("extra"):
            told["additionalModelRequestFields"] = extra
        return f"/model/{quote(out.model, safe='')}/" + ("converse-stream" if out.stream else "converse"), told

    # ── back ──────────────────────────────────────────────────

    def answered(self, out: Outgoing, value: dict[str, Any]) -> dict[str, Any]:
        message = Message(finish=FINISHES.get(str(value.get("stopReason")), "stop"))
        for block in value["output"]["message"]["content"]:
            if "text" in block:
                message.text += block["text"]
            elif "toolUse" in block:
                call = block["toolUse"]
                message.call(call["toolUseId"], call["name"], orjson.dumps(call.get("input") or {}).decode())
            elif "reasoningContent" in block:
                message.reasoning += (block["reasoningContent"].get("reasoningText") or {}).get("text") or ""
                message.thinking_blocks.append(block)
        return completion(out.model, [message], _tokens(value.get("usage")))

    async def events(self, out: Outgoing, reply: HttpReply, *, tells_usage: bool) -> AsyncIterator[bytes]:
        chunks = Chunks(out.model)
        places: dict[int, int] = {}
        used: dict[str, Any] = {}
        finish: Finish | None = None
        async for kind, value in frames(reply):
            match kind:
                case "messageStart":
                    yield chunks.delta({})
                case "contentBlockStart":
                    if call := (value.get("start") or {}).get("toolUse"):
                        place = places[value["contentBlockIndex"]] = len(places)
                        yield chunks.tool(place, id=call["toolUseId"], name=call["name"])
                case "contentBlockDelta":
                    delta = value["delta"]
                    if "text" in delta:
                        yield chunks.text(delta["text"])
                    elif "toolUse" in delta:
                        yield chunks.tool(places[value["contentBlockIndex"]], arguments=delta["toolUse"]["input"])
                    elif thought := (delta.get("reasoningContent") or {}).get("text"):
                        yield chunks.reasoning(thought)
                case "messageStop":
                    finish = FINISHES.get(str(value.get("stopReason")), "stop")
                case "metadata":
                    used = value.get("usage") or {}
                case _:
                    pass
        if finish is None:
            raise Broken("ended its answer too early", "cut")
        yield chunks.finish(finish)
        yield chunks.end(_tokens(used), tells_usage=tells_usage)

    def refused(self, status: int, value: Any) -> tuple[int, dict[str, Any]]:
        status, shape = super().refused(status, value)
        message = shape["error"]["message"]
        if status == 403 and ("token" in message or "credentials" in message or "signature" in message.lower()):
            return 401, error_shape(message, 401, code="invalid_api_key")
        return status, shape


async def frames(reply: HttpReply) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """The messages of a stream of `application/vnd.amazon.eventstream` with their kinds. Raises `Broken`."""
    held = b""
    while True:
        held += reply.take()
        while len(held) >= PRELUDE_BYTES:
            total, headers_length, check = struct.unpack_from("!III", held)
            if zlib.crc32(held[:8]) != check or not PRELUDE_BYTES + 4 + headers_length <= total <= FRAME_BYTES_MAX:
                raise Broken("sent a message that is damaged", "protocol")
            if len(held) < total:
                break
            frame, held = held[:total], held[total:]
            if zlib.crc32(frame[:-4]) != struct.unpack_from("!I", frame, total - 4)[0]:
                raise Broken("sent a message that is damaged", "protocol")
            headers = _headers(frame[PRELUDE_BYTES : PRELUDE_BYTES + headers_length])
            payload: dict[str, Any] = orjson.loads(frame[PRELUDE_BYTES + headers_length : -4] or b"{}")
            if headers.get(":message-type") != "event":
                reason = headers.get(":exception-type") or headers.get(":error-code") or "an error"
                raise Broken(
                    f"broke off with {reason}: {payload.get('message') or headers.get(':error-message') or ''}", "upstream"
                )
            yield headers.get(":event-type", ""), payload
        if reply.done:
            if held:
                raise Broken("ended in the middle of a message", "cut")
            return
        await reply.more()


def _headers(data: bytes) -> dict[str, str]:
    told: dict[str, str] = {}
    at = 0
    while at < len(data):
        length = data[at]
        name = data[at + 1 : at + 1 + length].decode()
        at += 1 + length
        if data[at] != STRING:
            raise Broken("sent a header of a kind that is not known", "protocol")
        (size,) = struct.unpack_from("!H", data, at + 1)
        told[name] = data[at + 3 : at + 3 + size].decode()
        at += 3 + size
    return told


def _tokens(used: Any) -> Tokens:
    told: dict[str, Any] = used if isinstance(used, dict) else {}
    plain, read, written, output = (
        int(told.get(key) or 0) for key in ("inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens", "outputTokens")
    )
    return Tokens(input=plain + read + written, cached=read, cache_write=written, output=output)


def _block(part: c.Part) -> dict[str, Any]:
    match part:
        case c.Text():
            return {"text": part.text}
        case c.Media():
            if not part.base64:
                raise Refused(
                    "Bedrock takes pictures and documents as data URLs only.", 400, param="messages", code="unsupported_value"
                )
            family, _, form = part.type.partition("/")
            if family == "image":
                return {"image": {"format": form, "source": {"bytes": part.base64}}}
            if part.type == "application/pdf":
                return {"document": {"format": "pdf", "name": "document", "source": {"bytes": part.base64}}}
            raise Refused(
                f"Bedrock's models take pictures and PDFs, not {part.type}.", 400, param="messages", code="unsupported_value"
            )
        case c.ToolCall():
            return {"toolUse": {"toolUseId": part.id, "name": part.name, "input": part.arguments}}
        case c.ToolResult():
            return {"toolResult": {"toolUseId": part.id, "content": [_block(one) for one in part.parts] or [{"text": ""}]}}
        case c.Thought():
            return part.block


def _tool(tool: c.Tool) -> dict[str, Any]:
    told: dict[str, Any] = {"name": tool.name, "inputSchema": {"json": tool.schema}}
    return {"toolSpec": {**told, "description": tool.description} if tool.description else told}


def _choice(choice: str) -> dict[str, Any]:
    if choice.startswith("name:"):
        return {"tool": {"name": choice.removeprefix("name:")}}
    return {"any": {}} if choice == "required" else {"auto": {}}
