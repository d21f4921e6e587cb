"""Whom to tell of a hole in this server (RFC 9116). Who runs it says who that is."""

from datetime import UTC, datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sayso.web.parts import parts

GOOD_DAYS = 180
"""The file says until when it may be relied on; RFC 9116 asks for less than a year."""


async def show(request: Request) -> Response:
    settings = parts(request).settings
    if settings.security_contact is None:
        raise HTTPException(404)
    until = (datetime.now(UTC) + timedelta(days=GOOD_DAYS)).replace(microsecond=0, second=0, minute=0, hour=0)
    lines = (
        f"Contact: {settings.security_contact}",
        f"Expires: {until.isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: en",
        f"Canonical: {settings.url}/.well-known/security.txt",
    )
    return PlainTextResponse("\n".join(lines) + "\n", headers={"cache-control": "public, max-age=86400"})
