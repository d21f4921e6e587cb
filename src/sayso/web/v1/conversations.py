"""Conversations: what was said, kept in one place, and added to by every response that names it."""

import time
from typing import Any

from sayso import db
from sayso.gateway import kept
from sayso.gateway.bridge.items import new_id
from sayso.gateway.calls import Answer
from sayso.gateway.refusals import Refused
from sayso.gateway.responses.asked import as_items
from sayso.web.v1.request import Request

ITEMS_AT_ONCE_MAX = 20


async def create(request: Request) -> Answer:
    request.let_in()
    body = await request.optional_json()
    value: dict[str, Any] = {
        "id": new_id("conv"),
        "object": "conversation",
        "created_at": int(time.time()),
        "metadata": kept.metadata(body),
    }
    async with db.transaction(request.engine) as tx:
        await kept.put(tx, request.workspace, "conversation", value)
        for item in _items(body):
            await kept.put(tx, request.workspace, "conversation.item", item, parent=value["id"])
    return request.answer(value)


async def show(request: Request) -> Answer:
    request.let_in()
    async with db.transaction(request.engine) as tx:
        return request.answer(await kept.read(tx, request.workspace, "conversation", request.ids[0]))


async def change(request: Request) -> Answer:
    request.let_in()
    body = await request.json()
    async with db.transaction(request.engine) as tx:
        value = await kept.read(tx, request.workspace, "conversation", request.ids[0], lock=True)
        value |= {"metadata": kept.metadata(body)}
        await kept.change(tx, request.workspace, value["id"], value)
    return request.answer(value)


async def remove(request: Request) -> Answer:
    request.let_in()
    async with db.transaction(request.engine) as tx:
        if not await kept.remove(tx, request.workspace, "conversation", request.ids[0]):
            raise kept.missing("conversation", request.ids[0])
    return request.answer({"id": request.ids[0], "object": "conversation.deleted", "deleted": True})


async def items(request: Request) -> Answer:
    request.let_in()
    page = kept.page(request.questions)
    async with db.transaction(request.engine) as tx:
        await kept.read(tx, request.workspace, "conversation", request.ids[0])
        return request.answer(await kept.listed(tx, request.workspace, "conversation.item", page, parent=request.ids[0]))


async def add_items(request: Request) -> Answer:
    request.let_in()
    body = await request.json()
    added = _items(body)
    async with db.transaction(request.engine) as tx:
        await kept.read(tx, request.workspace, "conversation", request.ids[0])
        for item in added:
            await kept.put(tx, request.workspace, "conversation.item", item, parent=request.ids[0])
    return request.answer(kept.as_list(added))


async def show_item(request: Request) -> Answer:
    request.let_in()
    conversation, item = request.ids
    async with db.transaction(request.engine) as tx:
        return request.answer(
            await kept.read(tx, request.workspace, "conversation.item", item, parent=conversation, named="item")
        )


async def remove_item(request: Request) -> Answer:
    request.let_in()
    conversation, item = request.ids
    async with db.transaction(request.engine) as tx:
        value = await kept.read(tx, request.workspace, "conversation", conversation)
        if not await kept.remove(tx, request.workspace, "conversation.item", item, parent=conversation):
            raise kept.missing("item", item)
    return request.answer(value)


def _items(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Ids are ours here: no item takes another's place."""
    given = as_items(body.get("items") or [])
    if len(given) > ITEMS_AT_ONCE_MAX:
        raise Refused(f"At most {ITEMS_AT_ONCE_MAX} items at once.", 400, param="items", code="invalid_value")
    return [{**item, "id": new_id(item["id"].partition("_")[0][:20] or "item")} for item in given]
