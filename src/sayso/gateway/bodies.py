"""What was said, kept only where the owner wants it so: shortened, without keys, addresses of people and numbers of cards."""

import asyncio
import re
from collections import deque
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import gateway_tables as t
from sayso.db import transaction

BODY_BYTES_MAX = 2**18
LOOKED_BYTES_MAX = 2**20
WAITING_MAX = 500
HIDDEN = (
    (re.compile(rb"\b(?:sk|rk|pk|gsk|xai|sayso)[-_][A-Za-z0-9_-]{8,}|\bAIza[\w-]{20,}|\bAKIA[0-9A-Z]{16}\b"), b"[key]"),
    (re.compile(rb"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"), b"[mail]"),
    (re.compile(rb"(?<!\d)(?:\d[ -]?){13,18}\d(?!\d)"), b"[number]"),
    (re.compile(rb"(?<![\w.])\+?\d[\d ()/-]{8,18}\d(?![\w.])"), b"[number]"),
    (re.compile(rb'data:[a-z]+/[a-z0-9.+-]{1,40};base64,[A-Za-z0-9+/=]+|(?<=")[A-Za-z0-9+/]{2000,}={0,2}(?=")'), b"[data]"),
)


def hidden(body: bytes) -> bytes:
    """The body as it is kept."""
    for shape, instead in HIDDEN:
        body = shape.sub(instead, body)
    return body[:BODY_BYTES_MAX]


def _rows(waiting: list[tuple[str, str, bytes, bytes]]) -> list[dict[str, Any]]:
    return [
        {"id": id, "workspace_id": workspace, "request": hidden(request), "answer": hidden(answer)}
        for id, workspace, request, answer in waiting
    ]


class Bodies:
    """Waiting to be written. When PostgreSQL is away, the oldest are dropped: they are a convenience, the ledger is not."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._waiting: deque[tuple[str, str, bytes, bytes]] = deque(maxlen=WAITING_MAX)

    def keep(self, id: str, workspace: str, request: bytes, answer: bytes) -> None:
        self._waiting.append((id, workspace, request[:LOOKED_BYTES_MAX], answer[:LOOKED_BYTES_MAX]))

    async def flush(self) -> None:
        waiting = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if waiting:
            rows = await asyncio.to_thread(_rows, waiting)
            async with transaction(self._engine) as tx:
                await tx.execute(insert(t.bodies).on_conflict_do_nothing(), rows)
