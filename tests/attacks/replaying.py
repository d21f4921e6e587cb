"""What replays of incidents have in common: which incidents a test replays, and whether anybody was called from in here."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.isolation.dump import digest
from tests.isolation.worlds import World

REPLAYS: dict[str, str] = {}
"""By test, the incidents that it does again, as they were done to others."""


def replays(incidents: str) -> Callable[[Any], Any]:
    def known(test: Any) -> Any:
        REPLAYS[f"{test.__module__.replace('.', '/')}.py::{test.__name__}"] = incidents
        return test

    return known


@dataclass
class Canary:
    """Listens on loopback, and counts who comes."""

    port: int
    came: int = 0
    heard: list[bytes] = field(default_factory=list[bytes])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def canary() -> AsyncIterator[Canary]:
    there = Canary(0)

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there.came += 1
        there.heard.append(await reader.read(4_096))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n{}")
        writer.close()

    async with await asyncio.start_server(count, "127.0.0.1", 0) as server:
        there.port = server.sockets[0].getsockname()[1]
        yield there


@asynccontextmanager
async def untouched(victim: World) -> AsyncIterator[None]:
    """What they have is afterwards what it was, to the byte."""
    before = await digest(victim.engine, victim.workspace)
    yield
    after = await digest(victim.engine, victim.workspace)
    assert [name for name in after if after[name] != before.get(name)] == []
