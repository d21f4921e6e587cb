"""Slow heads, slow bodies, idle crowds, huge heads, bodies without end, answers that nobody reads: others are answered all the while.

A true server on a true port, with the bounds of `web/patience.py` made short.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from sayso.settings import Settings
from sayso.web.patience import Crowd, Patience, with_patience

SHORT = Patience(
    head_seconds=0.4, head_bytes=8_192, body_silent_seconds=0.4, body_bytes_per_second=2_000, drain_seconds=0.1, unread_seconds=0.4,
    near=40, look_seconds=0.05,
)  # fmt: skip
GONE_SECONDS_MAX = 5


async def _hello(request: Request) -> Response:
    return PlainTextResponse("hello")


async def _reads(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def _much(request: Request) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(2_000):
            yield b"x" * 100_000

    return StreamingResponse(chunks())


async def _whole(request: Request) -> Response:
    return PlainTextResponse(b"x" * 8_000_000)


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.receive_text()


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[tuple[int, Crowd]]:
    routes = [
        Route("/", _hello),
        Route("/reads", _reads, methods=["POST"]),
        Route("/much", _much),
        Route("/whole", _whole),
        WebSocketRoute("/ws", _socket),
    ]
    protocol = with_patience(Settings(home=tmp_path), SHORT)
    config = uvicorn.Config(
        Starlette(routes=routes),
        port=0,
        lifespan="off",
        log_level="critical",
        http=protocol,
        ws="websockets-sansio",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1], protocol.crowd  # pyright: ignore[reportAttributeAccessIssue]
    server.should_exit = True
    await running


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _opens(port: int, said: bytes = b"") -> Ends:
    ends = await asyncio.open_connection("127.0.0.1", port)
    ends[1].write(said)
    return ends


async def _answer(ends: Ends) -> bytes:
    """All that comes until the other side ends it."""
    async with asyncio.timeout(GONE_SECONDS_MAX):
        try:
            return await ends[0].read()
        except ConnectionError:
            return b""
        finally:
            ends[1].close()


async def _drips(ends: Ends, drop: bytes) -> bytes:
    """A drop at a time, until the other side has had enough."""

    async def goes_on() -> None:
        while not ends[1].is_closing():
            ends[1].write(drop)
            await asyncio.sleep(0.05)

    dripping = asyncio.create_task(goes_on())
    try:
        return await _answer(ends)
    finally:
        dripping.cancel()


async def _others_are_answered(port: int) -> None:
    async with httpx.AsyncClient(timeout=2) as other:
        assert (await other.get(f"http://127.0.0.1:{port}/")).text == "hello"


async def _everybody_is_gone(crowd: Crowd) -> None:
    async with asyncio.timeout(GONE_SECONDS_MAX):
        while crowd.total:  # noqa: ASYNC110  a crowd has no event for it
            await asyncio.sleep(0.02)


HEAD = b"Host: x\r\n"
CHUNKED = b"POST /reads HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
PROMISED = b"POST /reads HTTP/1.1\r\n" + HEAD + b"Content-Length: 100000\r\n\r\n"


async def test_whoever_is_slow_is_sent_away_and_keeps_nobody_waiting(port: tuple[int, Crowd]):
    at, crowd = port
    slow_head = _drips(await _opens(at, b"GET / HTTP/1.1\r\n" + HEAD), b"X: y\r\n")
    slow_body = _drips(await _opens(at, PROMISED), b"z")
    slow_chunks = _drips(await _opens(at, CHUNKED), b"1\r\nz\r\n")
    never_sent = _answer(await _opens(at, PROMISED))
    idle = [_answer(await _opens(at)) for _ in range(20)]
    blank = _drips(await _opens(at, b"GET / HTTP/1.1\r\n" + HEAD + b"\r\n"), b"\r\n")
    unread = await _opens(at, b"GET /much HTTP/1.1\r\n" + HEAD + b"\r\n")
    unread[1].transport.pause_reading()  # pyright: ignore[reportAttributeAccessIssue]
    waiting = asyncio.gather(slow_head, slow_body, slow_chunks, never_sent, blank, *idle)
    await _others_are_answered(at)
    head, body, chunks, never, blanks, *silent = await waiting
    assert head.startswith(b"HTTP/1.1 408") and blanks.count(b"HTTP/1.1 200") == 1
    assert {body, chunks, never, *silent} == {b""}, "nothing is said to whom nothing was asked by"
    await _everybody_is_gone(crowd)
    unread[1].close()
    assert not crowd.here, "no place is kept by who is gone"
    await _others_are_answered(at)


async def test_a_slow_line_gets_a_large_answer_whole(port: tuple[int, Crowd]):
    """It waits in one piece, for several times as long as somebody may read nothing."""
    at, _ = port
    reader, writer = await _opens(at, b"GET /whole HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n")
    began, got = asyncio.get_running_loop().time(), 0
    async with asyncio.timeout(4 * GONE_SECONDS_MAX):
        while some := await reader.read(400_000):
            got += len(some)
            await asyncio.sleep(0.05)
    writer.close()
    assert got > 8_000_000 and asyncio.get_running_loop().time() - began > 2 * SHORT.unread_seconds


async def test_huge_heads_and_bodies_without_end_are_cut_off(port: tuple[int, Crowd]):
    at, _ = port
    huge = b"GET / HTTP/1.1\r\n" + HEAD + b"X: " + b"y" * 20_000
    for said in (huge, huge + b"\r\n\r\n", b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n"):
        assert (await _answer(await _opens(at, said))).startswith(b"HTTP/1.1 431")
    unasked = await _opens(at, CHUNKED.replace(b"/reads", b"/none"))
    assert b" 404 " in await _drips(unasked, b"1000\r\n" + b"z" * 4096 + b"\r\n"), "answered, and not listened to for ever"
    await _others_are_answered(at)
    async with httpx.AsyncClient() as other:
        assert (await other.post(f"http://127.0.0.1:{at}/reads", content=b"x" * 3_000_000)).text == "3000000"


async def test_one_network_takes_no_more_than_its_places_and_gives_them_back(port: tuple[int, Crowd]):
    at, crowd = port
    upgrade = (
        b"GET /ws HTTP/1.1\r\n"
        + HEAD
        + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\n\r\n"
    )
    sockets = [await _opens(at, upgrade) for _ in range(SHORT.near)]
    for reader, _ in sockets:
        assert b" 101 " in await reader.readline()
    assert (await _answer(await _opens(at))).startswith(b"HTTP/1.1 503") and crowd.total == SHORT.near
    for _, writer in sockets:
        writer.close()
    await _everybody_is_gone(crowd)
    await _others_are_answered(at)


def test_strangers_have_fewer_places_than_a_proxy():
    crowd, usual = Crowd(room=300), replace(Patience(), by_one=2)
    assert [crowd.joins("203.0.113.9", usual.by_one) for _ in range(3)] == [True, True, False]
    assert crowd.joins("2001:db8::/64", usual.by_one)
    crowd.leaves("203.0.113.9")
    assert crowd.joins("203.0.113.9", usual.by_one) and crowd.total == 3
