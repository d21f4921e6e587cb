"""HTTP/1.1 on one connection, with at most one request on it at a time: under the gateway's calls and the automations' alike."""

import asyncio
from dataclasses import dataclass

import httptools

WHOLE_BYTES_MAX = 2**18
"""An answer that says it is no longer than this is handed over at once, when all of it is there."""
WAITING_BYTES_MAX = 2**20
"""How much of an answer waits in memory before the upstream is asked to pause."""
HEADERS_BYTES_MAX = 2**16
KEPT_HEADERS = frozenset(
    (b"x-request-id", b"retry-after", b"retry-after-ms", b"openai-processing-ms", b"openai-version", b"content-disposition")
)
"""Told on to the caller; the upstream's own rate limits are not, because the caller's are ours."""


class Broken(Exception):
    """The upstream did not answer as HTTP is answered. `reason`: reset, timeout, protocol, cut, large."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an upstream may take, in seconds, and how much it may say."""

    first_byte_seconds: float = 120
    idle_seconds: float = 60
    whole_seconds: float = 1800
    answer_bytes: int = 512 * 2**20


class Connection(asyncio.Protocol):
    """Use: `await connection.ask(head_and_body, limits)`, then `take()` and `more()` until `done`; `status` and `content_type` are known then."""

    __slots__ = (
        "_asked_at",
        "_failure",
        "_heard_at",
        "_limits",
        "_loop",
        "_parser",
        "_parts",
        "_paused",
        "_timer",
        "_transport",
        "_waiter",
        "_waiting",
        "_whole",
        "busy",
        "closed",
        "content_type",
        "done",
        "headers",
        "heard",
        "idle_since",
        "length",
        "location",
        "status",
    )

    def __init__(self) -> None:
        self.closed = self.busy = False
        self.idle_since = 0.0
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    # ── asking ────────────────────────────────────────────────

    async def ask(self, request: bytes, limits: Limits) -> None:
        """Sends a request and waits until its answer has begun, or is whole when it is short. Raises `Broken`."""
        self._parser = httptools.HttpResponseParser(self)
        self._parts: list[bytes] = []
        self._waiting = self.status = self.heard = 0
        self.length = -1
        self.content_type = self.location = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.done = self._paused = False
        self._whole = True
        self._failure: Broken | None = None
        self._limits = limits
        self._asked_at = self._heard_at = self._loop.time()
        self.busy = True
        self._transport.write(request)
        self._timer = self._loop.call_later(limits.first_byte_seconds, self._is_it_late)
        await self.more()

    async def more(self) -> None:
        """Waits until there is more to take, or the answer is done. Raises `Broken`."""
        if not (self.done or self._failure or (self._parts and not self._whole)):
            self._waiter = waiter = self._loop.create_future()
            try:
                await waiter
            finally:
                self._waiter = None
        if self._failure and not self._parts:
            raise self._failure

    def take(self) -> bytes:
        """What has come and was not taken yet."""
        parts = self._parts
        if not parts:
            return b""
        self._parts = []
        self._waiting = 0
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def release(self) -> bool:
        """The caller has done with the answer. True when the connection can be asked again; else it is closed."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.busy = False
        if self.done and not self.closed:
            self.idle_since = self._loop.time()
            return True
        self.close()
        return False

    def close(self) -> None:
        self.closed = True
        self._transport.abort() if self.busy else self._transport.close()

    # ── what asyncio calls ────────────────────────────────────

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if not self.busy or self.done:
            self.close()
            return
        self._heard_at = self._loop.time()
        self.heard += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(f"did not answer in HTTP: {error}", "protocol")
            return
        if self.heard > self._limits.answer_bytes:
            self._fail(f"sent more than {self._limits.answer_bytes / 2**20:,.0f} MB", "large")
        elif not self.status and self.heard > HEADERS_BYTES_MAX:
            self._fail("sent headers without end", "protocol")
        elif self.done or (self._parts and not self._whole):
            self._wake()
        if self._waiting > WAITING_BYTES_MAX and not self._paused and not self._whole:
            self._paused = True
            self._transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self.busy and not self.done:
            if self.status and self.length < 0 and exc is None and not self._chunked():
                self.done = True
                self._wake()
            elif self.status:
                self._fail("closed the connection in the middle of its answer", "cut")
            else:
                self._fail("closed the connection without an answer", "reset")

    # ── what the parser calls ─────────────────────────────────

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name == b"content-length":
            self.length = int(value) if value.isdigit() else -1
        elif name == b"content-type":
            self.content_type = value
        elif name == b"location":
            self.location = value
        elif name in KEPT_HEADERS:
            self.headers.append((name, value))
        elif name == b"transfer-encoding":
            self.length = -2

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        self._whole = 0 <= self.length <= WHOLE_BYTES_MAX

    def on_body(self, body: bytes) -> None:
        self._parts.append(body)
        self._waiting += len(body)

    def on_message_complete(self) -> None:
        if 100 <= self.status < 200:  # only announces the answer
            self.status = 0
            return
        self.done = True
        if not self._parser.should_keep_alive():
            self.closed = True
            self._transport.close()

    # ── inside ────────────────────────────────────────────────

    def _chunked(self) -> bool:
        return self.length == -2

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _fail(self, message: str, reason: str) -> None:
        if self._failure is None and not self.done:
            self._failure = Broken(message, reason)
        self.close()
        self._wake()

    def _is_it_late(self) -> None:
        """Looks at the clock, and comes back when the next limit would be reached."""
        now, limits = self._loop.time(), self._limits
        if self._paused:  # it is the caller who is slow
            self._heard_at = now
        due = (self._heard_at + limits.idle_seconds) if self.status else self._asked_at + limits.first_byte_seconds
        due = min(due, self._asked_at + limits.whole_seconds)
        if now < due - 0.001:
            self._timer = self._loop.call_at(due, self._is_it_late)
        elif now - self._asked_at >= limits.whole_seconds:
            self._fail(f"was not done after {limits.whole_seconds:g} seconds", "timeout")
        elif self.status:
            self._fail(f"said nothing for {limits.idle_seconds:g} seconds in the middle of its answer", "timeout")
        else:
            self._fail(f"did not begin to answer within {limits.first_byte_seconds:g} seconds", "timeout")
