"""What every request to the API passes, in this order: who asks, from where, how much, and whether it was done before."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from sayso import db
from sayso.errors import Forbidden, Invalid, NotFound, Problem
from sayso.web import idempotency, refusals
from sayso.web.actor import caller
from sayso.web.body import JSON_BYTES_MAX, NUL, BoundedRequest
from sayso.web.parts import parts
from sayso.web.reach import must_reach
from sayso.web.routes import API

BYTES_MAX = {(address.verb, address.path): address.bytes_max for address in API if address.bytes_max}


class ApiRoute(APIRoute):
    """An address of the API. There is none that nobody needs to be signed in for."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handled = super().get_route_handler()

        async def handler(request: Request) -> Response:
            request = BoundedRequest(request.scope, request.receive)
            request.state.by = by = await caller(request)
            try:
                must_reach(by, request.method, self.path, request.path_params)
                _without_nul(request)
                request.bounded(BYTES_MAX.get((request.method, self.path)) or JSON_BYTES_MAX)
                with db.within(by.workspace):
                    try:
                        answer = await handled(request)
                    except idempotency.Answered as earlier:
                        return earlier.answer
                    await idempotency.kept(request, answer)
            except Forbidden as error:
                known = parts(request)
                if (tried := known.refusals.first(by, request.method, self.path, request.path_params, error)) is not None:
                    known.jobs.begin(refusals.written(known.engine, tried))
                raise
            return answer

        return handler


def _without_nul(request: Request) -> None:
    if "\0" in request.url.path:
        raise NotFound("This address names nothing.")
    if b"%00" in request.scope["query_string"]:
        raise Invalid(Problem("query", NUL))
