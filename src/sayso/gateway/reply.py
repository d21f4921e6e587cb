"""What an upstream, or a model that lives here, answers: always in OpenAI's shapes, as bytes."""

from collections.abc import AsyncIterator
from typing import Any

import orjson

from sayso.gateway.refusals import Header
from sayso.gateway.upstream import Connection, Pools, Target

JSON = b"application/json"
EVENTS = b"text/event-stream; charset=utf-8"
DONE = b"data: [DONE]\n\n"


class Reply:
    """An answer under way. `done` tells that all of it is in what `take` gives now; until then `more` waits for the next part.

    `more` raises `Broken` when there will be none. Whoever got a reply closes it, in whatever state it is.
    """

    __slots__ = ("content_type", "done", "headers", "status")

    status: int
    content_type: bytes
    headers: list[Header]
    done: bool

    def take(self) -> bytes:
        raise NotImplementedError

    async def more(self) -> None:
        raise NotImplementedError

    async def close(self) -> None: ...


class HttpReply:
    """The answer on a connection, as it comes. Answers to the same names as `Reply`."""

    __slots__ = ("_connection", "_pools", "_target", "content_type", "headers", "more", "status", "take")

    def __init__(self, connection: Connection, pools: Pools, target: Target) -> None:
        self._connection, self._pools, self._target = connection, pools, target
        self.status = connection.status
        self.content_type = connection.content_type
        self.headers = connection.headers
        self.take = connection.take
        self.more = connection.more

    @property
    def done(self) -> bool:
        return self._connection.done

    async def close(self) -> None:
        self._pools.give_back(self._target, self._connection)


class Whole(Reply):
    """An answer that is there already."""

    __slots__ = ("_body",)

    def __init__(self, body: bytes, status: int = 200, content_type: bytes = JSON, headers: list[Header] | None = None) -> None:
        self.status, self.content_type, self.headers, self.done, self._body = status, content_type, headers or [], True, body

    @classmethod
    def json(cls, value: Any, status: int = 200) -> "Whole":
        return cls(orjson.dumps(value), status)

    def take(self) -> bytes:
        body, self._body = self._body, b""
        return body

    async def more(self) -> None: ...


class Events(Reply):
    """A stream of events. `of` gives each one's bytes, `data: {…}\\n\\n`; see `event`."""

    __slots__ = ("_next", "_of")

    def __init__(self, of: AsyncIterator[bytes], headers: list[Header] | None = None, content_type: bytes = EVENTS) -> None:
        self.status, self.content_type, self.headers, self.done = 200, content_type, headers or [], False
        self._of, self._next = of, b""

    def take(self) -> bytes:
        taken, self._next = self._next, b""
        return taken

    async def more(self) -> None:
        try:
            self._next = await anext(self._of)
        except StopAsyncIteration:
            self.done = True

    async def close(self) -> None:
        if (aclose := getattr(self._of, "aclose", None)) is not None:
            await aclose()


AnyReply = Reply | HttpReply


def event(value: Any, name: str | None = None) -> bytes:
    """One server-sent event. Responses and images name theirs; chat completions do not."""
    head = b"event: %s\n" % name.encode() if name else b""
    return b"%sdata: %s\n\n" % (head, orjson.dumps(value))
