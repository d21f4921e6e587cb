"""A scripted upstream on a real loopback socket: speaks OpenAI's shapes, remembers what it heard, and misbehaves when told to.

    async with upstream() as up:
        up.will(Status(429, retry_after="1"), Normal())     # the next two requests; after that it is normal again
        ...
        assert up.heard[-1].json["model"] == "gpt-6-luna-2026-10-01"

Whatever it answers costs what `USAGE` says: 250 tokens in, 100 out, unless a behaviour says otherwise.
"""

import asyncio
import json
import re
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

USAGE = {
    "prompt_tokens": 250,
    "completion_tokens": 100,
    "total_tokens": 350,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
}
INPUT_OUTPUT_USAGE = {
    "input_tokens": 250,
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens": 100,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 350,
}
WORDS = ["The", " quick", " brown", " fox", " jumps", " over", " the", " lazy", " dog", "."]
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
HARMS = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm", "self-harm/instructions",
    "self-harm/intent", "sexual", "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip
SNAPSHOT = "-2026-10-01"
AZURE = re.compile(r"^/openai(?:/deployments/[^/]+)?")


@dataclass(frozen=True)
class Heard:
    """One request."""

    verb: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Normal:
    """The usual answer. `usage` replaces its usage; `None` leaves it out."""

    usage: Any = "usual"
    pause: float = 0.0
    """Seconds between events."""


@dataclass(frozen=True)
class Status:
    """An error in OpenAI's shape, or `body` as it is."""

    status: int
    message: str = "upstream says no"
    code: str | None = None
    retry_after: str | None = None
    body: bytes | None = None


@dataclass(frozen=True)
class SlowFirst:
    seconds: float


@dataclass(frozen=True)
class Drip:
    """After the headers, one byte in so many seconds."""

    seconds: float = 1.0


@dataclass(frozen=True)
class CutAt:
    """The usual answer up to this part of its bytes, then the connection is gone."""

    part: float


@dataclass(frozen=True)
class Garbage:
    """What is announced as JSON (or events) is something else."""

    text: bytes = b"<html>not what you expected</html>"


@dataclass(frozen=True)
class Endless:
    """Events without end."""

    pause: float = 0.0


@dataclass(frozen=True)
class Reset:
    """The connection is closed without a word."""


@dataclass(frozen=True)
class NotHttp:
    pass


