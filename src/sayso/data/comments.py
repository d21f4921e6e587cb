"""What people say about a row: threads of one level, with names in them, signs beside them and an end.

A thread is a first comment and its answers. Whoever is named, has taken part or follows the app is told, as far as they may see the row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import events, mentions, reactions, said
from sayso.data.history import NO_MEMBERS
from sayso.data.mentions import Audible
from sayso.data.open_app import OpenApp
from sayso.data.physical import Rows, found, rows_of
from sayso.data.reactions import Reacted
from sayso.data.row import where
from sayso.data.visible import visible
from sayso.db import tables as system
from sayso.errors import Forbidden, Invalid, NotFound, Problem
from sayso.spec.table import Table
from sayso.team.actor import Actor

COMMENT_CHARACTERS_MAX = 20_000
COMMENTS_READ_MAX = 200
COUNTED_ROWS_MAX = 1_000
t = system.comments


@dataclass(frozen=True, slots=True)
class Comment:
    """`parent` is the first one of the thread that this answers. One that was taken back but is answered stays, `gone` and empty."""

    id: int
    text: str
    by: str
    by_name: str
    at: datetime
    mine: bool
    parent: int | None = None
    edited_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    gone: bool = False
    mentions: tuple[dict[str, str], ...] = ()
    reactions: tuple[Reacted, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Place:
    """The row that comments are of, found and seen by whoever asks."""

    app: OpenApp
    table: Table
    rows: Rows
    row: int

    @property
    def own(self) -> ColumnElement[bool]:
        return (t.c.app == self.app.number) & (t.c.table_no == self.rows.number) & (t.c.row_id == self.row)


async def at(tx: AsyncConnection, app: OpenApp, table_id: str, row: int) -> Place:
    """Raises `NotFound`, also for a row that they may not see."""
    app.must("read")
    table = found(app, table_id)
    if row not in await visible(tx, app, table_id, [row]):
        raise NotFound(f"{table.name} has no row {row}.")
    return Place(app, table, rows_of(app, table), row)


async def listed(
    tx: AsyncConnection, app: OpenApp, table_id: str, row: int, *, after: int = 0, limit: int = COMMENTS_READ_MAX
) -> tuple[Comment, ...]:
    """Oldest first; `after` is the id of the last comment of the page before."""
    place = await at(tx, app, table_id, row)
    return await _read(tx, place, t.c.id > after, limit)


async def _read(
    tx: AsyncConnection, place: Place, which: ColumnElement[bool], limit: int = COMMENTS_READ_MAX
) -> tuple[Comment, ...]:
    m, answer = system.members.c, t.alias("answer")
    name = func.coalesce(m.name, case(NO_MEMBERS, value=t.c.by), t.c.by)
    asked = select(
        t.c.id, t.c.text, t.c.by, name, t.c.at, t.c.by == place.app.by.id, t.c.parent, t.c.edited_at, t.c.resolved_at,
        t.c.resolved_by, t.c.deleted_at.is_not(None), t.c.mentions,
    )  # fmt: skip
    asked = asked.select_from(t.outerjoin(system.members, (m.id == t.c.by) & (m.workspace_id == t.c.workspace_id)))
    answered = exists().where(answer.c.parent == t.c.id, answer.c.deleted_at.is_(None))
    there = t.c.deleted_at.is_(None) | answered
    rows = (await tx.execute(asked.where(place.own, there, which).order_by(t.c.id).limit(min(limit, COMMENTS_READ_MAX)))).all()
    signs = await reactions.of(tx, [row.id for row in rows], by=place.app.by)
    return tuple(_comment(row, signs.get(row.id, ())) for row in rows)


def _comment(row: Any, signs: tuple[Reacted, ...]) -> Comment:
    *seen, gone, named = row
    one = Comment(*seen)  # pyright: ignore[reportCallIssue]  as `_read` asks for them
    return replace(one, text="", gone=True) if gone else replace(one, mentions=tuple(named), reactions=signs)


async def tally(tx: AsyncConnection, app: OpenApp, table_id: str, row: int) -> tuple[int, int]:
    """How many comments there are, and how many threads that are not resolved."""
    place = await at(tx, app, table_id, row)
    open_ = func.count().filter(t.c.parent.is_(None), t.c.resolved_at.is_(None))
    counted = (await tx.execute(select(func.count(), open_).where(place.own, t.c.deleted_at.is_(None)))).one()
    return counted[0], counted[1]


async def counts(tx: AsyncConnection, app: OpenApp, table_id: str, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many comments these rows have, and how many threads that are not resolved, as far as they may be seen; rows without any are left out."""
    app.must("read")
    rows = rows_of(app, found(app, table_id))
    seen = await visible(tx, app, table_id, list(ids)[:COUNTED_ROWS_MAX])
    if not seen:
        return {}
    own = (t.c.app == app.number) & (t.c.table_no == rows.number) & t.c.row_id.in_(seen) & t.c.deleted_at.is_(None)
    open_ = func.count().filter(t.c.parent.is_(None), t.c.resolved_at.is_(None))
    counted = await tx.execute(select(t.c.row_id, func.count(), open_).where(own).group_by(t.c.row_id))
    return {row: (many, threads) for row, many, threads in counted}


async def read(tx: AsyncConnection, app: OpenApp, table_id: str, row: int, comment: int) -> Comment:
    return await _one(tx, await at(tx, app, table_id, row), comment)


