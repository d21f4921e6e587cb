"""Google's Gemini API (`generateContent`, v1beta), as it is published at ai.google.dev in November 2026."""

import base64
import struct
from collections.abc import AsyncIterator
from secrets import token_hex
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

FINISHES: dict[str, Finish] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "LANGUAGE": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "IMAGE_SAFETY": "content_filter",
}
BUDGETS = {"none": 0, "minimal": 512, "low": 1024, "medium": 8192, "high": 24_576, "xhigh": 24_576, "max": 24_576}
"""Tokens of thinking by `reasoning_effort`, for the 2.5 family; later ones take a level."""
LEVELS = {
    "none": "minimal",
    "minimal": "minimal",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "high",
    "max": "high",
}
INPUTS_MAX = 2048
CHARACTERS_A_TOKEN = 4


class Gemini(Translated):
    """Settings beside the usual: `safety` (Google's own `safetySettings`, passed on as they are)."""

    serves = ("chat/completions", "embeddings")

    def headers(self) -> list[tuple[bytes, bytes]]:
        return self.as_headers({"User-Agent": "sayso", "Accept-Encoding": "identity", "x-goog-api-key": self.provider.secret})

    async def models(self) -> list[dict[str, Any]]:
        reply = await self._sent(self._line("GET", "/models?pageSize=1000") + b"\r\n", None, LIST_LIMITS)
        try:
            body = await rest(reply)
            if reply.status != 200:
                raise Refused(message_of(body) or f"it answered {reply.status}", reply.status, upstream=self.provider.name)
            found = orjson.loads(body)["models"]
            return [
                {
                    "id": one["name"].removeprefix("models/"),
                    "object": "model",
                    "owned_by": "google",
                    "name": one.get("displayName"),
                }
                for one in found
            ]
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            raise Refused("it did not answer with a list of models", 502, upstream=self.provider.name) from None
        finally:
            await reply.close()

    # ── out ───────────────────────────────────────────────────

    async def asked(self, out: Outgoing, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        model = out.model.removeprefix("models/")
        if not model or "/" in model or ":" in model:
            raise Refused("The name of the model is not one.", 400, param="model", code="invalid_value")
        if out.endpoint == "embeddings":
            return f"/models/{model}:batchEmbedContents", _texts(model, body)
        chat = c.read(body)
        told: dict[str, Any] = {"contents": [_content(turn) for turn in chat.turns], "generationConfig": _config(model, body)}
        if chat.system:
            told["systemInstruction"] = {"parts": [{"text": text} for text in chat.system]}
        if chat.tools:
            told["tools"] = [{"functionDeclarations": [_function(tool) for tool in chat.tools]}]
            told["toolConfig"] = {"functionCallingConfig": _choice(chat.tool_choice)}
        if safety := self.provider.settings.get("safety"):
            told["safetySettings"] = safety
        verb = "streamGenerateContent?alt=sse" if out.stream else "generateContent"
        return f"/models/{model}:{verb}", told

    # ── back ──────────────────────────────────────────────────

    def answered(self, out: Outgoing, value: dict[str, Any]) -> dict[str, Any]:
        if out.endpoint == "embeddings":
            return _vectors(out, value)
        messages = [_message(candidate) for candidate in value.get("candidates") or []]
        if not messages:
            reason = (value.get("promptFeedback") or {}).get("blockReason") or "no reason given"
            messages = [Message(refusal=f"The request was blocked ({reason}).", finish="content_filter")]
        id = "chatcmpl-" + str(value.get("responseId") or token_hex(12))
        return completion(value.get("modelVersion") or out.model, messages, _tokens(value.get("usageMetadata")), id)

    async def events(self, out: Outgoing, reply: HttpReply, *, tells_usage: bool) -> AsyncIterator[bytes]:
        chunks = Chunks(out.model)
        used: dict[str, Any] = {}
        called: dict[int, int] = {}
        finishes: dict[int, Finish] = {}
        async for _, value in server_sent(reply):
            if "error" in value:
                raise Broken(f"broke off: {message_of(orjson.dumps(value)) or 'it did not say why'}", "upstream")
            chunks.model = value.get("modelVersion") or chunks.model
            used |= value.get("usageMetadata") or {}
            if blocked := (value.get("promptFeedback") or {}).get("blockReason"):
                yield chunks.delta({"refusal": f"The request was blocked ({blocked})."})
                finishes[0] = "content_filter"
            for candidate in value.get("candidates") or []:
                index = candidate.get("index") or 0
                for part in (candidate.get("content") or {}).get("parts") or []:
                    if "functionCall" in part:
                        place = called[index] = called.get(index, -1) + 1
                        id, name, arguments, more = _called(part)
                        yield chunks.tool(place, id=id, name=name, arguments=arguments, index=index, more=more)
                    elif part.get("text"):
                        say = chunks.reasoning if part.get("thought") else chunks.text
                        yield say(part["text"], index)
                if reason := candidate.get("finishReason"):
                    finishes[index] = "tool_calls" if index in called and reason == "STOP" else FINISHES.get(reason, "stop")
        if not finishes:
            raise Broken("ended its answer too early", "cut")
        for index, finish in finishes.items():
            yield chunks.finish(finish, index)
        yield chunks.end(_tokens(used), tells_usage=tells_usage)

    def refused(self, status: int, value: Any) -> tuple[int, dict[str, Any]]:
        if isinstance(value, list) and value:
            value = value[0]
        status, shape = super().refused(status, value)
        message = shape["error"]["message"]
        if status == 400 and "API key not valid" in message:
            return 401, error_shape(message, 401, code="invalid_api_key")
        if status == 400 and "token count" in message and "exceed" in message:
            shape = error_shape(message, 400, code="context_length_exceeded", param="messages")
        return status, shape


def _config(model: str, body: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, ours in (
        ("temperature", "temperature"),
        ("topP", "top_p"),
        ("topK", "top_k"),
        ("seed", "seed"),
        ("presencePenalty", "presence_penalty"),
        ("frequencyPenalty", "frequency_penalty"),
        ("candidateCount", "n"),
    ):
        if (value := c.number(body, ours)) is not None and (name, value) != ("candidateCount", 1):
            told[name] = value
    if limit := c.limit(body):
        told["maxOutputTokens"] = limit
    if stop := c.stops(body):
        told["stopSequences"] = stop
    shape, schema, _ = c.schema_of(body)
    if shape != "text":
        told["responseMimeType"] = "application/json"
    if shape == "schema":
        told["responseJsonSchema"] = schema
    if body.get("reasoning_effort") is not None:
        effort = c.one_of(body, "reasoning_effort", LEVELS)
        thinking = {"thinkingBudget": BUDGETS[effort]} if "-2.5" in model else {"thinkingLevel": LEVELS[effort]}
        told["thinkingConfig"] = {**thinking, "includeThoughts": effort != "none"}
    return told


def _content(turn: c.Turn) -> dict[str, Any]:
    parts = [told for part in turn.parts if (told := _part(part))]
    return {"role": "model" if turn.role == "assistant" else "user", "parts": parts}


def _part(part: c.Part) -> dict[str, Any] | None:
    match part:
        case c.Text():
            return {"text": part.text}
        case c.Media():
            if part.base64:
                return {"inlineData": {"mimeType": part.type, "data": part.base64}}
            return {"fileData": {"mimeType": part.type, "fileUri": part.url}}
        case c.ToolCall():
            call: dict[str, Any] = {"functionCall": {"name": part.name, "args": part.arguments}}
            return {**call, "thoughtSignature": part.signature} if part.signature else call
        case c.ToolResult():
            try:
                value: Any = orjson.loads(part.text)
            except orjson.JSONDecodeError:
                value = part.text
            return {"functionResponse": {"name": part.name, "response": value if isinstance(value, dict) else {"result": value}}}
        case c.Thought():
            return None


def _function(tool: c.Tool) -> dict[str, Any]:
    told: dict[str, Any] = {"name": tool.name, "parametersJsonSchema": tool.schema}
    return {**told, "description": tool.description} if tool.description else told


def _choice(choice: str) -> dict[str, Any]:
    if choice.startswith("name:"):
        return {"mode": "ANY", "allowedFunctionNames": [choice.removeprefix("name:")]}
    return {"mode": {"auto": "AUTO", "none": "NONE", "required": "ANY"}[choice]}


def _called(part: dict[str, Any]) -> tuple[str, str, str, dict[str, Any] | None]:
    call = part["functionCall"]
    signature = part.get("thoughtSignature")
    more = {"extra_content": {"google": {"thought_signature": signature}}} if signature else None
    return call.get("id") or "call_" + token_hex(8), call["name"], orjson.dumps(call.get("args") or {}).decode(), more


def _message(candidate: dict[str, Any]) -> Message:
    message = Message(finish=FINISHES.get(str(candidate.get("finishReason")), "stop"))
    for part in (candidate.get("content") or {}).get("parts") or []:
        if "functionCall" in part:
            id, name, arguments, more = _called(part)
            message.call(id, name, arguments, more)
        elif part.get("thought"):
            message.reasoning += part.get("text") or ""
        else:
            message.text += part.get("text") or ""
    if message.calls and message.finish == "stop":
        message.finish = "tool_calls"
    return message


def _tokens(used: Any) -> Tokens:
    """Google counts thoughts beside the answer, and what tools gave beside the prompt; we count them with it."""
    told: dict[str, Any] = used if isinstance(used, dict) else {}
    prompt, tools, said, thought, cached = (
        int(told.get(key) or 0)
        for key in (
            "promptTokenCount",
            "toolUsePromptTokenCount",
            "candidatesTokenCount",
            "thoughtsTokenCount",
            "cachedContentTokenCount",
        )
    )
    into, out = _by_kind(told.get("promptTokensDetails")), _by_kind(told.get("candidatesTokensDetails"))
    return Tokens(
        input=prompt + tools,
        cached=min(cached, prompt),
        input_image=into.get("IMAGE", 0),
        input_audio=into.get("AUDIO", 0),
        output=said + thought,
        reasoning=thought,
        output_image=out.get("IMAGE", 0),
        output_audio=out.get("AUDIO", 0),
    )


def _by_kind(details: Any) -> dict[str, int]:
    return {str(one.get("modality")): int(one.get("tokenCount") or 0) for one in details or [] if isinstance(one, dict)}


def _texts(model: str, body: dict[str, Any]) -> dict[str, Any]:
    given = body.get("input")
    texts = [given] if isinstance(given, str) else given
    if (
        not isinstance(texts, list)
        or not texts
        or len(texts) > INPUTS_MAX
        or not all(isinstance(one, str) and one for one in texts)
    ):
        raise Refused(f"'input' must be a text or a list of 1 to {INPUTS_MAX} texts.", 400, param="input", code="invalid_value")
    sized = {"outputDimensionality": body["dimensions"]} if isinstance(body.get("dimensions"), int) else {}
    return {"requests": [{"model": "models/" + model, "content": {"parts": [{"text": one}]}, **sized} for one in texts]}


def _vectors(out: Outgoing, value: dict[str, Any]) -> dict[str, Any]:
    """Google does not count what it embeds: where it tells nothing, the usual estimate stands."""
    asked = orjson.loads(out.body)
    packed = asked.get("encoding_format") == "base64"
    vectors = [one["values"] for one in value["embeddings"]]
    rows = [
        {"object": "embedding", "index": n, "embedding": _packed(vector) if packed else vector}
        for n, vector in enumerate(vectors)
    ]
    texts = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
    used = int((value.get("usageMetadata") or {}).get("promptTokenCount") or 0)
    used = used or max(1, sum(map(len, texts)) // CHARACTERS_A_TOKEN)
    return {"object": "list", "data": rows, "model": out.model, "usage": {"prompt_tokens": used, "total_tokens": used}}


def _packed(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
