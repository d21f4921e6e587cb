"""Calls to models: read, handed to the gateway, answered with what comes back."""

from sayso.gateway.calls import Answer, Call
from sayso.gateway.refusals import Refused
from sayso.web.v1.request import Request
from sayso.web.v1.unnamed import with_model

ID_BYTES_MAX = 2000


async def create(request: Request) -> Answer:
    """Any call that names its model."""
    body = await request.body()
    return await request.gateway.answer(Call(request.caller, request.endpoint, body, request.content_type))


async def create_unnamed(request: Request) -> Answer:
    """Any call that may leave its model to us."""
    body = with_model(request, await request.body())
    return await request.gateway.answer(Call(request.caller, request.endpoint, body, request.content_type))


async def passed_through(request: Request) -> Answer:
    """What only an upstream can do, and is not metered: asked of the provider that `x-sayso-provider` names, else of the first OpenAI."""
    if len(request.endpoint) + len(request.query) > ID_BYTES_MAX or ".." in request.endpoint:
        raise Refused("Invalid URL.", 404)
    body = await request.body()
    named = request.header(b"x-sayso-provider").decode("ascii", "replace") or None
    call = Call(request.caller, request.endpoint, body, request.content_type, request.verb, request.query, named)
    return await request.gateway.pass_through(call)
