"""What every request of a directory passes: whose token it is, how often it came, what its errors look like (RFC 7644, 3)."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sayso import db
from sayso.errors import Conflict, Invalid, NotFound, SaysoError, SignInNeeded, TooLarge, TooMany
from sayso.team.actor import Actor
from sayso.team.roles import Reach
from sayso.team.scim import tokens
from sayso.team.scim.errors import Scim
from sayso.web import problems
from sayso.web.address import counted_as
from sayso.web.body import BoundedRequest
from sayso.web.parts import parts
from sayso.web.rate import Rate

JSON = "application/scim+json"
BODY_BYTES_MAX = 8 * 2**20
rate = Rate(times=1_200, seconds=60)
strangers = Rate(times=60, seconds=60)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a directory, in its transaction."""

    request: Request
    tx: AsyncConnection
    by: Actor
    role: Reach
    """Of whoever is new."""

    @property
    def base(self) -> str:
        return f"{parts(self.request).settings.url}/scim/v2"

    @property
    def id(self) -> str:
        return self.request.path_params["id"]

    async def json(self) -> Any:
        try:
            return await self.request.json()
        except Invalid as error:
            raise Scim(400, str(error), "invalidSyntax") from None


Handler = Callable[[Asked], Awaitable[Response]]


def door(handle: Handler) -> Callable[[Request], Awaitable[Response]]:
    """The handler with everything around it: nothing but SCIM's own errors ever comes out."""

    async def handler(request: Request) -> Response:
        known = parts(request)
        try:
            if "\0" in request.url.path or b"%00" in request.scope["query_string"]:
                raise Scim(400, "This holds a character that no text can hold.", "invalidValue")
            bounded = BoundedRequest(request.scope, request.receive)
            bounded.bounded(BODY_BYTES_MAX)
            await bounded.body()
            token = _token(request)
            async with db.transaction(known.engine) as tx:
                by, role = await tokens.actor(tx, token)
                rate.count(by.workspace)
                answer = await handle(Asked(bounded, tx, by, role))
            if request.method not in ("GET", "HEAD"):
                known.callers.forget()
            return answer
        except Exception as error:
            return _wrong(request, error)

    handler.__doc__ = handle.__doc__
    return handler


def said(value: Any, status: int = 200, **headers: str) -> Response:
    body = orjson.dumps(value) if status != 204 else b""
    return Response(
        body, status, {name.replace("_", "-"): told for name, told in headers.items()}, media_type=JSON if status != 204 else None
    )


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise SignInNeeded("Send the token of this workspace: Authorization: Bearer sayso_scim_…")
    return token.strip()


def _wrong(request: Request, error: Exception) -> Response:
    match error:
        case Scim():
            told = error
        case SignInNeeded():
            try:
                strangers.count(counted_as(request, parts(request).settings))
                told = Scim(401, str(error))
            except TooMany as often:
                told = Scim(429, str(often))
        case TooMany():
            told = Scim(429, str(error))
        case TooLarge():
            told = Scim(413, str(error), "tooMany")
        case NotFound():
            told = Scim(404, str(error))
        case Conflict():
            told = Scim(409, str(error), "mutability")
        case SaysoError():
            told = Scim(error.status if error.status in (400, 403) else 400, str(error), "invalidValue")
        case _:
            understood = problems.understood(error) if isinstance(error, DBAPIError | HTTPException | Exception) else error
            told = Scim(400 if isinstance(understood, Invalid) else getattr(understood, "status", 500), str(understood))
    headers = {"www_authenticate": 'Bearer realm="SCIM"'} if told.code == 401 else {}
    headers |= {"retry_after": "30"} if told.code == 429 else {}
    return said(told.as_json(), told.code, **headers)
