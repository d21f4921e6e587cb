"""Connections that are kept, by host."""

import asyncio
from collections import deque
from dataclasses import dataclass
from urllib.parse import urlsplit

from sayso.connections.egress import Door
from sayso.connections.wire import Broken, Connection, Limits
from sayso.errors import Invalid, Problem

IDLE_SECONDS_MAX = 30
"""Kept no longer than this: most servers close at 60 or 75."""
IDLE_CONNECTIONS_MAX = 256
URL_LENGTH_MAX = 2000


@dataclass(frozen=True, slots=True)
class Target:
    """Where an upstream listens, read from its base URL once."""

    tls: bool
    host: str
    port: int
    path: bytes
    """What every path begins with, such as `/v1`."""

    @classmethod
    def of(cls, url: str) -> "Target":
        """Raises `Invalid` when this is no http or https address."""
        wrong = Invalid(
            Problem(
                "base_url",
                "is an http or https address without a name, a password or a question in it",
                "https://api.openai.com/v1",
            )
        )
        try:
            parts = urlsplit(url.strip())
            port = parts.port
        except ValueError:
            raise wrong from None
        unfit = len(url) > URL_LENGTH_MAX or not url.isascii() or not url.isprintable() or " " in url.strip() or "\\" in url
        if (
            unfit
            or parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.username
            or parts.query
            or parts.fragment
        ):
            raise wrong
        tls = parts.scheme == "https"
        return cls(tls, parts.hostname, port or (443 if tls else 80), parts.path.rstrip("/").encode())

    @property
    def authority(self) -> bytes:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host.encode() if self.port == (443 if self.tls else 80) else f"{host}:{self.port}".encode()


class Pools:
    """All kept connections of one process. `ask` gives a connection whose answer has begun; `give_back` takes it again."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self._idle: dict[tuple[str, int, bool], deque[Connection]] = {}

    async def ask(self, target: Target, request: bytes, limits: Limits) -> Connection:
        """Raises `Broken`, or what the door raises. A kept connection that the upstream had just closed is tried once anew."""
        where = (target.host, target.port, target.tls)
        idle = self._idle.get(where)
        if idle is None:
            idle = self._idle[where] = deque()
        if (kept := self._kept(idle)) is not None:
            try:
                await kept.ask(request, limits)
                return kept
            except Broken as error:
                kept.release()
                if error.reason != "reset" or kept.heard:
                    raise
            except BaseException:
                kept.release()
                raise
        fresh = await self.door.connect(Connection, target.host, target.port, tls=target.tls)
        try:
            await fresh.ask(request, limits)
        except BaseException:
            fresh.release()
            raise
        return fresh

    def give_back(self, target: Target, connection: Connection) -> None:
        """After the answer, or instead of the rest of it."""
        if connection.release():
            idle = self._idle[target.host, target.port, target.tls]
            idle.append(connection)
            if len(idle) > IDLE_CONNECTIONS_MAX:
                idle.popleft().close()

    def close(self) -> None:
        for idle in self._idle.values():
            for connection in idle:
                connection.close()
        self._idle.clear()

    @staticmethod
    def _kept(idle: deque[Connection]) -> Connection | None:
        while idle:
            connection = idle.pop()
            if connection.closed:
                continue
            if asyncio.get_running_loop().time() - connection.idle_since < IDLE_SECONDS_MAX:
                return connection
            connection.close()
        return None
