"""The HTTP that automations speak outwards: every request of theirs passes here, and so the door.

An address is read once and the socket opened to the very host that was read. Credentials of a connection go to its own origins only and
are dropped when a redirect leads anywhere else; redirects pass the door again, each of them. How much is read and how long it may take is
bounded, packed answers included. Proxies of the environment are not asked, cookies are not kept.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING

import orjson

from sayso import __version__
from sayso.connections.address import Url
from sayso.connections.delivered import NotAnswered, NotDelivered
from sayso.connections.egress import NotLetOut, NotReached
from sayso.connections.kind import Credentials
from sayso.connections.opened import Opened
from sayso.connections.wire import Broken, Connection, Limits
from sayso.errors import Forbidden, Invalid, Problem

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

BYTES_MAX = 10 * 2**20
SECONDS_MAX = 30
REDIRECTS_MAX = 3
REQUEST_BYTES_MAX = 25 * 2**20
HEADERS_BYTES_MAX = 2**14
RATIO_MAX = 200
"""How many times an answer may grow when it is unpacked; more than this is a bomb."""
RATIO_FREE_BYTES = 2**16
UNPACKED_AT_ONCE_BYTES = 2**16
SAID_LENGTH_MAX = 300
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
OURS = frozenset(
    (
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
        "te",
        "trailer",
        "upgrade",
        "proxy-authorization",
        "expect",
        "keep-alive",
    )
)
"""What the request itself decides; nobody sets these by hand."""
PRIVATE = frozenset(("authorization", "cookie", "proxy-authorization", "x-api-key"))
"""What a redirect elsewhere never takes along, besides the connection's own."""
AGENT = f"Sayso/{__version__}"
HOPS_HEADER = "sayso-hops"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `url` may be a path, when there is a connection with an address; `key` goes along as `Idempotency-Key` for everything
    but reading."""

    method: str = "GET"
    url: str = ""
    headers: Sequence[tuple[str, str]] | Mapping[str, str] = ()
    body: bytes = field(default=b"", repr=False)
    key: str = ""
    redirects: int = REDIRECTS_MAX
    """How many are followed; with 0 a redirect is an answer as any other."""
    hops: int = 0
    """How many runs of automations led to it: an address of ours that is asked in a circle stops it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """`headers` have small letters; `url` is where it came from in the end, after redirects."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    url: str = field(repr=False, default="")

    def header(self, name: str) -> str:
        return next((value for n, value in self.headers if n == name.lower()), "")

    @property
    def text(self) -> str:
        charset = self.header("content-type").lower().partition("charset=")[2].split(";")[0].strip(" \"'") or "utf-8"
        try:
            return self.body.decode(charset, "replace")
        except (LookupError, ValueError):  # some codecs know no other way to fail
            return self.body.decode("utf-8", "replace")

    def json(self) -> object:
        """Raises `NotDelivered` when it is none."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise NotDelivered("The answer is not JSON.", detail=self.text[:SAID_LENGTH_MAX]) from None

    def failure(self, who: str = "") -> NotDelivered | None:
        """What a status of 400 and more says; None for all others."""
        return None if self.status < 400 else failed(self, who)


class Exchange(Connection):
    """A connection that keeps every header of the answer."""

    __slots__ = ("all_headers", "head_only")

    def __init__(self) -> None:
        super().__init__()
        self.all_headers: list[tuple[str, str]] = []
        self.head_only = False

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self.all_headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if 100 <= self.status < 200:
            self.all_headers.clear()
        elif self.head_only:
            self.done = True


