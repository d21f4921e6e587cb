"""The world outside of a bench: a mail server, an HTTP server that stands in for everything with an address, and a port to a database.

Whatever asks is held until `let_go` is set, and counted by what it names itself.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller

ANSWER = {"id": "c", "object": "chat.completion", "created": 1, "model": "stub", "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}  # fmt: skip
SAID = {
    **ANSWER,
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": json.dumps({"value": "Said.", "confidence": 0.9})},
            "finish_reason": "stop",
        }
    ],
}
HELD_SECONDS_MAX = 120


@dataclass
class OtherSide:
    """`came` counts by path, or `mail`; `keys` are the names under which each came."""

    port: int = 0
    mail_port: int = 0
    came: Counter[str] = field(default_factory=Counter[str])
    keys: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    let_go: threading.Event = field(default_factory=threading.Event)

    def heard(self, what: str, key: str) -> None:
        self.came[what] += 1
        self.keys.setdefault(what, set()).add(key)

    async def held(self) -> None:
        async with asyncio.timeout(HELD_SECONDS_MAX):
            while not self.let_go.is_set():  # noqa: ASYNC110  set by another thread
                await asyncio.sleep(0.02)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.heard("mail", str(message_from_bytes(envelope.content)["Message-ID"]))
        await self.held()
        return "250 Kept"

    async def met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One HTTP request a connection."""
        with suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = re.search(r"(?i)content-length: (\d+)", head)
            await reader.readexactly(int(length[1]) if length else 0)
            path = head.split(" ", 2)[1]
            key = re.search(r"(?i)(?:idempotency-key|webhook-id): (\S+)", head)
            self.heard(path.split("?")[0], key[1] if key else "")
            await self.held()
            body = json.dumps(SAID if path.endswith("completions") else {"ok": True}).encode()
            said = body if not path.startswith("/slack") else b"ok"
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(said) + said)  # fmt: skip
            await writer.drain()
        writer.close()


@asynccontextmanager
async def other_side(mail_port: int) -> AsyncGenerator[OtherSide]:
    """Both servers, until the end."""
    world = OtherSide(mail_port=mail_port)
    mail = Controller(world, hostname="127.0.0.1", port=mail_port)
    server = await asyncio.start_server(world.met, "127.0.0.1", 0)
    world.port = server.sockets[0].getsockname()[1]
    mail.start()
    try:
        yield world
    finally:
        world.let_go.set()
        server.close()
        mail.stop()


@asynccontextmanager
async def port_to(socket_path: str) -> AsyncGenerator[int]:
    """A port of loopback that leads to a Unix socket."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while part := await reader.read(65_536):
                writer.write(part)
                await writer.drain()
        writer.close()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_unix_connection(socket_path)
        await asyncio.gather(carry(reader, there[1]), carry(there[0], writer))

    server = await asyncio.start_server(met, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
