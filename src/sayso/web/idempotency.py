"""Writes that may be sent twice. `Idempotency-Key: …` makes the second one get the first one's answer.

The key is claimed inside the request's own transaction: a second request with it waits for the first to end, and either
finds its answer or, when the first was rolled back, does the work. What takes longer than one transaction claims its key
apart; a second request is then told that the first has not ended yet. A token has keys of its own: what its member was answered elsewhere,
with more rights, is not told again to it.
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from sayso import db
from sayso.db.tables import idempotency as t
from sayso.errors import Conflict, Invalid, Problem
from sayso.team.actor import Actor
from sayso.web.safety import SAFE_VERBS

KEY_CHARACTERS_MAX = 200
UNANSWERED_SECONDS_MAX = 120
"""A claim without an answer for so long is of a process that is gone."""

Mine = dict[str, Any]


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


async def claimed(tx: AsyncConnection, request: Request) -> Mine | None:
    """Claims the request's key in `tx`, or raises `Answered`. The answer is kept in `tx` as well."""
    key = key_of(request)
    if key is None:
        return None
    by: Actor = request.state.by
    mine: Mine = {"workspace_id": by.workspace, "actor": by.token or by.id, "key": key}
    digest = sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode() + await request.body()).digest()
    claim = postgresql.insert(t).values(**mine, request=digest).on_conflict_do_nothing().returning(t.c.key)
    if (await tx.execute(claim)).first() is None:
        row = (await tx.execute(select(t).where(*_is(mine)))).one()
        if (answer := _earlier(row, digest)) is not None:
            raise Answered(answer)
    request.state.claim = (tx, mine)
    return mine


async def claimed_apart(engine: AsyncEngine, request: Request) -> Mine | None:
    """Claims the key at once; `given_up` takes that back when the work fails."""
    async with db.transaction(engine) as tx:
        mine = await claimed(tx, request)
    request.state.claim = (engine, mine) if mine else None
    return mine


async def given_up(engine: AsyncEngine, mine: Mine) -> None:
    async with db.transaction(engine) as tx:
        await tx.execute(delete(t).where(*_is(mine), t.c.done.is_(False)))


async def kept(request: Request, answer: Response) -> None:
    """Keeps the answer under the claimed key. Of one that holds a secret, or that comes as it is written, only that it was given."""
    claim: tuple[AsyncConnection | AsyncEngine, Mine] | None = getattr(request.state, "claim", None)
    if claim is None:
        return
    at, mine = claim
    streamed = isinstance(answer, StreamingResponse)
    body = None if streamed or getattr(request.state, "secret", False) else bytes(answer.body)
    headers = {
        "content-type": answer.media_type or answer.headers.get("content-type", ""),
        **({"streamed": "yes"} if streamed else {}),
    }
    values = {"status": answer.status_code, "headers": headers, "body": body, "done": True}
    keep = update(t).where(*_is(mine)).values(values)
    if isinstance(at, AsyncConnection):
        await at.execute(keep)
    else:
        async with db.transaction(at) as tx:
            await tx.execute(keep)


def _is(mine: Mine) -> list[Any]:
    return [t.c[name] == value for name, value in mine.items()]


def _earlier(row: Row[Any], digest: bytes) -> Response | None:
    """The answer of then; nothing when whoever claimed the key is gone."""
    if row.request != digest:
        raise Conflict("This Idempotency-Key was used for another request. Use a new key for a new request.")
    if not row.done:
        if row.at < datetime.now(UTC) - timedelta(seconds=UNANSWERED_SECONDS_MAX):
            return None
        raise Conflict("The first request with this Idempotency-Key has not ended yet.")
    if row.body is None and row.headers.get("streamed"):
        raise Conflict("This was done already. Its answer was told as it was written: read what came of it at its own address.")
    if row.body is None:
        raise Conflict("This was done already. Its answer held a secret, which is shown once and not kept.")
    return Response(row.body, row.status, {**row.headers, "idempotent-replayed": "true"})


async def first_time(tx: AsyncConnection, by: Actor, key: str) -> bool:
    """Whether nothing was done under this key before; for pages, which need no stored answer."""
    mine = {"workspace_id": by.workspace, "actor": by.id, "key": key}
    claim = postgresql.insert(t).values(**mine, request=b"", done=True).on_conflict_do_nothing().returning(t.c.key)
    return (await tx.execute(claim)).first() is not None
