"""An upstream that takes 50 ms, answers with one JSON value, and counts who asked what. `python -m bench.fills_upstream` prints its port.

GET /asked answers `{"calls": n, "twice": {marker: times}, "most": calls at once}`; a marker is the word `row-<n>` in what was asked.
"""

import asyncio
import json
import re
import sys
from collections import Counter

import uvloop

from bench.gateway_upstream import answered

SECONDS = 0.05
MARKER = re.compile(rb"row-\d+")
USAGE = {"prompt_tokens": 250, "completion_tokens": 12, "total_tokens": 262}
MESSAGE = {"role": "assistant", "content": json.dumps({"value": "repair", "confidence": 0.93})}
CHAT = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "stub",
    "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}],
    "usage": USAGE,
}
ANSWER = answered(json.dumps(CHAT).encode())
asked: Counter[str] = Counter()
under_way = {"now": 0, "most": 0}


class Upstream(asyncio.Protocol):
    def __init__(self) -> None:
        self.seen = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.seen += data
        head, mark, body = self.seen.partition(b"\r\n\r\n")
        claimed = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if not mark or len(body) < int(claimed or 0):
            return
        self.seen = b""
        if b"chat/completions" not in head:
            self.transport.write(answered(json.dumps(_counts()).encode()))
            return
        found = MARKER.search(body)
        asked[found[0].decode() if found else "?"] += 1
        under_way["now"] += 1
        under_way["most"] = max(under_way.values())
        asyncio.get_running_loop().call_later(SECONDS, self.answer)

    def answer(self) -> None:
        under_way["now"] -= 1
        if not self.transport.is_closing():
            self.transport.write(ANSWER)


def _counts() -> dict[str, object]:
    return {"calls": asked.total(), "twice": {k: n for k, n in asked.items() if n > 1}, "most": under_way["most"]}


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
