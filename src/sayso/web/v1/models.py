"""The models that a key can ask for, with what is known of each."""

from sayso.gateway import catalogue
from sayso.gateway.calls import Answer
from sayso.gateway.refusals import no_such_model
from sayso.web.v1.request import Request


async def listed(request: Request) -> Answer:
    """All of them: aliases first, then providers' own, then those that live here."""
    return request.answer({"object": "list", "data": catalogue.listed(request.gateway, request.caller)})


async def show(request: Request) -> Answer:
    """One of them, by its name."""
    name = request.ids[0]
    request.caller.must_reach(name, "models")
    found = catalogue.shown(request.gateway, request.caller, name)
    if found is None:
        raise no_such_model(name)
    return request.answer(found)