async def create(
    tx: AsyncConnection, app: OpenApp, table_id: str, row: int, text: str, *, by: Actor, parent: int | None = None
) -> Comment:
    """Raises `Invalid` for an empty or too long one and for names of those who cannot see the row, `Forbidden` for those who may only look on."""
    _may_comment(app, table_id, by)
    place = await at(tx, app, table_id, row)
    first = None if parent is None else (await _one(tx, place, parent))
    thread = None if first is None else first.parent or first.id
    text, named = await mentions.checked(tx, app, table_id, row, _said(text))
    new = insert(t).values(
        workspace_id=by.workspace, app=app.number, table_no=place.rows.number, row_id=row, text=text, by=by.id, parent=thread,
        mentions=_kept(named),
    )  # fmt: skip
    id: int = (await tx.execute(new.returning(t.c.id))).scalar_one()
    if thread is not None:  # an answer opens a thread again
        await tx.execute(
            update(t).where(t.c.id == thread, t.c.resolved_at.is_not(None)).values(resolved_at=None, resolved_by=None)
        )
    await _happened(tx, place, "comment.created", id)
    await said.tell(tx, app, place.table, row, said.Said(id, thread, text, named), by=by)
    return await _one(tx, place, id)


async def edit(tx: AsyncConnection, app: OpenApp, table_id: str, row: int, comment: int, text: str, *, by: Actor) -> Comment:
    """One's own. Whoever is named anew is told."""
    _may_comment(app, table_id, by)
    place = await at(tx, app, table_id, row)
    before = await _one(tx, place, comment)
    if before.by != by.id or before.gone:
        raise Forbidden("Only whoever wrote a comment may change it.")
    text, named = await mentions.checked(tx, app, table_id, row, _said(text))
    if text != before.text:
        changed = update(t).where(place.own, t.c.id == comment)
        await tx.execute(changed.values(text=text, mentions=_kept(named), edited_at=func.now()))
        await _happened(tx, place, "comment.changed", comment)
        known = {one["id"] for one in before.mentions}
        fresh = tuple(one for one in named if one.id not in known)
        await said.tell(tx, app, place.table, row, said.Said(comment, before.parent, text, fresh, only_named=True), by=by)
    return await _one(tx, place, comment)


async def resolve(
    tx: AsyncConnection, app: OpenApp, table_id: str, row: int, comment: int, resolved: bool, *, by: Actor
) -> Comment:
    """A whole thread is settled, or not after all; `comment` is its first."""
    _may_comment(app, table_id, by)
    place = await at(tx, app, table_id, row)
    if (await _one(tx, place, comment)).parent is not None:
        raise Invalid(Problem("resolved", "is said of a thread: of its first comment"))
    values: dict[str, Any] = {"resolved_at": func.now() if resolved else None, "resolved_by": by.id if resolved else None}
    await tx.execute(update(t).where(place.own, t.c.id == comment).values(**values))
    await _happened(tx, place, "comment.changed", comment)
    return await _one(tx, place, comment)


async def react(
    tx: AsyncConnection, app: OpenApp, table_id: str, row: int, comment: int, reaction: str, there: bool, *, by: Actor
) -> Comment:
    """Puts one's sign beside a comment, or takes it away."""
    _may_comment(app, table_id, by)
    place = await at(tx, app, table_id, row)
    if (await _one(tx, place, comment)).gone:
        raise NotFound("There is no such comment.")
    if await reactions.put(tx, comment, reaction, there, by=by):
        await _happened(tx, place, "comment.changed", comment)
    return await _one(tx, place, comment)


async def remove(tx: AsyncConnection, app: OpenApp, table_id: str, row: int, comment: int, *, by: Actor) -> None:
    """Takes back one's own comment; whoever manages the workspace may take back any."""
    _may_comment(app, table_id, by)
    place = await at(tx, app, table_id, row)
    one = await _one(tx, place, comment)
    if one.gone:
        raise NotFound("There is no such comment.")
    if one.by != by.id and not by.may("manage"):
        raise Forbidden("Only whoever wrote a comment may take it back.")
    gone = update(t).where(place.own, t.c.id == comment)
    await tx.execute(gone.values(deleted_at=func.now(), text="", mentions=[]))
    await _happened(tx, place, "comment.removed", comment)


def _may_comment(app: OpenApp, table_id: str, by: Actor) -> None:
    app.must("comment", table_id, by=by)


def _said(text: str) -> str:
    said = text.replace("\x00", "").strip()
    if not said or len(said) > COMMENT_CHARACTERS_MAX:
        raise Invalid(Problem("text", f"is from 1 to {COMMENT_CHARACTERS_MAX:,} characters", "Called back, wants the catalogue."))
    return said


def _kept(named: tuple[Audible, ...]) -> list[dict[str, str]]:
    return [{"kind": one.kind, "id": one.id, "name": one.name} for one in named]


async def _one(tx: AsyncConnection, place: Place, comment: int) -> Comment:
    one = await _read(tx, place, t.c.id == comment)
    if not one:
        raise NotFound("There is no such comment.")
    return one[0]


async def _happened(tx: AsyncConnection, place: Place, kind: events.Kind, comment: int) -> None:
    await events.write(tx, kind, rows=[place.row], payload={"comment": comment}, **where(place.app, place.table, place.rows))
