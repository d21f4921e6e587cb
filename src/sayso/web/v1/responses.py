"""Responses, and what was kept of them."""

from sayso import db
from sayso.gateway import kept
from sayso.gateway.calls import Answer
from sayso.gateway.refusals import Refused
from sayso.gateway.responses import stored
from sayso.gateway.responses.asked import of_chain
from sayso.web.v1.request import Request
from sayso.web.v1.unnamed import with_model

INPUT_ITEMS_MAX = 100


async def create(request: Request) -> Answer:
    """A response of any model, kept unless `store` is false."""
    body = with_model(request, await request.body())
    return await request.gateway.endpoints.responses.create(request.caller, body, request.content_type)


async def show(request: Request) -> Answer:
    """One of them, or its events again."""
    request.let_in()
    async with db.transaction(request.engine) as tx:
        response = await stored.read(tx, request.workspace, request.ids[0])
    asked = request.questions
    if asked.get("stream") == "true":
        after = asked.get("starting_after", "-1")
        if not after.lstrip("-").isdigit() or len(after) > 9:
            raise Refused("'starting_after' must be a number.", 400, param="starting_after", code="invalid_value")
        return request.gateway.endpoints.responses.stream(request.workspace, response, int(after))
    return request.answer(response)


async def remove(request: Request) -> Answer:
    request.let_in()
    async with db.transaction(request.engine) as tx:
        await stored.remove(tx, request.workspace, request.ids[0])
    return request.answer({"id": request.ids[0], "object": "response", "deleted": True})


async def cancel(request: Request) -> Answer:
    request.let_in()
    return request.answer(await request.gateway.endpoints.responses.cancel(request.workspace, request.ids[0]))


async def input_items(request: Request) -> Answer:
    """What was given to it, with what it followed, the last first."""
    request.let_in()
    page = kept.page(request.questions, limit_max=INPUT_ITEMS_MAX)
    async with db.transaction(request.engine) as tx:
        own, previous = await stored.own_input(tx, request.workspace, request.ids[0])
        items = [*(await of_chain(tx, request.workspace, previous) if previous else []), *own]
    if page.order == "desc":
        items = items[::-1]
    ids = [item.get("id") for item in items]
    if page.after is not None:
        if page.after not in ids:
            raise Refused(f"No such item: {page.after[:100]}", 400, param="after", code="invalid_value")
        items = items[ids.index(page.after) + 1 :]
    return request.answer(kept.as_list(items[: page.limit], more=len(items) > page.limit))