class Streamed:
    """An answer whose head is there: read on with `async for`, bounded in bytes as asked."""

    def __init__(self, exchange: Exchange, url: Url, bytes_max: int, tokens: tuple[str, ...] = ()) -> None:
        self.tokens = tokens
        self.status = exchange.status
        self.headers = tuple(exchange.all_headers)
        self.url = str(url)
        self._exchange, self._bytes_max, self._host = exchange, bytes_max, url.host

    def header(self, name: str) -> str:
        return next((value for n, value in self.headers if n == name.lower()), "")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        unpacked = _unpacker(self.header("content-encoding"), self._host)
        exchange, seen = self._exchange, 0
        try:
            while True:
                packed = exchange.take()
                for part in unpacked(packed) if packed else ():
                    seen += len(part)
                    if seen > self._bytes_max:
                        raise _too_large(self._host, self._bytes_max)
                    if seen > RATIO_FREE_BYTES and seen > RATIO_MAX * exchange.heard:
                        raise NotAnswered(f"{self._host} sent an answer that swells when it is unpacked.", "large", again=False)
                    yield part
                if exchange.done and not packed:
                    return
                await exchange.more()
        except Broken as error:
            raise _broken(self._host, error, self._bytes_max) from None


async def ask(
    connections: Connections,
    asked: Asked,
    *,
    opened: Opened | None = None,
    bytes_max: int = BYTES_MAX,
    seconds_max: float = SECONDS_MAX,
) -> Answered:
    """The whole answer, whatever its status. Raises `NotAnswered`, `Forbidden` (a host that is not the connection's), `Invalid`."""
    try:
        async with asyncio.timeout(seconds_max):
            answered = await _whole(connections, asked, opened, bytes_max, seconds_max)
            if answered.status == 401 and opened is not None and await connections.renewed(opened):
                answered = await _whole(connections, asked, opened, bytes_max, seconds_max)
            return answered
    except TimeoutError:
        raise NotAnswered(f"{_host(asked, opened)} was not done within {seconds_max:g} seconds.", "timeout") from None


async def _whole(connections: Connections, asked: Asked, opened: Opened | None, bytes_max: int, seconds_max: float) -> Answered:
    async with streamed(connections, asked, opened=opened, bytes_max=bytes_max, seconds_max=seconds_max) as answer:
        body = b"".join([part async for part in answer])
        headers = answer.headers
        if opened is not None:  # echoes of it would be kept with the run
            tokens = answer.tokens
            body = opened.masked_bytes(body, *tokens)
            headers = tuple((name, opened.masked_bytes(value.encode(), *tokens).decode()) for name, value in headers)
        return Answered(answer.status, headers, body, answer.url)


@asynccontextmanager
async def streamed(
    connections: Connections,
    asked: Asked,
    *,
    opened: Opened | None = None,
    bytes_max: int = BYTES_MAX,
    seconds_max: float = SECONDS_MAX,
) -> AsyncGenerator[Streamed]:
    """The answer as it comes. `seconds_max` bounds all of it, and the wait for its beginning."""
    url = address(asked.url, opened)
    method, body = _method(asked.method), asked.body
    if len(body) > REQUEST_BYTES_MAX:
        raise Invalid(Problem("body", f"has at most {REQUEST_BYTES_MAX // 2**20} MB"))
    headers = _headers(asked)
    limits = Limits(seconds_max, seconds_max, seconds_max, bytes_max + HEADERS_BYTES_MAX)
    allowed = None if opened is None else await connections.credentials(opened)
    redirects = 0
    while True:
        credentials = allowed if opened is not None and url.origin in opened.hosts else None
        exchange = await _sent(connections, opened, url, _request(url, method, headers, body, credentials), method, limits)
        try:
            where = _redirected(exchange) if asked.redirects else None
            if where is None:
                yield Streamed(exchange, url, bytes_max, _tokens(allowed))
                return
            status = exchange.status
        finally:
            exchange.release()
            exchange.close()
        redirects += 1
        if redirects > asked.redirects:
            raise NotAnswered(f"{url.host} redirects more than {asked.redirects} times.", "redirects", again=False)
        before, url = url, _joined(url, where)
        if url.origin != before.origin:
            headers = [(name, value) for name, value in headers if name.lower() not in PRIVATE]
        if status == 303 or (status in (301, 302) and method == "POST"):
            method, body = ("HEAD" if method == "HEAD" else "GET"), b""
            headers = [(name, value) for name, value in headers if not name.lower().startswith("content-")]


