"""Batches: begun here, worked off by the gateway."""

from sayso import db
from sayso.gateway import kept
from sayso.gateway.batches import stored
from sayso.gateway.calls import Answer
from sayso.web.v1.request import Request


async def create(request: Request) -> Answer:
    request.let_in()
    body = await request.json()
    async with db.transaction(request.engine) as tx:
        made = await stored.create(tx, request.caller, body)
    request.gateway.endpoints.batches.look()
    return request.answer(made)


async def listed(request: Request) -> Answer:
    request.let_in()
    page = kept.page(request.questions)
    async with db.transaction(request.engine) as tx:
        return request.answer(await stored.listed(tx, request.workspace, page))


async def show(request: Request) -> Answer:
    request.let_in()
    async with db.transaction(request.engine) as tx:
        return request.answer(await stored.read(tx, request.workspace, request.ids[0]))


async def cancel(request: Request) -> Answer:
    request.let_in()
    async with db.transaction(request.engine) as tx:
        value = await stored.cancel(tx, request.workspace, request.ids[0])
    request.gateway.endpoints.batches.look()
    return request.answer(value)
