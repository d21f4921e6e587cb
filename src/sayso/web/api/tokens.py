"""API tokens: how programs act for a member."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from fastapi import Query, Request, Response
from pydantic import AwareDatetime, Field

from sayso.errors import Invalid, Problem
from sayso.team import keys, proof
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import AppId, Asked, May, ShortText, Shown, Token
from sayso.web.work import Tx


class TokenOwner(Shown):
    id: str
    name: str


class ApiToken(Shown):
    id: str
    name: str
    scopes: list[May]
    """Empty means all rights of the member."""
    apps: list[str] | None
    """The only apps that it reaches; null: all."""
    begins: str
    """The first characters, to tell tokens apart."""
    member: TokenOwner
    created_at: datetime
    last_used_at: datetime | None = None
    last_used_address: str = ""
    expires_at: datetime | None = None
    """Null: never."""
    old_until: datetime | None = None
    """Until then the secret before works too."""

    @classmethod
    def of(cls, key: keys.Key, **more: str) -> Self:
        return cls(
            id=key.id,
            name=key.name,
            scopes=list(key.scopes),
            apps=None if key.apps is None else list(key.apps),
            begins=key.begins,
            member=TokenOwner(id=key.member, name=key.member_name),
            created_at=key.created_at,
            last_used_at=key.used_at,
            last_used_address=key.used_address,
            expires_at=key.expires_at,
            old_until=key.old_until,
            **more,
        )


class ApiTokens(Shown):
    items: list[ApiToken]
    next: str | None = None


class NewToken(Asked):
    name: ShortText
    scopes: list[May] | None = None
    apps: Annotated[list[AppId], Field(max_length=keys.APPS_MAX)] | None = None
    """Only these apps."""
    expires_at: AwareDatetime | None = None
    """Left out: in 90 days. Null: never."""


class Rotation(Asked):
    overlap_hours: Annotated[int, Field(ge=0, le=keys.OVERLAP_HOURS_MAX)] = 24
    """How long the secret before works beside the new one."""


class FreshToken(ApiToken):
    token: str
    """Shown once, here."""


async def listed(tx: Tx, by: By, all: Annotated[Literal["1"] | None, Query()] = None) -> ApiTokens:
    """My tokens; with `all` everybody's, for whoever manages the workspace."""
    return ApiTokens(items=[ApiToken.of(key) for key in await keys.listed(tx, by=by, everybodys=all is not None)])


async def create(new: NewToken, request: Request, tx: Tx, by: By) -> FreshToken:
    """A new token, shown this once."""
    request.state.secret = True
    if not new.scopes and new.apps is None:
        proof.must(by)
    until = new.expires_at if "expires_at" in new.model_fields_set else keys.in_days()
    if until is not None and until <= datetime.now(UTC):
        raise Invalid(Problem("expires_at", "is a moment in the future, or null for never"))
    key, secret = await keys.create(tx, new.name, by=by, scopes=new.scopes, expires_at=until, only=new.apps)
    return FreshToken.of(key, token=secret)


async def rotate(id: Token, how: Rotation, request: Request, tx: Tx, by: By) -> FreshToken:
    """A new secret for a token of mine, shown this once; the one before works beside it for a while."""
    request.state.secret = True
    key, secret = await keys.rotated(tx, id, by=by, overlap_hours=how.overlap_hours)
    parts(request).callers.forget()
    return FreshToken.of(key, token=secret)


async def remove(id: Token, request: Request, tx: Tx, by: By) -> Response:
    """Withdraw a token; it stops at once."""
    await keys.revoke(tx, id, by=by)
    parts(request).callers.forget()
    return Response(status_code=204)