def address(url: str, opened: Opened | None, where: str = "url") -> Url:
    """Where a request goes. A path is joined to the connection's address; a whole address must be one of the connection's origins."""
    base = opened.text("address") if opened is not None else ""
    if not url.strip() and base:
        return Url.of(base, where)
    if "://" not in url.partition("?")[0]:
        if not base:
            raise Invalid(Problem(where, "begins with https:// or http:// and names a host", "https://api.example.com/v1/orders"))
        return Url.of(base, where).below(url.strip(), where)
    to = Url.of(url, where)
    if opened is not None and to.origin not in opened.hosts:
        raise Forbidden(f"The connection {opened.name} is for {', '.join(opened.hosts)}, not for {to.origin}.")
    return to


def failed(answered: Answered, who: str = "") -> NotDelivered:
    """A status of 400 and more in words, with what the other side said."""
    who, status, said = who or _named(answered.url), answered.status, answered.text.strip()
    words = {
        400: "did not understand the request",
        401: "does not accept these credentials",
        403: "does not allow this with these credentials",
        404: "has nothing at this address",
        409: "says that this conflicts with what it has",
        410: "says that this address is gone",
        413: "says that the request is too large",
        422: "did not accept what was sent",
        429: "takes no more requests for now",
    }.get(status, "has a problem of its own" if status >= 500 else "did not accept the request")
    detail = f"{status} {' '.join(said[:SAID_LENGTH_MAX].split())}".strip()
    again = status in (408, 425, 429) or (status >= 500 and status != 501)
    return NotDelivered(f"{who} {words} (it answered {status}).", again=again, after=retry_after(answered), detail=detail)


