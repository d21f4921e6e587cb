"""An upstream that costs next to nothing: canned answers of OpenAI's shapes. `python -m bench.gateway_upstream` prints its port."""

import asyncio
import json
import sys

import uvloop

STREAM_EVENTS = 50
EVENT_SECONDS = 0.02


def answered(body: bytes, content_type: str = "application/json") -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


USAGE = {"prompt_tokens": 250, "completion_tokens": 100, "total_tokens": 350}
MESSAGE = {"role": "assistant", "content": "The quick brown fox jumps over the lazy dog. " * 9}
CHAT = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "stub",
    "choices": [{"index": 0, "message": MESSAGE}],
    "usage": USAGE,
}
ROWS = [{"object": "embedding", "index": 0, "embedding": [n / 1536 for n in range(1536)]}]
EMBEDDING = {"object": "list", "data": ROWS, "model": "stub", "usage": {"prompt_tokens": 250, "total_tokens": 250}}
PICTURE = {
    "created": 1,
    "data": [{"b64_json": "A" * 1_500_000}],
    "usage": {"input_tokens": 50, "output_tokens": 4160, "total_tokens": 4210},
}
WHOLE = {
    b"chat/completions": answered(json.dumps(CHAT).encode()),
    b"embeddings": answered(json.dumps(EMBEDDING).encode()),
    b"images/generations": answered(json.dumps(PICTURE).encode()),
}
NOTHING = answered(b'{"data":[]}')
CHUNK = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "stub",
    "choices": [{"index": 0, "delta": {"content": " word"}}],
}


def part(value: object) -> bytes:
    data = b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(data), data)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
EVENT = part(CHUNK)
END = part({**CHUNK, "choices": [], "usage": USAGE}) + part(b"[DONE]") + b"0\r\n\r\n"


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
        if b'"stream": true' in body or b'"stream":true' in body:
            self.transport.write(HEAD + EVENT)
            self.later(STREAM_EVENTS)
        else:
            self.transport.write(WHOLE.get(head.split(b" ", 2)[1].removeprefix(b"/v1/"), NOTHING))

    def later(self, left: int) -> None:
        if left:
            self.transport.write(EVENT)
            asyncio.get_running_loop().call_later(EVENT_SECONDS, self.later, left - 1)
        else:
            self.transport.write(END)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
