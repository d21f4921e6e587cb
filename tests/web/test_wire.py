"""What no well-behaved client sends, over a real socket: an answer in the 400s or a closed door, and never a fault."""

import asyncio
from contextlib import suppress

import pytest

from tests.web.conftest import Company

WAITED_SECONDS = 1.5


async def _said(address: str, raw: bytes) -> bytes:
    """The beginning of what the server says to these bytes; nothing when it closes, or waits for more."""
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(raw)
    answer = b""
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(WAITED_SECONDS):
            answer = await reader.read(2**16)
    writer.close()
    return answer


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /api/apps/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/apps/%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/apps/%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/apps/\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /f/%F0%28%8C%28 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /sign-in/%ED%A0%80 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /look/..%2f..%2fapp.py HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /static/..%2f..%2f..%2fapp.py HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /static//etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /static/%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nCookie: sayso_session=\xff\xfe\x00\r\n\r\n",
        b"GET /api/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xf0\x9f\xa6\x8a\r\n\r\n",
        b"GET /api/me HTTP/1.1\r\nHost: x\r\nCookie: sayso_session=" + b"a" * 60_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /api/apps HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/apps HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST /api/apps HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
        b"POST /f/x HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=\xff\r\nContent-Length: 3\r\n\r\nabc",
        b"BREW /api/me HTTP/1.1\r\nHost: x\r\n\r\n",
        b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /api/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: !\r\n\r\n",
    ],
)  # fmt: skip
async def test_broken_requests_break_nothing(company: Company, address: str, raw: bytes):
    answer = await _said(address, raw)
    status = int(answer[9:12]) if answer.startswith(b"HTTP/1.1") else 400
    assert status < 500, answer[:300]
    assert b"root:" not in answer and b"create_app" not in answer
    healthy = await _said(address, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert healthy.startswith(b"HTTP/1.1 200")
