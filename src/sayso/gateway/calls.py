"""One call to a model, and its answer: the seam that everything stands on.

From outside, `web/v1` makes a `Call` of a request. From inside (AI fields, agents, batches, the playground), no HTTP is needed:

    caller = gateway.caller(workspace, app="crm", member=by.member)
    answer = await gateway.ask(caller, "chat/completions", {"model": "slot:text", "messages": […]})
    async for event in gateway.events(caller, "responses", {"model": "openai/gpt-6-luna", "input": "…"}): …
    async with gateway.answering(Call(caller, "audio/speech", body)) as answer: …      # bytes, as they come

Each goes the same way: scope, rate, budget, route, retries and fallbacks, metering, ledger. `Refused` is raised for what was
refused here or by every upstream; it has OpenAI's status, code and words.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sayso.gateway.caller import Caller
from sayso.gateway.refusals import Header
from sayso.gateway.reply import JSON

if TYPE_CHECKING:
    from sayso.gateway.entry import Entry


@dataclass(slots=True)
class Call:
    """`endpoint` is the path under `/v1/`; `body` the request's bytes, JSON unless `content_type` says otherwise.

    `query` is passed on with its question mark, and `verb`, for endpoints that are only passed through; `provider` names the one that
    is asked there, where no model tells.
    """

    caller: Caller
    endpoint: str
    body: bytes = b""
    content_type: bytes = JSON
    verb: str = "POST"
    query: str = ""
    provider: str | None = None
    began: float = field(default_factory=time.perf_counter)


class Answer:
    """What comes back. Either `body` holds all of it, or it is None and `read` gives parts until an empty one.

    Whoever got an answer without a body closes it; that ends the upstream's work, and charges what was used.
    """

    __slots__ = ("_close", "_read", "body", "content_type", "entry", "headers", "id", "status")

    def __init__(
        self,
        id: str,
        status: int,
        content_type: bytes,
        headers: list[Header],
        body: bytes | None = None,
        read: Callable[[], Awaitable[bytes]] | None = None,
        close: Callable[[], Awaitable[None]] | None = None,
        entry: "Entry | None" = None,
    ) -> None:
        self.id, self.status, self.content_type, self.headers, self.body = id, status, content_type, headers, body
        self._read, self._close = read, close
        self.entry = entry
        """What it has used and cost (`tokens`, `cost`, `seconds`), once it has ended."""

    def read(self) -> Awaitable[bytes]:
        """The next part; empty at the end. Events are never cut in two by us."""
        return self._read() if self._read is not None else self._rest()

    async def _rest(self) -> bytes:
        body, self.body = self.body or b"", b""
        return body

    async def close(self) -> None:
        if self._close is not None:
            await self._close()

    async def whole(self) -> bytes:
        parts: list[bytes] = []
        while part := await self.read():
            parts.append(part)
        return b"".join(parts)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while part := await self.read():
            yield part
