"""API tokens: how programs act for a member."""

from datetime import datetime

from fastapi import Response

from sayso.errors import Unavailable
from sayso.web.shapes import Asked, May, ShortText, Shown, Token


class ApiToken(Shown):
    id: str
    name: str
    scopes: list[May]
    begins: str
    """The first characters, to tell tokens apart."""
    created_at: datetime
    last_used_at: datetime | None = None


class ApiTokens(Shown):
    items: list[ApiToken]
    next: str | None = None


class NewToken(Asked):
    name: ShortText
    scopes: list[May] | None = None


class FreshToken(ApiToken):
    token: str
    """Shown once, here."""


async def listed() -> ApiTokens:
    """My tokens."""
    raise Unavailable("not there yet")


async def create(new: NewToken) -> FreshToken:
    """A new token, shown this once."""
    raise Unavailable("not there yet")


async def remove(id: Token) -> Response:
    """Withdraw a token; it stops at once."""
    raise Unavailable("not there yet")
