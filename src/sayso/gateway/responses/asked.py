"""What is asked of a response, with what came before put into it: no upstream needs to remember anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.gateway import kept
from sayso.gateway.bridge.items import new_id, wrong
from sayso.gateway.refusals import Refused, not_json

CHAIN_RESPONSES_MAX = 1000
CONVERSATION_ITEMS_MAX = 5000
OURS = ("previous_response_id", "conversation", "background")
"""What upstreams are not told."""
PREFIXES = {
    "message": "msg",
    "function_call": "fc",
    "function_call_output": "fco",
    "reasoning": "rs",
    "custom_tool_call": "ctc",
    "custom_tool_call_output": "ctco",
}
NAMELESS = frozenset(("message", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output"))
"""Items that say all they have to say: upstreams get them without their ids, which they may not know."""

CHAIN = text(
    """
    with recursive chain as (
        select previous, input, value, 1 as depth from sayso.gateway_responses
        where workspace_id = :workspace and id = :id and expires_at > now()
        union all
        select r.previous, r.input, r.value, depth + 1 from chain
        join sayso.gateway_responses r on r.workspace_id = :workspace and r.id = chain.previous
        where depth < :most
    )
    select input, value -> 'output' as output, value ->> 'status' as status from chain order by depth desc
    """
)


@dataclass(slots=True)
class Prepared:
    """`body` is what is asked of the upstream; `own` are the items that were given with this request, and `before` those of before it."""

    body: dict[str, Any]
    own: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    before: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    previous: str | None = None
    conversation: str | None = None
    background: bool = False
    store: bool = True
    stream: bool = False

    @property
    def echoes(self) -> dict[str, Any]:
        """What the response tells of it."""
        told: dict[str, Any] = {}
        if self.previous:
            told["previous_response_id"] = self.previous
        if self.conversation:
            told["conversation"] = {"id": self.conversation}
        if self.background:
            told["background"] = True
        return told


def plain(raw: bytes) -> bool:
    """Whether nothing in it needs more than passing on."""
    return not any(
        name in raw for name in (b'"previous_response_id"', b'"conversation"', b'"background"', b'"file_id"', b'"item_reference"')
    )


def read(raw: bytes) -> dict[str, Any]:
    """Raises `Refused` (400)."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise not_json(str(error)) from None
    if not isinstance(body, dict):
        raise not_json("it is not an object")
    for name in ("background", "store", "stream"):
        if body.get(name) is not None and not isinstance(body[name], bool):
            raise wrong(name, "true or false")
    return body


async def prepared(tx: AsyncConnection, workspace: str, body: dict[str, Any]) -> Prepared:
    """Raises `Refused` for what cannot be asked, and for what is not there to follow."""
    asked = Prepared({key: value for key, value in body.items() if key not in OURS})
    asked.background, asked.stream = bool(body.get("background")), bool(body.get("stream"))
    asked.store = body.get("store") is not False
    if asked.background and not asked.store:
        raise Refused("A response in the background must be stored.", 400, param="background", code="invalid_value")
    kept.metadata(body)
    asked.own = as_items(body.get("input"))
    asked.previous = kept.text(body, "previous_response_id", length_max=kept.ID_LENGTH_MAX)
    asked.conversation = _conversation(body.get("conversation"))
    if asked.previous and asked.conversation:
        raise Refused(
            "Give previous_response_id or conversation, not both.", 400, param="previous_response_id", code="invalid_value"
        )
    if asked.previous:
        asked.before = await of_chain(tx, workspace, asked.previous)
    elif asked.conversation:
        asked.before = await of_conversation(tx, workspace, asked.conversation)
    if asked.before:
        asked.body["input"] = [told(item) for item in [*asked.before, *asked.own]]
    return asked


def _conversation(given: Any) -> str | None:
    id = given.get("id") if isinstance(given, dict) else given
    if id is not None and not isinstance(id, str):
        raise wrong("conversation", "an id")
    return id


async def of_chain(tx: AsyncConnection, workspace: str, id: str) -> list[dict[str, Any]]:
    """All that was said up to this response, and in it."""
    rows = (await tx.execute(CHAIN, {"workspace": workspace, "id": id, "most": CHAIN_RESPONSES_MAX})).all()
    if not rows:
        raise Refused(
            f"Previous response with id '{id[:100]}' not found.",
            404,
            param="previous_response_id",
            code="previous_response_not_found",
        )
    if rows[-1].status in ("queued", "in_progress"):
        raise Refused(f"The response '{id}' is not finished yet.", 400, param="previous_response_id", code="invalid_value")
    return [item for row in rows for item in [*row.input, *(row.output or [])]]


async def of_conversation(tx: AsyncConnection, workspace: str, id: str) -> list[dict[str, Any]]:
    if await kept.find(tx, workspace, "conversation", id) is None:
        raise Refused(f"Conversation with id '{id[:100]}' not found.", 404, param="conversation", code="not_found")
    page = kept.Page(CONVERSATION_ITEMS_MAX, "asc")
    return (await kept.listed(tx, workspace, "conversation.item", page, parent=id))["data"]


def as_items(given: Any) -> list[dict[str, Any]]:
    """What was given, as items with ids. Raises `Refused` (400)."""
    if given is None:
        return []
    if isinstance(given, str):
        return [_as_item({"role": "user", "content": given}, "input")]
    if not isinstance(given, list):
        raise wrong("input", "a text or a list of items")
    return [_as_item(item, f"input[{n}]") for n, item in enumerate(given)]


def _as_item(item: Any, where: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise wrong(where, "an object")
    kind = item.get("type") or "message"
    if not isinstance(kind, str):
        raise wrong(f"{where}.type", "a text")
    named = {"id": str(item.get("id") or new_id(PREFIXES.get(kind, "item")))[: kept.ID_LENGTH_MAX], "type": kind}
    if kind != "message":
        return {**item, **named}
    role, content = item.get("role"), item.get("content")
    if not isinstance(role, str):
        raise wrong(f"{where}.role", "one of user, assistant, system and developer")
    if isinstance(content, str):
        content = [
            {"type": "output_text", "text": content, "annotations": []}
            if role == "assistant"
            else {"type": "input_text", "text": content}
        ]
    if not isinstance(content, list):
        raise wrong(f"{where}.content", "a text or a list of parts")
    return {**item, **named, "role": role, "status": item.get("status") or "completed", "content": content}


def told(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item as an upstream gets it."""
    hidden = ("id", "status") if item.get("type") in NAMELESS else ("status",)
    return {key: value for key, value in item.items() if key not in hidden and value is not None}