def retry_after(answered: Answered) -> float | None:
    """Seconds, when it said how many, or until when (RFC 9110, 10.2.3)."""
    told = answered.header("retry-after")
    if told.isdecimal() and len(told) < 8:
        return float(told)
    with suppress(ValueError, TypeError, OverflowError):
        until = parsedate_to_datetime(told)
        return max(0.0, ((until if until.tzinfo else until.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds())
    return None


# ── inside ────────────────────────────────────────────────────


async def _sent(
    connections: Connections, opened: Opened | None, url: Url, request: bytes, method: str, limits: Limits
) -> Exchange:
    try:
        exchange = await connections.door.connect(Exchange, url.host, url.port, tls=url.tls)
    except NotLetOut as error:
        raise NotAnswered(str(error), "refused_by_us", again=False) from None
    except NotReached as error:
        raise NotAnswered(f"{error}.", error.reason) from None
    exchange.head_only = method == "HEAD"
    try:
        await exchange.ask(request, limits)
    except Broken as error:
        exchange.close()
        raise _broken(url.host, error, limits.answer_bytes) from None
    except BaseException:
        exchange.close()
        raise
    return exchange


def _request(url: Url, method: str, headers: Sequence[tuple[str, str]], body: bytes, credentials: Credentials | None) -> bytes:
    if credentials is not None:
        url = url.asking(credentials.query)
        names = {name.lower() for name, _ in credentials.headers}
        headers = [*((n, v) for n, v in headers if n.lower() not in names), *credentials.headers]
    lines = [f"{method} {url.target} HTTP/1.1", f"Host: {url.authority}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body or method in ("POST", "PUT", "PATCH"):
        lines.append(f"Content-Length: {len(body)}")
    try:
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
    except UnicodeEncodeError:
        raise Invalid(Problem("headers", "hold letters that headers cannot hold")) from None


def _tokens(credentials: Credentials | None) -> tuple[str, ...]:
    """The secret texts of what a request carried: `Bearer` and the like left off."""
    if credentials is None:
        return ()
    return tuple(value.rpartition(" ")[2] for _, value in (*credentials.headers, *credentials.query))


def _headers(asked: Asked) -> list[tuple[str, str]]:
    pairs = list(asked.headers.items() if isinstance(asked.headers, Mapping) else asked.headers)
    for name, value in pairs:
        if not name or not all(c.isascii() and (c.isalnum() or c in "!#$%&'*+-.^_`|~") for c in name):
            raise Invalid(Problem("headers", f"{name[:60]!r} is no header's name", "X-Team"))
        if name.lower() in OURS:
            raise Invalid(Problem("headers", f"{name} is set by the request itself; leave it out"))
        if any((ord(c) < 32 and c != "\t") or ord(c) == 127 for c in value):
            raise Invalid(Problem(f"headers/{name}", "is one line of text"))
    if sum(len(name) + len(value) for name, value in pairs) > HEADERS_BYTES_MAX:
        raise Invalid(Problem("headers", f"have at most {HEADERS_BYTES_MAX:,} characters in all"))
    known = {name.lower() for name, _ in pairs}
    ours = [("User-Agent", AGENT), ("Accept", "*/*"), ("Accept-Encoding", "gzip, deflate")]
    if asked.key and asked.method.upper() not in ("GET", "HEAD", "OPTIONS"):
        ours.append(("Idempotency-Key", asked.key))
    if asked.hops:
        ours.append((HOPS_HEADER, str(asked.hops)))
    return [*((name, value) for name, value in ours if name.lower() not in known), *((n, v.strip()) for n, v in pairs)]


def _method(method: str) -> str:
    method = method.strip().upper()
    if method not in METHODS:
        raise Invalid(Problem("method", f"is one of {', '.join(sorted(METHODS))}", "POST"))
    return method


def _redirected(exchange: Exchange) -> str | None:
    if exchange.status in (301, 302, 303, 307, 308) and exchange.location:
        return exchange.location.decode("utf-8", "replace")
    return None


def _joined(url: Url, where: str) -> Url:
    try:
        return url.joined(where)
    except Invalid as error:
        raise NotAnswered(f"{url.host} redirects to an address that is none: {error}", "redirects", again=False) from None


Unpacked = Callable[[bytes], Iterable[bytes]]


def _unpacker(encoding: str, host: str) -> Unpacked:
    """A function that turns packed bytes into parts of a bounded size."""
    match encoding.strip().lower():
        case "" | "identity":
            return lambda packed: (packed,)
        case "gzip" | "x-gzip":
            return partial(_inflated, zlib.decompressobj(wbits=31), host)
        case "deflate":
            return partial(_inflated, zlib.decompressobj(), host)
        case other:
            raise NotAnswered(f"{host} packs its answer as {other[:40]!r}, which was not asked for.", "protocol", again=False)


def _inflated(unpacking: zlib._Decompress, host: str, packed: bytes) -> Iterator[bytes]:
    try:
        while packed:
            yield unpacking.decompress(packed, UNPACKED_AT_ONCE_BYTES)
            packed = unpacking.unconsumed_tail
    except zlib.error:
        raise NotAnswered(f"{host} sent a packed answer that cannot be unpacked.", "protocol") from None


def _broken(host: str, error: Broken, bytes_max: int) -> NotAnswered:
    if error.reason == "large":
        return _too_large(host, bytes_max - HEADERS_BYTES_MAX if bytes_max > HEADERS_BYTES_MAX else bytes_max)
    return NotAnswered(f"{host} {error}.", error.reason)


def _too_large(host: str, bytes_max: int) -> NotAnswered:
    much = f"{bytes_max / 2**20:,.0f} MB" if bytes_max >= 2**20 else f"{bytes_max:,} bytes"
    return NotAnswered(f"{host} answers with more than {much}; reading was stopped there.", "large", again=False)


def _host(asked: Asked, opened: Opened | None) -> str:
    return address(asked.url, opened).host


def _named(url: str) -> str:
    try:
        return Url.of(url).host
    except Invalid:
        return "The other side"
