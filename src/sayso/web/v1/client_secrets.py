"""Secrets that a browser may have, for one session's time."""

from typing import Any

from sayso import db
from sayso.gateway.bridge.items import new_id
from sayso.gateway.calls import Answer
from sayso.gateway.realtime import secret
from sayso.web.v1.request import Request


async def create(request: Request) -> Answer:
    request.let_in()
    body = await request.optional_json()
    async with db.transaction(request.engine) as tx:
        value, ends, session = await secret.create(tx, request.caller, body)
    shown: dict[str, Any] = {
        "type": "realtime",
        "object": "realtime.session",
        "id": new_id("sess"),
        "expires_at": ends,
        **session,
    }
    return request.answer({"value": value, "expires_at": ends, "session": shown})
