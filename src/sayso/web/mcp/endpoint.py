"""`/mcp` over HTTP: one message in, one answer out; no session, no stream, nothing kept between two requests."""

from dataclasses import replace
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from sayso import db
from sayso.errors import Invalid, SignInNeeded
from sayso.team.actor import Actor
from sayso.team.ids import new_id
from sayso.web.address import address_of, agent_of
from sayso.web.body import JSON_BYTES_MAX, BoundedRequest
from sayso.web.idempotency import KEY_CHARACTERS_MAX
from sayso.web.mcp import door, messages, methods, versions
from sayso.web.mcp.messages import INVALID_REQUEST, PARSE_ERROR, Message, Wrong
from sayso.web.mcp.tools.tool import At
from sayso.web.parts import Parts, parts
from sayso.web.problems import understood
from sayso.web.rate import Rate

BATCH_MAX = 20
"""Messages in one request: only the revision 2025-03-26 knows batches."""
CALLS_A_MINUTE_MAX = 600
"""Of one member, by all their tokens."""
REPEATED = (versions.VERSION_HEADER, versions.METHOD_HEADER, versions.NAME_HEADER)

calls = Rate(times=CALLS_A_MINUTE_MAX, seconds=60)


async def post(request: Request) -> Response:
    """A message, from whoever shows a token."""
    known = parts(request)
    if away := door.turned_away(request.headers, known.settings):
        return away
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return door.sign_in_first(
            known.settings, "Show an API token as `Authorization: Bearer sayso_…`, or sign in by OAuth.", shown=False
        )
    try:
        address = address_of(request, known.settings)
        by = replace(await known.callers.of_token(token.strip(), address), address=address, agent=agent_of(request))
        calls.count(f"{by.workspace} {by.id}")
        with db.within(by.workspace):
            return await _answered(request, known, by)
    except SignInNeeded as error:
        return door.sign_in_first(known.settings, str(error), shown=True)
    except Exception as error:
        told = understood(error)
        return _sent(messages.error(None, Wrong(messages.INTERNAL_ERROR, str(told))), told.status)


async def no_stream(request: Request) -> Response:
    """GET and DELETE: there is no stream to open here and no session to end."""
    return door.turned_away(request.headers, parts(request).settings) or Response(status_code=405, headers={"allow": "POST"})


async def _answered(request: Request, known: Parts, by: Actor) -> Response:
    bounded = BoundedRequest(request.scope, request.receive)
    try:
        bounded.bounded(JSON_BYTES_MAX)
        value = await bounded.json()
    except Invalid as error:
        return _sent(messages.error(None, Wrong(PARSE_ERROR, str(error))), 400)
    at = At(known, by)
    if isinstance(value, list):
        return await _batch(value, request.headers, at)
    return await _one(value, request.headers, at)


async def _one(value: Any, headers: Headers, at: At) -> Response:
    modern = False
    try:
        _must_be_said_once(headers)
        message = messages.read(value)
        version = versions.spoken(message, headers)
        at = replace(at, key=_key(message, headers, at))
        modern = version in versions.MODERN
        result = await methods.answer(message, version, at)
    except Wrong as wrong:
        told = wrong.status if modern or wrong.code != messages.METHOD_NOT_FOUND else 200
        return _sent(messages.error(messages.id_of(value), wrong), told)
    except methods.ScopeNeeded as needed:
        return door.more_scope_needed(at.known.settings, str(needed), " ".join(door.SCOPES))
    return Response(status_code=202) if result is None else _sent(messages.result(message.id, result), 200)


async def _batch(values: list[Any], headers: Headers, at: At) -> Response:
    if (
        not 0 < len(values) <= BATCH_MAX
        or headers.get(versions.VERSION_HEADER, versions.WITHOUT_HEADER) != versions.WITHOUT_HEADER
    ):
        return _sent(messages.error(None, Wrong(INVALID_REQUEST, "One message at a time.")), 400)
    answers = [orjson.loads(one.body) for value in values if (one := await _one(value, headers, at)).body]
    return _sent(answers, 200) if answers else Response(status_code=202)


def _key(message: Message, headers: Headers, at: At) -> str:
    """What a call is known by: the client's own key, so that a call that is sent again is done once; else one of our own."""
    said = headers.get("idempotency-key", "")
    if 0 < len(said) <= KEY_CHARACTERS_MAX and said.isascii() and said.isprintable():
        return f"mcp:{at.by.id}:{said}:{message.id}"
    return new_id("u")


def _must_be_said_once(headers: Headers) -> None:
    """Who reads the first and who reads the last of two headers would not agree."""
    for name in REPEATED:
        if len(headers.getlist(name)) > 1:
            raise Wrong(messages.HEADER_MISMATCH, f"The header {name} is there more than once.")


def _sent(value: Any, status: int) -> Response:
    return Response(orjson.dumps(value, default=str), status, media_type="application/json")
