"""llama.cpp with one file in it, in this process. Its own HTTP port listens on loopback with a key that nobody knows; we call it directly."""

import asyncio
import importlib
import importlib.util
import os
import secrets
import threading
from collections.abc import AsyncGenerator, Callable, Mapping
from pathlib import Path
from typing import Any

from sayso.errors import Unavailable

CONTEXT_TOKENS_MAX = 8_192
"""Of one request with its answer. More costs memory for every request: some 1 GB for a model of 8 billion parameters."""
THREADS_MAX = 8
EVENTS_WAITING_MAX = 256

Value = dict[str, Any]


def installed() -> bool:
    """Whether llama.cpp is here: the extra `[local]`."""
    return importlib.util.find_spec("xllamacpp") is not None


class Engine:
    """Loading takes from a second to a minute; the object holds the memory until it is gone. Raises `Unavailable`."""

    def __init__(self, path: Path, *, context: int = CONTEXT_TOKENS_MAX, quiet: bool = True, port: int = 0, host: str = "127.0.0.1", key: str = "") -> None:  # fmt: skip
        try:
            llama: Any = importlib.import_module("xllamacpp")  # an extra: a hundred megabytes that most do without
        except ImportError:
            raise Unavailable("llama.cpp is not installed. Install Sayso with its extra: pip install 'sayso[local]'.") from None
        params: Any = llama.CommonParams()
        params.model.path = str(path)
        params.n_ctx = context
        params.n_parallel = 1
        params.cpuparams.n_threads = min(os.cpu_count() or 1, THREADS_MAX)
        params.use_jinja, params.warmup, params.ui = True, False, False
        params.hostnames, params.port, params.api_keys = [host], port, [key or secrets.token_urlsafe(32)]
        params.verbosity = -1 if quiet else 1
        try:
            self.server: Any = llama.Server(params)
        except RuntimeError as error:
            raise Unavailable(f"{path.name} could not be loaded by llama.cpp ({error})") from None

    @property
    def address(self) -> str:
        return str(self.server.listening_address)

    async def events(self, body: Mapping[str, Any]) -> AsyncGenerator[Value]:
        """The events of a chat, as they come. Closing it stops the model at its next token.

        Raises `EngineError` for what llama.cpp does not take, or breaks at.
        """
        loop, queue, stop = asyncio.get_running_loop(), asyncio.Queue[Value | None](), threading.Event()
        request = {**body, "stream": True, "stream_options": {"include_usage": True}}

        def heard(event: Value) -> bool:
            """Called in llama.cpp's thread with each event; true stops it."""
            loop.call_soon_threadsafe(queue.put_nowait, event)
            return stop.is_set()

        working = loop.run_in_executor(
            None, self._work, request, heard, lambda: loop.call_soon_threadsafe(queue.put_nowait, None)
        )
        try:
            while (event := await queue.get()) is not None:
                if "error" in event:
                    raise EngineError.of(event["error"])
                yield event
            await working
        finally:
            stop.set()
            await asyncio.shield(asyncio.wait([working]))
            if not working.cancelled():
                working.exception()

    def _work(self, body: Value, heard: Callable[[Value], bool], ended: Callable[[], Any]) -> None:
        try:
            left = self.server.handle_chat_completions(body, heard)
            if isinstance(left, dict) and "error" in left:
                heard(left)
        except (ValueError, TypeError, RuntimeError) as error:
            heard({"error": {"code": 400, "message": str(error)}})
        finally:
            ended()

    async def completed(self, body: Mapping[str, Any]) -> Value:
        """A plain completion, which `json_schema` may bind to a grammar."""
        found: Value = await asyncio.to_thread(self.server.handle_completions, dict(body))
        if "error" in found:
            raise EngineError.of(found["error"])
        return found


class EngineError(Exception):
    """What llama.cpp said, with its status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status

    @classmethod
    def of(cls, error: Any) -> "EngineError":
        told = error if isinstance(error, dict) else {"message": str(error)}
        return cls(str(told.get("message", "llama.cpp failed")), int(told.get("code") or 500))
