"""HTTP/1.1 over plain sockets, so that what is measured is the server and not the client."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

ANSWER_BYTES_MAX = 2**24


@dataclass
class Connection:
    """One kept-alive connection, one request at a time."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    head: str

    @classmethod
    async def open(cls, url: str, token: str) -> Self:
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80, limit=ANSWER_BYTES_MAX)
        return cls(reader, writer, f"Host: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n")

    async def ask(self, verb: str, path: str, body: Any = None, **query: Any) -> bytes:
        """The body of a good answer; anything else ends the measurement with what was said."""
        sent = b"" if body is None else json.dumps(body).encode()
        extra = f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n" if sent else ""
        address = f"{path}?{urlencode(_plain(query))}" if query else path
        self.writer.write(f"{verb} {address} HTTP/1.1\r\n{self.head}{extra}\r\n".encode() + sent)
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0]) if b"content-length: " in head else 0
        answer = await self.reader.readexactly(length)
        if not head.startswith(b"http/1.1 2"):
            raise AssertionError(f"{verb} {address}: {answer[:1000]!r}")
        return answer

    async def json(self, verb: str, path: str, body: Any = None, **query: Any) -> Any:
        return json.loads(await self.ask(verb, path, body, **query))


def _plain(query: dict[str, Any]) -> dict[str, Any]:
    return {k: json.dumps(v) if isinstance(v, (dict, list)) else v for k, v in query.items()}
