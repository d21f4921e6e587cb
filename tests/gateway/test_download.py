"""One file from the internet: whole, or not at all, and only where the door lets it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from sayso.connections.egress import Door, NotLetOut, networks
from sayso.errors import Unavailable
from sayso.gateway.upstream.download import download

OPEN = Door(networks("127.0.0.0/8"))
BODY = b'{"models": "' + b"x" * 300_000 + b'"}'


@asynccontextmanager
async def answering(*parts: bytes) -> AsyncIterator[str]:
    """A server that says these bytes to whoever asks, and closes."""
    asked: list[bytes] = []

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        for part in parts:
            writer.write(part)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/data.json?v=2"
    assert all(one.startswith(b"GET /data.json?v=2 HTTP/1.1\r\n") for one in asked)


def whole(body: bytes, status: str = "200 OK") -> bytes:
    return b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (status.encode(), len(body), body)


async def test_a_file_comes_whole():
    async with answering(whole(BODY)) as url:
        assert await download(OPEN, url, 2**20) == BODY
    async with answering(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", b"6\r\n world\r\n0\r\n\r\n"
    ) as url:
        assert await download(OPEN, url, 2**20) == b"hello world"
    async with answering(b"HTTP/1.1 200 OK\r\n\r\n", b"until the end") as url:
        assert await download(OPEN, url, 2**20) == b"until the end"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (whole(b"no", "503 Busy"), "answered 503"),
        (whole(b"", "302 Elsewhere"), "answered 302"),
        (whole(BODY)[:-1000], "middle of its answer"),
        (whole(b"y" * 3_000_000), "sent more than"),
        (b"SSH-2.0-hello\r\n\r\n", "HTTP"),
        (b"", "without an answer"),
    ],
)
async def test_anything_else_is_not_taken(said: bytes, why: str):
    async with answering(said) as url:
        with pytest.raises(Unavailable, match=why):
            await download(OPEN, url, 2**20)


async def test_the_door_has_the_last_word():
    with pytest.raises(NotLetOut):
        await download(Door(), "http://127.0.0.1:1/data.json", 2**20)
    with pytest.raises(Unavailable):
        await download(OPEN, "http://127.0.0.1:1/data.json", 2**20)
