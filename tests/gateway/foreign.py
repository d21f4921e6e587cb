"""An upstream that speaks another language than OpenAI's: it says what it is told to, byte for byte, and remembers what it heard.

async with foreign() as up:
    up.says({"id": "msg_1", …})                          # JSON
    up.says_events([("message_start", {…}), …])          # server-sent events
"""

import asyncio
import json
import struct
import zlib
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.gateway.upstream import Heard, _head, _read


@dataclass
class Foreign:
    url: str = ""
    heard: list[Heard] = field(default_factory=list[Heard])
    answers: deque[bytes] = field(default_factory=deque[bytes])

    def says(self, value: Any, status: int = 200, more: str = "") -> None:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.answers.append(_head(status, "application/json", len(body), more) + body)

    def says_events(self, events: Sequence[tuple[str | None, Any]], *, cut: bool = False) -> None:
        body = b"".join(
            (f"event: {name}\n" if name else "").encode() + b"data: " + json.dumps(value).encode() + b"\n\n"
            for name, value in events
        )
        self.streams("text/event-stream", body[: len(body) // 2] if cut else body)

    def says_frames(self, frames: Sequence[tuple[str, Any]], *, type: str = "event") -> None:
        self.streams("application/vnd.amazon.eventstream", b"".join(frame(kind, value, type) for kind, value in frames))

    def streams(self, content_type: str, body: bytes) -> None:
        """In pieces that respect nothing."""
        pieces = [body[at : at + 97] for at in range(0, len(body), 97)]
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        self.answers.append(_head(200, content_type, None) + chunks)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (heard := await _read(reader)) is not None:
                self.heard.append(heard)
                writer.write(self.answers.popleft() if self.answers else _head(500, "application/json", 2) + b"{}")
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


@asynccontextmanager
async def foreign() -> AsyncGenerator[Foreign]:
    up = Foreign()
    tasks: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(task := asyncio.create_task(up.serve(reader, writer)))
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(begin, "127.0.0.1", 0)
    up.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield up
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def frame(kind: str, value: Any, type: str = "event") -> bytes:
    """One message of Amazon's binary stream."""
    name = ":event-type" if type == "event" else ":exception-type"
    told = {":message-type": type, name: kind, ":content-type": "application/json"}
    headers = b"".join(
        bytes([len(key)]) + key.encode() + b"\x07" + struct.pack("!H", len(text)) + text.encode() for key, text in told.items()
    )
    payload = json.dumps(value).encode()
    prelude = struct.pack("!II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + struct.pack("!I", zlib.crc32(prelude)) + headers + payload
    return message + struct.pack("!I", zlib.crc32(message))
