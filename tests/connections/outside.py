"""The world outside, on loopback: a server that answers HTTP as it is told and remembers what it heard."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sayso.connections.egress import Door, networks

LOOPBACK = Door(networks("127.0.0.0/8, ::1"))
"""Lets through what the tests listen on, and nothing else that is not public."""


@dataclass(frozen=True)
class Heard:
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for n, value in self.headers if n == name.lower()), "")

    @property
    def all(self) -> str:
        """Everything that was said, for looking whether something was not."""
        return repr((self.method, self.target, self.headers, self.body))


def answer(status: int = 200, body: bytes | str = b"", *, headers: dict[str, str] | None = None) -> bytes:
    body = body.encode() if isinstance(body, str) else body
    told = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items() if value)
    return f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + body


Says = bytes | Callable[[Heard], bytes | None]


@dataclass
class Outside:
    """`says` are the answers, by target or in turn; a target's own is given again and again. None closes without an answer."""

    port: int = 0
    says: list[Says] = field(default_factory=list)
    at: dict[str, Says] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    came: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.came += 1
        try:
            if (heard := await _heard(reader)) is not None:
                self.heard.append(heard)
                says = self.at.get(heard.target.partition("?")[0]) or (self.says.pop(0) if self.says else answer(200, b"{}"))
                said = says(heard) if callable(says) else says
                if said is not None:
                    writer.write(said)
                    await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def _heard(reader: asyncio.StreamReader) -> Heard | None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ", 2)
    headers = tuple((n.strip().lower(), v.strip()) for n, _, v in (line.partition(":") for line in head[1:] if line))
    length = next((int(v) for n, v in headers if n == "content-length"), 0)
    return Heard(method, target, headers, await reader.readexactly(length) if length else b"")


@asynccontextmanager
async def outside() -> AsyncIterator[Outside]:
    there = Outside()
    async with await asyncio.start_server(there.serve, "127.0.0.1", 0, limit=2**22) as server:
        there.port = server.sockets[0].getsockname()[1]
        yield there
