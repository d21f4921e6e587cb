"""Conversations: private to their member unless shared, and then only to be read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.coworkers.roster import Found, found
from sayso.db import coworker_tables as t
from sayso.db.tables import apps, members
from sayso.errors import Forbidden, NotFound
from sayso.team.actor import Actor
from sayso.team.ids import new_id

TITLE_CHARACTERS_MAX = 80
PAGE_CONVERSATIONS = 50
ALIVE_SECONDS = 20
"""A turn that nobody has worked on for so long was left by a process that is gone."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """`state` is that of its last turn; `allowed` are tools that need not ask in here any more."""

    id: str
    coworker: str
    title: str
    shared: bool
    member: str
    by_name: str
    state: str | None
    allowed: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


def _query(by: Actor) -> Any:
    c, m, a = t.conversations.c, members.c, apps.c
    last = select(t.turns.c.state).where(t.turns.c.conversation == c.id).order_by(t.turns.c.n.desc()).limit(1).scalar_subquery()
    query: Any = select(
        c.id, c.coworker, a.id.label("app"), c.title, c.shared, c.member, m.name.label("by_name"), last.label("state"),
        c.allowed, c.created_at, c.updated_at,
    )  # fmt: skip
    query = query.join_from(t.conversations, members, m.id == c.member).outerjoin(apps, a.number == c.app)
    return query.where(c.workspace_id == by.workspace, or_(c.member == by.member, c.shared))


def _read(row: Any) -> Conversation:
    key = f"{row.app}.{row.coworker}" if row.app else row.coworker
    return Conversation(
        row.id, key, row.title, row.shared, row.member, row.by_name, row.state, tuple(row.allowed), row.created_at, row.updated_at
    )


async def listed(tx: AsyncConnection, of: Found, *, by: Actor, before: datetime | None = None) -> list[Conversation]:
    """Mine and those shared, the latest first."""
    c = t.conversations.c
    app: ColumnElement[bool] = c.app == of.number if of.number is not None else c.app.is_(None)
    query = _query(by).where(c.coworker == of.coworker.id, app, c.deleted_at.is_(None))
    query = query if before is None else query.where(c.updated_at < before)
    rows = await tx.execute(query.order_by(c.updated_at.desc(), c.id).limit(PAGE_CONVERSATIONS))
    return [_read(row) for row in rows]


async def create(tx: AsyncConnection, of: Found, *, by: Actor, title: str = "", kept: bool = True) -> Conversation:
    """A new one. One that is not `kept` is in no list until something in it waits for a yes."""
    if by.member is None:
        raise Forbidden("Only members talk to co-workers.")
    id = new_id("g")
    new = insert(t.conversations).values(
        id=id, workspace_id=by.workspace, app=of.number, coworker=of.coworker.id, member=by.member,
        title=titled(title) if title else "", deleted_at=None if kept else func.now(),
    )  # fmt: skip
    await tx.execute(new)
    return await read(tx, id, by=by, hidden=True)


async def read(tx: AsyncConnection, id: str, *, by: Actor, own: bool = False, hidden: bool = False) -> Conversation:
    """Raises `NotFound` for another's that is not shared; with `own`, `Forbidden` for another's that is."""
    c = t.conversations.c
    query = _query(by).where(c.id == id)
    row = (await tx.execute(query if hidden else query.where(c.deleted_at.is_(None)))).one_or_none()
    if row is None or not by.may("read"):
        raise NotFound("There is no such conversation.")
    if own and row.member != by.member:
        raise Forbidden(f"This conversation is {row.by_name}'s: it is shared to be read.")
    return _read(row)


async def opened(tx: AsyncConnection, id: str, *, by: Actor, own: bool = False) -> tuple[Conversation, Found]:
    """The conversation and whom it is with: whoever may not see the app any more does not see what was said of it."""
    one = await read(tx, id, by=by, own=own, hidden=own)
    return one, await found(tx, one.coworker, by=by)


async def change(
    tx: AsyncConnection, id: str, *, by: Actor, title: str | None = None, shared: bool | None = None
) -> Conversation:
    await read(tx, id, by=by, own=True)
    values: dict[str, Any] = {}
    values |= {} if title is None else {"title": titled(title)}
    values |= {} if shared is None else {"shared": shared}
    if values:
        await tx.execute(update(t.conversations).where(t.conversations.c.id == id).values(**values))
    return await read(tx, id, by=by)


async def remove(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    """What it has cost stays in the usage."""
    await read(tx, id, by=by, own=True)
    await tx.execute(update(t.conversations).where(t.conversations.c.id == id).values(deleted_at=func.now(), shared=False))


async def keep(tx: AsyncConnection, id: str) -> None:
    """One that was in no list is in it from now on."""
    await tx.execute(update(t.conversations).where(t.conversations.c.id == id).values(deleted_at=None))


async def allow(tx: AsyncConnection, id: str, tools: list[str]) -> None:
    """These tools need not ask any more in this conversation."""
    c = t.conversations.c
    now = (await tx.execute(select(c.allowed).where(c.id == id).with_for_update())).scalar_one()
    await tx.execute(update(t.conversations).where(c.id == id).values(allowed=sorted({*now, *tools})))


def titled(text: str) -> str:
    """The beginning of what was said, cut between words."""
    words = " ".join(text.split())
    if len(words) <= TITLE_CHARACTERS_MAX:
        return words
    return words[:TITLE_CHARACTERS_MAX].rsplit(" ", 1)[0].rstrip(",.;:") + " …"