@dataclass(frozen=True)
class Says:
    """Something of its own, whole or in events, as it was asked for."""

    whole: dict[str, Any]
    events: tuple[tuple[dict[str, Any], str | None], ...] = ()
    pause: float = 0.0

    @classmethod
    def response(cls, id: str, text: str, pause: float = 0.0) -> "Says":
        head, *parts = _responses({}, "stub" + SNAPSHOT, False, INPUT_OUTPUT_USAGE)
        whole = json.loads(b"".join([head, *parts]).partition(b"\r\n\r\n")[2])
        whole["id"], whole["output"][0]["content"][0]["text"] = id, text
        begun = {**whole, "status": "in_progress", "output": [], "usage": None}
        told: list[dict[str, Any]] = [
            {"type": "response.created", "response": begun},
            {"type": "response.completed", "response": whole},
        ]
        return cls(whole, tuple(({**one, "sequence_number": n}, one["type"]) for n, one in enumerate(told)), pause)

    @classmethod
    def chat(cls, message: dict[str, Any], finish: str = "stop") -> "Says":
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
        return cls(
            {
                "id": "chatcmpl-2",
                "object": "chat.completion",
                "created": 1760000000,
                "model": "stub" + SNAPSHOT,
                "choices": [choice],
                "usage": USAGE,
            }
        )

    @classmethod
    def chunks(cls, deltas: list[dict[str, Any]], finish: str = "stop") -> "Says":
        about = {"id": "chatcmpl-2", "object": "chat.completion.chunk", "created": 1760000000, "model": "stub" + SNAPSHOT}
        told: list[dict[str, Any]] = [
            {**about, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
        ]
        told.append({**about, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
        told.append({**about, "choices": [], "usage": USAGE})
        return cls({}, tuple((one, None) for one in told))


@dataclass(frozen=True)
class By:
    """Whatever `says` makes of the request, so many seconds later."""

    says: Callable[[Heard], "Behaviour"]
    seconds: float = 0.0


Behaviour = By | Says | Normal | Status | SlowFirst | Drip | CutAt | Garbage | Endless | Reset | NotHttp


@dataclass
class Upstream:
    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    always: Behaviour = field(default_factory=Normal)
    gone: int = 0
    """How often the other side left in the middle of an answer."""
    connections: int = 0
    _next: deque[Behaviour] = field(default_factory=deque)

    def will(self, *behaviours: Behaviour) -> None:
        self._next.extend(behaviours)

    def forget(self) -> None:
        self.heard.clear()
        self._next.clear()
        self.always = Normal()
        self.gone = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while (heard := await _read(reader)) is not None:
                self.heard.append(heard)
                behaviour = self._next.popleft() if self._next else self.always
                if not await self._answer(heard, behaviour, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            self.gone += 1
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, heard: Heard, behaviour: Behaviour, writer: asyncio.StreamWriter) -> bool:
        """False when the connection is to be closed."""
        match behaviour:
            case By():
                await asyncio.sleep(behaviour.seconds)
                return await self._answer(heard, behaviour.says(heard), writer)
            case Status():
                error = {"error": {"message": behaviour.message, "type": "some_error", "param": None, "code": behaviour.code}}
                body = behaviour.body if behaviour.body is not None else json.dumps(error).encode()
                more = f"Retry-After: {behaviour.retry_after}\r\n" if behaviour.retry_after else ""
                writer.write(_head(behaviour.status, "application/json", len(body), more) + body)
            case Says():
                if not _asked(heard).get("stream"):
                    writer.write(b"".join(_whole(behaviour.whole)))
                    await writer.drain()
                    return True
                for part in _events([_sse(value, name) for value, name in behaviour.events]):
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(behaviour.pause)
                return True
            case Reset():
                writer.transport.abort()
                return False
            case NotHttp():
                writer.write(b"SSH-2.0-OpenSSH_9.2\r\n" * 3)
                await writer.drain()
                return False
            case Garbage():
                writer.write(_head(200, "application/json", len(behaviour.text)) + behaviour.text)
            case SlowFirst():
                await asyncio.sleep(behaviour.seconds)
                return await self._answer(heard, Normal(), writer)
            case Endless():
                writer.write(_head(200, "text/event-stream", None))
                n = 0
                while True:
                    writer.write(_chunk(_sse(_chat_chunk(heard, {"content": f" word{n}"}))))
                    await writer.drain()
                    n += 1
                    await asyncio.sleep(behaviour.pause)
            case Normal() | Drip() | CutAt():
                whole = b"".join(_usual(heard, behaviour.usage if isinstance(behaviour, Normal) else "usual"))
                if isinstance(behaviour, CutAt):
                    head = whole.index(b"\r\n\r\n") + 4
                    writer.write(whole[: head + int((len(whole) - head) * behaviour.part)])
                    await writer.drain()
                    await asyncio.sleep(0.02)
                    writer.transport.abort()
                    return False
                if isinstance(behaviour, Drip):
                    head = whole.index(b"\r\n\r\n") + 4
                    writer.write(whole[:head])
                    for at in range(head, len(whole)):
                        writer.write(whole[at : at + 1])
                        await writer.drain()
                        await asyncio.sleep(behaviour.seconds)
                elif behaviour.pause:
                    for part in _usual(heard, behaviour.usage):
                        writer.write(part)
                        await writer.drain()
                        await asyncio.sleep(behaviour.pause)
                else:
                    writer.write(whole)
        await writer.drain()
        return True


@asynccontextmanager
async def upstream(host: str = "127.0.0.1", ssl: Any = None) -> AsyncGenerator[Upstream]:
    up = Upstream()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await up.serve(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            tasks.discard(task)

    server = await asyncio.start_server(serve, host, 0, ssl=ssl)
    up.url = f"{'https' if ssl else 'http'}://{host}:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield up
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _read(reader: asyncio.StreamReader) -> Heard | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip().split("\r\n")
    verb, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Heard(verb, path, headers, body)


def _head(status: int, content_type: str, length: int | None, more: str = "") -> bytes:
    how = f"Content-Length: {length}" if length is not None else "Transfer-Encoding: chunked"
    return f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nx-request-id: req_upstream\r\n{more}{how}\r\n\r\n".encode()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _sse(value: Any, name: str | None = None) -> bytes:
    return (f"event: {name}\n" if name else "").encode() + b"data: " + json.dumps(value, separators=(",", ":")).encode() + b"\n\n"


def _events(events: list[bytes]) -> list[bytes]:
    return [_head(200, "text/event-stream; charset=utf-8", None), *map(_chunk, events), b"0\r\n\r\n"]


def _whole(value: Any, content_type: str = "application/json") -> list[bytes]:
    body = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return [_head(200, content_type, len(body)) + body]


def _asked(heard: Heard) -> dict[str, Any]:
    if heard.headers.get("content-type", "").startswith("multipart/"):
        text = heard.body.decode("latin-1")
        return {
            "model": text.split('name="model"')[1].split("\r\n\r\n")[1].split("\r\n")[0],
            "stream": 'name="stream"\r\n\r\ntrue' in text,
        }
    return json.loads(heard.body) if heard.body else {}


def _chat_chunk(heard: Heard, delta: dict[str, Any], **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}
    return {
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1760000000, "model": _asked(heard).get("model", "") + SNAPSHOT,
        "choices": [choice], **more,
    }  # fmt: skip


def _usual(heard: Heard, usage: Any) -> list[bytes]:
    """The usual answer, in the pieces that a real one comes in."""
    path, asked = AZURE.sub("", heard.path.partition("?")[0]).removeprefix("/v1"), _asked(heard)
    model = asked.get("model", "") + SNAPSHOT
    stream = bool(asked.get("stream"))
    usual = USAGE if usage == "usual" else usage
    in_out = INPUT_OUTPUT_USAGE if usage == "usual" else usage
    match path:
        case "/chat/completions" if stream:
            wanted = bool((asked.get("stream_options") or {}).get("include_usage"))
            null = {"usage": None} if wanted else {}
            events = [_sse(_chat_chunk(heard, {"role": "assistant", "content": ""}, **null))]
            events += [_sse(_chat_chunk(heard, {"content": word}, **null)) for word in WORDS]
            last = _chat_chunk(heard, {}, **null)
            last["choices"][0]["finish_reason"] = "stop"
            events.append(_sse(last))
            if wanted and usual is not None:
                events.append(_sse({**_chat_chunk(heard, {}), "choices": [], "usage": usual}))
            return _events([*events, b"data: [DONE]\n\n"])
        case "/chat/completions":
            message = {"role": "assistant", "content": "".join(WORDS), "refusal": None}
            choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
            told = {} if usual is None else {"usage": usual}
            return _whole(
                {
                    "id": "chatcmpl-1",
                    "object": "chat.completion",
                    "created": 1760000000,
                    "model": model,
                    "choices": [choice],
                    **told,
                }
            )
        case "/completions":
            choice = {"index": 0, "text": "".join(WORDS), "logprobs": None, "finish_reason": "stop"}
            return _whole(
                {
                    "id": "cmpl-1",
                    "object": "text_completion",
                    "created": 1760000000,
                    "model": model,
                    "choices": [choice],
                    "usage": usual,
                }
            )
        case "/responses":
            return _responses(asked, model, stream, in_out)
        case "/responses/input_tokens":
            return _whole({"object": "response.input_tokens", "input_tokens": 250})
        case "/embeddings":
            rows = [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5, 0.125]}]
            return _whole({"object": "list", "data": rows, "model": model, "usage": {"prompt_tokens": 250, "total_tokens": 250}})
        case "/moderations":
            result = {
                "flagged": False,
                "categories": dict.fromkeys(HARMS, False),
                "category_scores": dict.fromkeys(HARMS, 0.01),
                "category_applied_input_types": {harm: ["text"] for harm in HARMS},
            }
            return _whole({"id": "modr-1", "model": model, "results": [result]})
        case "/images/generations" | "/images/edits" | "/images/variations":
            drawn = {
                "input_tokens": 50,
                "output_tokens": 272,
                "total_tokens": 322,
                "input_tokens_details": {"text_tokens": 10, "image_tokens": 40},
            }
            if not stream:
                return _whole({"created": 1760000000, "data": [{"b64_json": PIXEL}], "usage": drawn})
            kind = "image_edit" if path.endswith("edits") else "image_generation"
            about = {
                "background": "opaque",
                "created_at": 1760000000,
                "output_format": "png",
                "quality": "low",
                "size": "1024x1024",
            }
            partial = {"type": f"{kind}.partial_image", "b64_json": PIXEL, "partial_image_index": 0, **about}
            done = {"type": f"{kind}.completed", "b64_json": PIXEL, "usage": drawn, **about}
            return _events([_sse(partial, f"{kind}.partial_image"), _sse(done, f"{kind}.completed")])
        case "/audio/speech":
            return [_head(200, "audio/mpeg", None), *(_chunk(bytes([n]) * 1000) for n in range(5)), b"0\r\n\r\n"]
        case "/audio/transcriptions" | "/audio/translations":
            return _whole(
                {"text": "".join(WORDS), "usage": {"type": "tokens", "input_tokens": 40, "output_tokens": 10, "total_tokens": 50}}
            )
        case "/models":
            names = (
                "gpt-6-luna",
                "gpt-6.1-sol",
                "text-embedding-3-small",
                "gpt-image-2",
                "gpt-4o-mini-tts",
                "omni-moderation-latest",
            )
            return _whole(
                {
                    "object": "list",
                    "data": [{"id": name, "object": "model", "created": 1760000000, "owned_by": "openai"} for name in names],
                }
            )
        case "/fine_tuning/jobs":
            return _whole({"object": "list", "data": [], "has_more": False})
        case _:
            body = json.dumps(
                {"error": {"message": f"nothing at {path}", "type": "invalid_request_error", "param": None, "code": None}}
            ).encode()
            return [_head(404, "application/json", len(body)) + body]


def _responses(asked: dict[str, Any], model: str, stream: bool, usage: Any) -> list[bytes]:
    text = {"type": "output_text", "text": "".join(WORDS), "annotations": [], "logprobs": []}
    item = {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [text]}
    whole = {
        "id": "resp_1", "object": "response", "created_at": 1760000000, "status": "completed", "model": model, "output": [item], "usage": usage,
        "error": None, "incomplete_details": None, "instructions": None, "metadata": {}, "parallel_tool_calls": True, "temperature": 1.0,
        "tool_choice": "auto", "tools": [], "top_p": 1.0,
    }  # fmt: skip
    if not stream:
        return _whole(whole)
    begun = {**whole, "status": "in_progress", "output": [], "usage": None}
    events: list[dict[str, Any]] = [{"type": "response.created", "response": begun}]
    events.append(
        {"type": "response.output_item.added", "output_index": 0, "item": {**item, "status": "in_progress", "content": []}}
    )
    where = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    events += [{"type": "response.output_text.delta", "delta": word, "logprobs": [], **where} for word in WORDS]
    events.append({"type": "response.output_item.done", "output_index": 0, "item": item})
    events.append({"type": "response.completed", "response": whole})
    return _events([_sse({**event, "sequence_number": n}, event["type"]) for n, event in enumerate(events)])
