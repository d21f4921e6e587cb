"""API tokens: how programs act for a member."""

from datetime import datetime
from typing import Any

from fastapi import Request, Response
from pydantic import AwareDatetime

from sayso.team import keys, proof
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import Asked, May, ShortText, Shown, Token
from sayso.web.work import Tx


class ApiToken(Shown):
    id: str
    name: str
    scopes: list[May]
    """Empty means all rights of the member."""
    begins: str
    """The first characters, to tell tokens apart."""
    created_at: datetime
    last_used_at: datetime | None = None
    expires_at: datetime | None = None


class ApiTokens(Shown):
    items: list[ApiToken]
    next: str | None = None


class NewToken(Asked):
    name: ShortText
    scopes: list[May] | None = None
    expires_at: AwareDatetime | None = None


class FreshToken(ApiToken):
    token: str
    """Shown once, here."""


async def listed(tx: Tx, by: By) -> ApiTokens:
    """My tokens."""
    return ApiTokens(items=[ApiToken(**_of(key)) for key in await keys.listed(tx, by=by)])


async def create(new: NewToken, request: Request, tx: Tx, by: By) -> FreshToken:
    """A new token, shown this once."""
    request.state.secret = True
    if not new.scopes:
        proof.must(by)
    key, secret = await keys.create(tx, new.name, by=by, scopes=new.scopes, expires_at=new.expires_at)
    return FreshToken(**_of(key), token=secret)


async def remove(id: Token, request: Request, tx: Tx, by: By) -> Response:
    """Withdraw a token; it stops at once."""
    await keys.revoke(tx, id, by=by)
    parts(request).callers.forget()
    return Response(status_code=204)


def _of(key: keys.Key) -> dict[str, Any]:
    times = {"created_at": key.created_at, "last_used_at": key.used_at, "expires_at": key.expires_at}
    return {"id": key.id, "name": key.name, "scopes": list(key.scopes), "begins": key.begins, **times}
