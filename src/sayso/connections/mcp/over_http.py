"""Streamable HTTP: each message is a POST of its own; the answer is JSON, or a stream of events that ends with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import orjson

from sayso.connections import http
from sayso.connections.delivered import NotAnswered, NotDelivered
from sayso.connections.mcp.header import coded
from sayso.connections.mcp.messages import MODERN, Message, notification, request, result
from sayso.connections.opened import Opened

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

ANSWER_BYTES_MAX = 8 * 2**20
SECONDS_MAX = 60
EVENTS_MAX = 5_000
"""Before the answer: progress, and what servers have to say besides."""
SESSION_CHARACTERS_MAX = 500
NAMED_BY = {"tools/call": "name"}


class OverHttp:
    """One conversation with a server. `session` is the server's, of the revisions that have such a thing."""

    def __init__(self, connections: Connections, opened: Opened, key: str = "") -> None:
        self._connections, self._opened, self._key = connections, opened, key
        self.who = opened.name
        self.modern = True
        self.version = MODERN
        self._session = ""
        self._id = 0

    async def ask(self, method: str, params: Message, headers: list[tuple[str, str]] | None = None) -> Message:
        """Raises `Answered`, `NotDelivered`."""
        self._id += 1
        message = request(method, params, modern=self.modern, id=self._id)
        said = [*self._headers(method, params), *(headers or [])]
        try:
            async with asyncio.timeout(SECONDS_MAX):
                return await self._asked(message, said, method)
        except TimeoutError:
            raise NotAnswered(f"{self.who} was not done within {SECONDS_MAX} seconds.", "timeout") from None

    async def tell(self, method: str) -> None:
        await self._whole("POST", notification(method), self._headers(method, {}))

    async def close(self) -> None:
        """Gives the session back; whether the server heard it does not matter any more."""
        if self._session:
            try:
                await self._whole("DELETE", None, self._headers("", {}), seconds_max=5)
            except NotDelivered:
                return

    def _headers(self, method: str, params: Message) -> list[tuple[str, str]]:
        said = [("Accept", "application/json, text/event-stream"), ("Content-Type", "application/json")]
        if self.modern:
            said += [("MCP-Protocol-Version", MODERN), ("Mcp-Method", method)]
            if method in NAMED_BY:
                said.append(("Mcp-Name", coded(str(params[NAMED_BY[method]]))))
        elif method != "initialize":
            said.append(("MCP-Protocol-Version", self.version))
        return [*said, ("Mcp-Session-Id", self._session)] if self._session else said

    async def _asked(self, message: Message, headers: list[tuple[str, str]], method: str) -> Message:
        asked = http.Asked("POST", self._opened.text("address"), headers, orjson.dumps(message), self._key)
        streaming = http.streamed(
            self._connections, asked, opened=self._opened, bytes_max=ANSWER_BYTES_MAX, seconds_max=SECONDS_MAX
        )
        async with streaming as answer:
            if method == "initialize":
                self._session = answer.header("mcp-session-id")[:SESSION_CHARACTERS_MAX]
            kind = answer.header("content-type").partition(";")[0].strip().lower()
            if kind == "text/event-stream" and answer.status < 400:
                heard = 0
                async for data in _events(aiter(answer)):
                    if (heard := heard + 1) > EVENTS_MAX:
                        raise NotAnswered(f"{self.who} goes on telling without ever answering.", "large", again=False)
                    if (
                        value := result(self.who, _json(self._opened.masked_bytes(data, *answer.tokens)), message["id"])
                    ) is not None:
                        return value
                raise NotAnswered(f"{self.who} ended its answer before it was there.", "cut")
            whole = b"".join([part async for part in answer])
            body = self._opened.masked_bytes(whole, *answer.tokens)  # echoes of it would be kept with the run
            told = _json(body) if kind == "application/json" else None
            speaks = isinstance(told, dict) and ("result" in told or "error" in told) and answer.status not in (401, 403)
            if speaks and (value := result(self.who, told, message["id"])) is not None:
                return value
            failure = http.Answered(answer.status, answer.headers, body, answer.url).failure(self.who)
            raise failure or NotDelivered(f"{self.who} did not answer as an MCP server does.", detail=f"{answer.status} {kind}")

    async def _whole(
        self, verb: str, message: Message | None, headers: list[tuple[str, str]], seconds_max: float = SECONDS_MAX
    ) -> None:
        body = orjson.dumps(message) if message is not None else b""
        asked = http.Asked(verb, self._opened.text("address"), headers, body)
        answered = await http.ask(self._connections, asked, opened=self._opened, bytes_max=2**16, seconds_max=seconds_max)
        if failure := answered.failure(self.who):
            raise failure


async def _events(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The data of each event (WHATWG, Server-sent events)."""
    rest, data = b"", list[bytes]()
    async for part in parts:
        *lines, rest = (rest + part).replace(b"\r\n", b"\n").split(b"\n")
        for line in lines:
            line = line.rstrip(b"\r")
            if line.startswith(b"data:"):
                data.append(line[5:].removeprefix(b" "))
            elif not line and data:
                yield b"\n".join(data)
                data = []
    if data:
        yield b"\n".join(data)


def _json(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
