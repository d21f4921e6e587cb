"""Writes that may be sent twice. `Idempotency-Key: …` makes the second one get the first one's answer.

The key is claimed inside the request's own transaction: a second request with it waits for the first to end, and either
finds its answer or, when the first was rolled back, does the work.
"""

from hashlib import sha256
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from sayso.db.tables import idempotency as t
from sayso.errors import Conflict, Invalid, Problem
from sayso.team.actor import Actor
from sayso.web.safety import SAFE_VERBS

KEY_CHARACTERS_MAX = 200


class Answered(Exception):
    """This was done before; the answer is the one of then."""

    def __init__(self, answer: Response) -> None:
        self.answer = answer


def key_of(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is None or request.method in SAFE_VERBS or _is_upload(request):
        return None
    if not key or len(key) > KEY_CHARACTERS_MAX or not key.isascii() or not key.isprintable():
        raise Invalid(
            Problem("Idempotency-Key", f"has 1 to {KEY_CHARACTERS_MAX} plain characters", "8e03978e-40d5-43dd-bc93-6894a57f9324")
        )
    return key


def _is_upload(request: Request) -> bool:
    """An upload sent twice is a file too many, and no harm; to compare two would mean to hold both."""
    return request.headers.get("content-type", "").startswith("multipart/")


async def claimed(tx: AsyncConnection, request: Request) -> None:
    """Claims the request's key in `tx`, or raises `Answered`."""
    key = key_of(request)
    if key is None:
        return
    by = request.state.by
    mine = {"workspace_id": by.workspace, "actor": by.id, "key": key}
    digest = sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode() + await request.body()).digest()
    claim = postgresql.insert(t).values(**mine, request=digest).on_conflict_do_nothing().returning(t.c.key)
    if (await tx.execute(claim)).first() is None:
        raise Answered(await _earlier(tx, mine, digest))
    request.state.claim = (tx, mine)


async def kept(request: Request, answer: Response) -> None:
    """Keeps the answer under the claimed key, in the transaction that is about to be committed."""
    claim: tuple[AsyncConnection, dict[str, Any]] | None = getattr(request.state, "claim", None)
    if claim is None:
        return
    tx, mine = claim
    headers = {"content-type": answer.media_type or answer.headers.get("content-type", "")}
    await tx.execute(
        update(t)
        .where(*(t.c[k] == v for k, v in mine.items()))
        .values(status=answer.status_code, headers=headers, body=bytes(answer.body), done=True)
    )


async def _earlier(tx: AsyncConnection, mine: dict[str, Any], digest: bytes) -> Response:
    row = (await tx.execute(select(t).where(*(t.c[k] == v for k, v in mine.items())))).one()
    if row.request != digest:
        raise Conflict("This Idempotency-Key was used for another request. Use a new key for a new request.")
    if not row.done:
        raise Conflict("The first request with this Idempotency-Key has not ended yet.")
    return Response(row.body, row.status, {**row.headers, "idempotent-replayed": "true"})


async def first_time(tx: AsyncConnection, by: Actor, key: str) -> bool:
    """Whether nothing was done under this key before; for pages, which need no stored answer."""
    mine = {"workspace_id": by.workspace, "actor": by.id, "key": key}
    claim = postgresql.insert(t).values(**mine, request=b"", done=True).on_conflict_do_nothing().returning(t.c.key)
    return (await tx.execute(claim)).first() is not None
