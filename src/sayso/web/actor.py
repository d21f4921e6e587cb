"""Who asks: by cookie or by token, before anything else is looked at."""

from dataclasses import replace
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection, Request

from sayso.errors import SignInNeeded
from sayso.team.actor import Actor
from sayso.web import cookies
from sayso.web.address import address_of, agent_of
from sayso.web.parts import Parts, parts
from sayso.web.safety import must_be_same_origin

SIGN_IN = "Sign in first: open a sign-in link, or send an API token as `Authorization: Bearer sayso_…`."


async def caller(request: HTTPConnection) -> Actor:
    """The actor behind a request or a WebSocket, or whom they see an app as. Raises `SignInNeeded`; never reads the body."""
    known = parts(request)
    by = await _known(request, known)
    by = replace(by, address=address_of(request, known.settings), agent=agent_of(request))
    return await known.seeing.seen_as(request, known.engine, by)


async def _known(request: HTTPConnection, known: Parts) -> Actor:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return await known.callers.of_token(token.strip(), address_of(request, known.settings))
    secret = cookies.read(request)
    if scheme or not secret:
        raise SignInNeeded(SIGN_IN)
    must_be_same_origin(request.scope.get("method", "GET"), request.headers, known.settings)
    return await known.callers.of_session(secret)


async def asked_by(request: Request) -> Actor:
    return request.state.by


By = Annotated[Actor, Depends(asked_by)]
"""The one who asks; every handler that reads or writes passes it on."""
