"""How long, and how much, this server waits for whoever has connected: those who send or read a byte now and then keep nobody else out.

uvicorn itself bounds only the silence between two requests. Here a head has to be whole in a while and of a size, a body has to come on, an
answer has to be read, and one network holds so many connections and no more. Slow bodies and slow heads are known as slowloris and R-U-Dead-Yet.
"""

from __future__ import annotations

import asyncio
import resource
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, ClassVar, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sayso.settings import Settings
from sayso.web.address import neighbours

FILES_WANTED = 65_536
FILES_KEPT = 200
"""For the database, files and upstreams: never taken by those who connect."""
TOO_MANY = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 5\r\nconnection: close\r\n\r\n"
TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Patience:
    """`near` is for addresses of this machine or house and for proxies, behind which everybody may be."""

    head_seconds: float = 20
    head_bytes: int = 2**16
    body_silent_seconds: float = 30
    body_bytes_per_second: int = 500
    """On the whole, once it has taken longer than a silence may."""
    drain_seconds: float = 2
    """For a body that goes on after its answer."""
    unread_seconds: float = 60
    read_bytes_per_second: int = 500
    """Of an answer, while more of it waits than the line takes: whoever is slow gets a large one whole, who reads drops does not."""
    by_one: int = 256
    near: int = 8_192
    look_seconds: float = 1


@dataclass(slots=True)
class Crowd:
    """Who is connected, by network."""

    room: int
    here: Counter[str] = field(default_factory=Counter[str])
    total: int = 0

    def joins(self, network: str, most: int) -> bool:
        if self.total >= self.room or self.here[network] >= most:
            return False
        self.here[network] += 1
        self.total += 1
        return True

    def leaves(self, network: str) -> None:
        self.total -= 1
        self.here[network] -= 1
        if not self.here[network]:
            del self.here[network]


def with_patience(settings: Settings, patience: Patience | None = None) -> type[HttpToolsProtocol]:
    """The protocol of one server, with a crowd of its own."""
    known = {"patience": patience or Patience(), "crowd": Crowd(_room()), "settings": settings}
    return type("PatientProtocol", (Patient,), known)


def _room() -> int:
    """How many may be connected: as many files as this process may open, raised as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES_WANTED if hard == resource.RLIM_INFINITY else min(FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = most
    return max(FILES_KEPT, (most if soft == resource.RLIM_INFINITY else soft) - FILES_KEPT)


class Patient(HttpToolsProtocol):
    patience: ClassVar[Patience]
    crowd: ClassVar[Crowd]
    settings: ClassVar[Settings]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._network: str | None = None
        self._looking: asyncio.TimerHandle | None = None
        self._heading, self._whole, self._closing = True, True, False
        self._head_bytes = self._body_bytes = 0
        self._since = self._heard = self.loop.time()
        self._stuck: float | None = None
        self._unread = 0

    # ── who comes and goes ──

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(transport)
        network = neighbours(self.client[0] if self.client else "")
        if not self.crowd.joins(network, self.patience.near if self._is_near(network) else self.patience.by_one):
            self._ends(TOO_MANY)
            return
        self._network = network
        self._looking = self.loop.call_later(self.patience.look_seconds, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._left()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """The socket's own protocol takes over, with pings and bounds of its own; its place in the crowd is given back when it ends."""
        super().handle_websocket_upgrade()
        if self._looking:
            self._looking.cancel()
        socket = cast(asyncio.Protocol, self.transport.get_protocol())
        lost: Callable[[Exception | None], None] = socket.connection_lost

        def gone(exc: Exception | None) -> None:
            self._left()
            lost(exc)

        socket.connection_lost = gone

    def _left(self) -> None:
        if self._looking:
            self._looking.cancel()
        if self._network is not None:
            self.crowd.leaves(self._network)
            self._network = None

    def _is_near(self, network: str) -> bool:
        try:
            ip = ip_address(network.partition("/")[0])
        except ValueError:
            return True
        return ip.is_private or ip.is_loopback or any(ip in proxy for proxy in self.settings.proxies)

    # ── what they send ──

    def data_received(self, data: bytes) -> None:
        if self._closing:
            return
        self._heard = self.loop.time()
        self._body_bytes += len(data)
        super().data_received(data)
        self._head_bytes = self._head_bytes + len(data) if self._heading else 0
        if self._heading and self._head_bytes > self.patience.head_bytes:
            self._ends(TOO_LONG)

    def on_message_begin(self) -> None:
        self._heading, self._since = True, self.loop.time()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._heading, self._whole, self._body_bytes, self._since = False, False, 0, self.loop.time()
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > self.patience.head_bytes:
            self._ends(TOO_LONG)
            return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self._closing:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._whole, self._since = True, self.loop.time()
        if not self._closing:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        self._since = self.loop.time()
        super().on_response_complete()

    # ── what they read ──

    def pause_writing(self) -> None:
        self._stuck, self._unread = self.loop.time(), self.transport.get_write_buffer_size()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._stuck = None
        super().resume_writing()

    # ── looking, now and then ──

    def _look(self) -> None:
        now, known = self.loop.time(), self.patience
        if self._stuck is not None and now - self._stuck > known.unread_seconds:
            if not self._reads_on(now):
                self.transport.abort()
                return
            self._stuck, self._unread = now, self.transport.get_write_buffer_size()
        if self._heading:
            if now - self._since > known.head_seconds:
                self._ends(TOO_SLOW if self._head_bytes else b"")
                return
        elif not self._whole:
            if self._is_over():
                if now - self._since > known.drain_seconds:
                    self.transport.abort()
                    return
            elif self.flow.read_paused:
                self._since, self._heard = self._since + known.look_seconds, now  # it is we who do not take it
            elif self._is_slow(now):
                self.transport.abort()
                return
        elif self._is_over() and self.timeout_keep_alive_task is None and now - self._since > known.head_seconds:
            self._ends(b"")
            return
        self._looking = self.loop.call_later(known.look_seconds, self._look)

    def _reads_on(self, now: float) -> bool:
        """An answer that is given in one piece waits here for as long as the line needs for it."""
        taken = self._unread - self.transport.get_write_buffer_size()
        return self._stuck is not None and taken >= self.patience.read_bytes_per_second * (now - self._stuck)

    def _is_over(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _is_slow(self, now: float) -> bool:
        silent, took = now - self._heard, now - self._since
        wait = self.patience.body_silent_seconds
        return silent > wait or (took > wait and self._body_bytes / took < self.patience.body_bytes_per_second)

    def _ends(self, said: bytes) -> None:
        self._closing = True
        if not self.transport.is_closing():
            if said:
                self.transport.write(said)
            self.transport.close()
