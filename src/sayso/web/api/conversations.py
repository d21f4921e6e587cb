"""Conversations with co-workers: asked, answered as JSON lines, stopped, shared."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import orjson
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from sayso import db
from sayso.coworkers import asking, roster, turns
from sayso.coworkers import conversations as talks
from sayso.coworkers.desk import Desk
from sayso.errors import NotFound
from sayso.team.actor import Actor
from sayso.web import cursor as places
from sayso.web.actor import By
from sayso.web.api.coworkers import Key
from sayso.web.cursor import Cursor
from sayso.web.parts import parts
from sayso.web.shapes import AppId, Asked, Json, PartId, RowId, ShortText, Shown, Token
from sayso.web.work import Engine, Once, Tx

MICROSECONDS_MAX = 10**16
"""Since 1970: long after anybody reads this."""

State = Literal["working", "waiting", "done", "stopped", "failed"]


class Conversation(Shown):
    id: str
    coworker: str
    title: str
    shared: bool
    mine: bool
    by: str
    by_name: str
    state: State | None
    """Of the last answer; none where nothing was asked yet."""
    created_at: datetime
    updated_at: datetime


class Conversations(Shown):
    items: list[Conversation]
    next: str | None = None


class Tokens(Shown):
    input: int
    output: int


class Looked(Shown):
    things: int
    apps: list[str]


class Turn(Shown):
    """One thing asked, and what was answered. The shapes of its parts, sources and cards are in docs/architecture.md."""

    id: str
    n: int
    state: State
    asked: Json
    parts: list[Json]
    sources: list[Json]
    looked: Looked
    model: str | None
    cost: str
    """Dollars."""
    unpriced: int
    tokens: Tokens
    ms: int
    first_ms: int | None
    problem: str | None
    at: datetime | None
    ended_at: datetime | None


class ConversationWithTurns(Conversation):
    turns: list[Turn] = []


class NewConversation(Asked):
    title: ShortText = ""


class ConversationChange(Asked):
    title: ShortText | None = None
    shared: bool | None = None
    """Everybody who may see the co-worker may read along then."""


class RowMeant(Asked):
    app: AppId | None = None
    table: PartId
    id: RowId


class NewQuestion(Asked):
    text: Annotated[str, Field(max_length=asking.WORDS_CHARACTERS_MAX)] = ""
    files: Annotated[list[Token], Field(max_length=asking.FILES_MAX)] = []
    rows: Annotated[list[RowMeant], Field(max_length=asking.ROWS_MAX)] = []


async def listed(coworker: Key, tx: Tx, by: By, cursor: Cursor = None) -> Conversations:
    """My conversations with it and those shared, the latest first."""
    found = await roster.found(tx, coworker, by=by)
    at = places.number(cursor)
    before = None if at is None or at > MICROSECONDS_MAX else datetime.fromtimestamp(at / 1_000_000, UTC)
    items = await talks.listed(tx, found, by=by, before=before)
    more = items[-1].updated_at if len(items) == talks.PAGE_CONVERSATIONS else None
    return Conversations(
        items=[_one(c, by) for c in items], next=places.written(round(more.timestamp() * 1_000_000) if more else None)
    )


async def create(coworker: Key, new: NewConversation, tx: Tx, by: By) -> ConversationWithTurns:
    """Begin a conversation."""
    made = await talks.create(tx, await roster.found(tx, coworker, by=by), by=by, title=new.title)
    return ConversationWithTurns(**_one(made, by).model_dump())


async def show(conversation: Token, tx: Tx, by: By) -> ConversationWithTurns:
    """A conversation with everything said in it."""
    one, _ = await talks.opened(tx, conversation, by=by)
    said = await turns.shown(tx, await turns.listed(tx, one.id))
    return ConversationWithTurns(**_one(one, by).model_dump(), turns=[Turn.model_validate(turn) for turn in said])


async def update(conversation: Token, changed: ConversationChange, tx: Tx, by: By) -> Conversation:
    """Rename it, or share it to be read."""
    return _one(await talks.change(tx, conversation, by=by, title=changed.title, shared=changed.shared), by)


async def remove(conversation: Token, tx: Tx, by: By) -> Response:
    """Remove it."""
    await talks.remove(tx, conversation, by=by)
    return Response(status_code=204)


async def say(conversation: Token, new: NewQuestion, request: Request, engine: Engine, by: By, once: Once) -> StreamingResponse:
    """Say something: answered in JSON lines as the answer comes. Leaving does not stop it."""
    desk = parts(request).coworkers
    rows = [row.model_dump() for row in new.rows]
    turn = await asking.ask(desk, conversation, new.text, by=by, files=new.files, rows=rows)
    return _streamed(desk, turn.id)


async def follow(conversation: Token, request: Request, tx: Tx, by: By) -> StreamingResponse:
    """The answer that is being written, or the last one, from its beginning: for coming back."""
    one, _ = await talks.opened(tx, conversation, by=by)
    last = await turns.latest(tx, one.id)
    if last is None:
        raise NotFound("Nothing was asked in this conversation yet.")
    return _streamed(parts(request).coworkers, last.id)


async def stop(conversation: Token, request: Request, engine: Engine, by: By) -> Response:
    """Stop the answer that is being written, wherever it is."""
    async with db.transaction(engine) as tx:
        await talks.opened(tx, conversation, by=by, own=True)
    await asking.stop(parts(request).coworkers, conversation, by=by)
    return Response(status_code=204)


def _streamed(desk: Desk, turn: str) -> StreamingResponse:
    return StreamingResponse(_lines(desk, turn), media_type="application/x-ndjson", headers={"x-accel-buffering": "no"})


async def _lines(desk: Desk, turn: str) -> AsyncGenerator[bytes]:
    async for line in asking.lines(desk, turn):
        yield orjson.dumps(line, default=str) + b"\n"


def _one(one: talks.Conversation, by: Actor) -> Conversation:
    told: dict[str, Any] = {
        f: getattr(one, f) for f in ("id", "coworker", "title", "shared", "by_name", "state", "created_at", "updated_at")
    }
    return Conversation(**told, by=one.member, mine=one.member == by.member)
