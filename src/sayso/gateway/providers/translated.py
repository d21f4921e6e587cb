"""What adapters of other languages have in common: a chat goes out in the upstream's own words, and comes back in OpenAI's."""

from collections.abc import AsyncIterator
from typing import Any

import orjson

from sayso.gateway.providers.openai import OpenAI, message_of, rest
from sayso.gateway.providers.provider import Outgoing
from sayso.gateway.refusals import Header, Refused, error_shape, not_json
from sayso.gateway.reply import JSON, AnyReply, Events, HttpReply, Whole
from sayso.gateway.upstream import Broken

ERROR_BYTES_MAX = 2**20
EVENT_BYTES_MAX = 2**25


class Translated(OpenAI):
    """A kind whose upstream speaks a language of its own. What is to be written for it: `asked`, `answered`, `events`."""

    serves: tuple[str, ...] = ("chat/completions",)

    async def asked(self, out: Outgoing, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The path under the base URL, and the body in the upstream's language. Raises `Refused` for what it cannot say."""
        raise NotImplementedError

    def answered(self, out: Outgoing, value: dict[str, Any]) -> dict[str, Any]:
        """The upstream's whole answer in OpenAI's shape."""
        raise NotImplementedError

    def events(self, out: Outgoing, reply: HttpReply, *, tells_usage: bool) -> AsyncIterator[bytes]:
        """The upstream's stream as OpenAI's chunks."""
        raise NotImplementedError

    def refused(self, status: int, value: Any) -> tuple[int, dict[str, Any]]:
        """The upstream's error as OpenAI's, with its status."""
        error = value.get("error") if isinstance(value, dict) else None
        kind = error.get("type") or error.get("status") if isinstance(error, dict) else None
        message = message_of(orjson.dumps(value)) if value is not None else None
        kind = kind if isinstance(kind, str) else None
        return status, error_shape(message or f"it answered {status}", status, code=kind.lower() if kind else None)

    async def send(self, out: Outgoing) -> AnyReply:  # pyright: ignore[reportIncompatibleMethodOverride]  (bytes are ours here)
        if out.endpoint not in self.serves:
            raise Refused(
                f"{self.provider.name} does not serve /v1/{out.endpoint}; it serves {', '.join(self.serves)}.",
                400,
                param="model",
                code="unsupported_endpoint",
            )
        try:
            body: Any = orjson.loads(out.body)
        except orjson.JSONDecodeError as error:
            raise not_json(str(error)) from None
        path, told = await self.asked(out, body)
        data = orjson.dumps(told)
        reply = await self._sent(self.head(path, data), data, self.limits)
        try:
            if reply.status >= 400:
                return await self._error(reply)
            if out.stream:
                options = body.get("stream_options")
                tells = bool(options.get("include_usage")) if isinstance(options, dict) else False
                return Events(_closing(self.events(out, reply, tells_usage=tells), reply), _identity(reply))
            value = _object(await rest(reply))
        except BaseException:
            await reply.close()
            raise
        await reply.close()
        return Whole(orjson.dumps(self.answered(out, value)), reply.status, JSON, _identity(reply))

    def head(self, path: str, data: bytes) -> bytes:
        """Everything before the number of bytes. `data` is there for those who sign it."""
        return self._line("POST", path) + b"Content-Type: application/json\r\nContent-Length: "

    async def _error(self, reply: HttpReply) -> Whole:
        body = (await rest(reply))[:ERROR_BYTES_MAX]
        await reply.close()
        try:
            value: Any = orjson.loads(body)
        except orjson.JSONDecodeError:
            value = {"error": {"message": body[:300].decode("utf-8", "replace")}}
        status, shape = self.refused(reply.status, value)
        return Whole(orjson.dumps(shape), status, JSON, [*reply.headers])


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise Broken("did not answer in JSON", "protocol")
    return value


def _identity(reply: HttpReply) -> list[Header]:
    return [pair for pair in reply.headers if pair[0] == b"x-request-id"]


async def _closing(events: AsyncIterator[bytes], reply: HttpReply) -> AsyncIterator[bytes]:
    """Whatever ends the stream, its connection is given back. What makes no sense in it is the upstream's fault, not ours."""
    try:
        async for one in events:
            yield one
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise Broken(f"sent an event that makes no sense ({type(error).__name__}: {error})", "protocol") from None
    finally:
        await reply.close()


async def server_sent(reply: AnyReply) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """The events of a stream with their names. Raises `Broken` for what is no event."""
    held = b""
    while True:
        held += reply.take().replace(b"\r\n", b"\n")
        *whole, held = held.split(b"\n\n")
        for block in whole:
            name, data = "", b""
            for line in block.split(b"\n"):
                if line.startswith(b"event:"):
                    name = line[6:].strip().decode("utf-8", "replace")
                elif line.startswith(b"data:"):
                    data += line[5:].strip()
            if data and data != b"[DONE]":
                yield name, _object(data)
        if len(held) > EVENT_BYTES_MAX:
            raise Broken("sent an event without end", "large")
        if reply.done:
            if held.strip():
                raise Broken("ended in the middle of an event", "cut")
            return
        await reply.more()
