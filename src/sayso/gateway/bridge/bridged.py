"""An adapter that is asked for what its upstream does not speak: it asks for what it does, and says the answer again."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import msgspec
import orjson

from sayso.gateway.bridge import asked_as_chat, asked_as_response, response
from sayso.gateway.providers.openai import rest
from sayso.gateway.providers.provider import Adapter, Outgoing, Provider
from sayso.gateway.providers.translated import Translated, server_sent
from sayso.gateway.refusals import not_json
from sayso.gateway.reply import JSON, AnyReply, Events, Whole, event
from sayso.gateway.upstream import Broken

T = TypeVar("T")
NATIVE = frozenset({"openai", "azure"})
"""Kinds that are known to serve responses. Others are asked once, and remembered when they answer that there is no such address."""
NOT_THERE = frozenset((404, 405, 501))
RESPONSES_ONLY = re.compile(r"(?:^|[-/])(?:pro|codex|deep-research|computer-use)(?:-|$)")
"""OpenAI's models that take no chat, by name, as of November 2026."""
TOOLS_WITH_EFFORT_ONLY = re.compile(r"gpt-(?:5\.[6-9]|[6-9])")
"""Those that refuse tools together with `reasoning_effort` in a chat."""


class Bridged:
    """Settings of a provider: `responses` (true or false) says what cannot be known."""

    def __init__(self, inner: Adapter, has_responses: Callable[[str], bool | None], has_chat: Callable[[Outgoing], bool]) -> None:
        self.inner = inner
        self._has_responses, self._has_chat = has_responses, has_chat
        self._without: set[str] = set()
        """Models for which the upstream has no /responses."""

    @classmethod
    def provider(cls, inner: Adapter, provider: Provider) -> "Bridged":
        told = provider.settings.get("responses")
        native = False if isinstance(inner, Translated) else True if provider.kind in NATIVE else None
        has = native if told is None else bool(told)
        chats = provider.kind not in NATIVE

        def has_chat(out: Outgoing) -> bool:
            return chats or not _takes_responses_only(out)

        return cls(inner, lambda model: has, has_chat)

    async def models(self) -> list[dict[str, Any]]:
        return await self.inner.models()

    async def send(self, out: Outgoing) -> AnyReply:
        if out.endpoint == "responses":
            has = False if out.model in self._without else self._has_responses(out.model)
            if has is None:
                return await self._tried(out)
            if not has:
                return await self._as_chat(out)
        elif out.endpoint == "chat/completions" and not self._has_chat(out):
            return await self._as_response(out)
        return await self.inner.send(out)

    async def _tried(self, out: Outgoing) -> AnyReply:
        reply = await self.inner.send(out)
        if reply.status not in NOT_THERE:
            return reply
        await reply.close()
        answer = await self._as_chat(out)
        if answer.status < 400:
            self._without.add(out.model)
        return answer

    async def _as_chat(self, out: Outgoing) -> AnyReply:
        body = _body(out)
        asked = orjson.dumps(asked_as_chat.asked(body))
        reply = await self.inner.send(_instead(out, "chat/completions", asked))
        if reply.status >= 400:
            return reply
        if out.stream:
            return Events(_said(response.events(body, _values(reply)), reply), reply.headers)
        return await _whole(reply, lambda chat: response.whole(body, chat))

    async def _as_response(self, out: Outgoing) -> AnyReply:
        body = _body(out)
        asked = orjson.dumps(asked_as_response.asked(body))
        reply = await self.inner.send(_instead(out, "responses", asked))
        if reply.status >= 400:
            return reply
        if out.stream:
            options = body.get("stream_options")
            tells = bool(options.get("include_usage")) if isinstance(options, dict) else False
            return Events(_closed(asked_as_response.chunks(out.model, _values(reply), tells_usage=tells), reply), reply.headers)
        return await _whole(reply, asked_as_response.answered)


def _takes_responses_only(out: Outgoing) -> bool:
    if RESPONSES_ONLY.search(out.model):
        return True
    with_tools = b'"reasoning_effort"' in out.body and b'"tools"' in out.body and TOOLS_WITH_EFFORT_ONLY.match(out.model)
    return bool(with_tools) and _body(out).get("reasoning_effort") not in (None, "none")


def _body(out: Outgoing) -> dict[str, Any]:
    try:
        body = orjson.loads(out.body)
    except orjson.JSONDecodeError as error:
        raise not_json(str(error)) from None
    if not isinstance(body, dict):
        raise not_json("it is not an object")
    return body


def _instead(out: Outgoing, endpoint: str, body: bytes) -> Outgoing:
    return Outgoing(endpoint, out.model, body, out.caller, out.stream, JSON, out.verb, out.query)


async def _whole(reply: AnyReply, said: Callable[[dict[str, Any]], dict[str, Any]]) -> Whole:
    try:
        value = orjson.loads(await rest(reply))
        told = msgspec.json.encode(said(value))
    except (orjson.JSONDecodeError, AttributeError, TypeError, KeyError):
        raise Broken("did not answer as it should", "protocol") from None
    finally:
        await reply.close()
    return Whole(told, reply.status, JSON, list(reply.headers))


async def _values(reply: AnyReply) -> AsyncIterator[dict[str, Any]]:
    async for _, value in server_sent(reply):
        if isinstance(error := value.get("error"), dict) and "choices" not in value and "response" not in value:
            raise Broken(f"broke off: {error.get('message') or 'it did not say why'}", "upstream")
        yield value


async def _said(events: AsyncIterator[dict[str, Any]], reply: AnyReply) -> AsyncIterator[bytes]:
    async for one in _closed(events, reply):
        yield event(one, one["type"])


async def _closed(events: AsyncIterator[T], reply: AnyReply) -> AsyncIterator[T]:
    try:
        async for one in events:
            yield one
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise Broken(f"sent an event that makes no sense ({type(error).__name__}: {error})", "protocol") from None
    finally:
        await reply.close()
