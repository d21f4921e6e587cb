"""Public forms: links that let strangers add a row."""

from datetime import datetime

from fastapi import Response
from pydantic import AwareDatetime

from sayso.errors import Unavailable
from sayso.web.shapes import AppId, Asked, PartId, Shown, Token


class FormLink(Shown):
    url: str
    token: str
    created_at: datetime
    created_by: str | None
    expires_at: AwareDatetime | None = None


class FormLinks(Shown):
    items: list[FormLink]
    next: str | None = None


class NewFormLink(Asked):
    expires_at: AwareDatetime | None = None


async def listed(app: AppId, view: PartId) -> FormLinks:
    """Links at which this form can be reached."""
    raise Unavailable("not there yet")


async def create(app: AppId, view: PartId, new: NewFormLink) -> FormLink:
    """Make the form public: anyone with the link may send it."""
    raise Unavailable("not there yet")


async def remove(app: AppId, view: PartId, token: Token) -> Response:
    """Withdraw a link; it stops at once."""
    raise Unavailable("not there yet")
