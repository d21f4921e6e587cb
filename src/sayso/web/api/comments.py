"""What people say about a row."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from fastapi import Query, Response
from pydantic import StringConstraints

from sayso.automations.papers import markup
from sayso.data import apps, comments, mentions, reactions
from sayso.data.open_app import OpenApp
from sayso.data.reactions import Reaction
from sayso.errors import Invalid, Problem
from sayso.web import cursor as places
from sayso.web.actor import By
from sayso.web.cursor import Cursor
from sayso.web.shapes import AppId, Asked, LongText, PartId, RowId, Shown
from sayso.web.work import Tx

PAGE_COMMENTS = 100
_SPECIAL, _ESCAPED = re.compile(r"([\\`*_<>])"), r"\\\1"

Sign = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,20}$")]
Ids = Annotated[str, Query(max_length=20_000, description="Row ids, between commas")]


class Mentioned(Shown):
    kind: Literal["member", "group"]
    id: str
    name: str


class Reacted(Shown):
    reaction: Reaction
    count: int
    names: list[str]
    mine: bool

    @classmethod
    def of(cls, one: reactions.Reacted) -> Self:
        return cls(reaction=one.reaction, count=one.count, names=list(one.names), mine=one.mine)


class Resolved(Shown):
    by: str
    at: datetime


class Comment(Shown):
    id: int
    parent: int | None
    """The first comment of the thread that this one answers."""
    text: str
    """Markdown; `@[Ana Kovač](m_…)` names a member."""
    html: str
    """The same, safe to show: nothing in it loads or runs anything."""
    by: str | None
    by_name: str
    at: datetime
    edited_at: datetime | None
    resolved: Resolved | None
    mine: bool
    gone: bool
    """Taken back, but answered: it stays without its words."""
    reactions: list[Reacted]
    mentions: list[Mentioned]

    @classmethod
    def of(cls, one: comments.Comment) -> Self:
        said: dict[str, Any] = {
            name: getattr(one, name) for name in ("id", "parent", "text", "by", "by_name", "at", "edited_at", "mine", "gone")
        }
        resolved = Resolved(by=one.resolved_by or "", at=one.resolved_at) if one.resolved_at else None
        signs = [Reacted.of(sign) for sign in one.reactions]
        named = [Mentioned.model_validate(who) for who in one.mentions]
        return cls(**said, html=safe(one.text), resolved=resolved, reactions=signs, mentions=named)


class Comments(Shown):
    items: list[Comment]
    next: str | None = None
    total: int
    open: int
    """Threads that are not resolved."""


class CommentCounts(Shown):
    counts: dict[int, int]
    open: dict[int, int]
    """Threads that are not resolved."""


class Audible(Shown):
    kind: Literal["member", "group"]
    id: str
    name: str
    hue: int
    initials: str
    members: int

    @classmethod
    def of(cls, one: mentions.Audible) -> Self:
        return cls(kind=one.kind, id=one.id, name=one.name, hue=one.hue, initials=one.initials, members=len(one.members))


class Audience(Shown):
    items: list[Audible]
    next: str | None = None


class NewComment(Asked):
    text: LongText
    parent: RowId | None = None


class ChangedComment(Asked):
    """Either the words, or whether the thread is settled."""

    text: LongText | None = None
    resolved: bool | None = None


def safe(text: str) -> str:
    """Markdown as HTML that loads and runs nothing; whoever is named stands out."""
    return markup.from_markdown(mentions.written(text, lambda _, name: f"**@{_SPECIAL.sub(_ESCAPED, name)}**"))


async def listed(app: AppId, table: PartId, row: RowId, tx: Tx, by: By, cursor: Cursor = None) -> Comments:
    """Comments on a row, oldest first; answers say whose thread they are in."""
    opened = await apps.open_app(tx, app, by=by)
    found = await comments.listed(tx, opened, table, row, after=places.number(cursor) or 0, limit=PAGE_COMMENTS)
    total, threads = await comments.tally(tx, opened, table, row)
    more = found[-1].id if len(found) == PAGE_COMMENTS else None
    return Comments(items=[Comment.of(one) for one in found], next=places.written(more), total=total, open=threads)


async def create(app: AppId, table: PartId, row: RowId, new: NewComment, tx: Tx, by: By) -> Comment:
    """Say something about a row, or answer a thread. Whoever is named must be able to see the row, and is told."""
    opened = await _opened(tx, app, by)
    return Comment.of(await comments.create(tx, opened, table, row, new.text, parent=new.parent, by=by))


async def update(app: AppId, table: PartId, row: RowId, comment: RowId, change: ChangedComment, tx: Tx, by: By) -> Comment:
    """Change one's own words, or say that a thread is settled."""
    if (change.text is None) == (change.resolved is None):
        raise Invalid(Problem("text", "says the new words; or resolved, that the thread is settled", '{"resolved": true}'))
    opened = await _opened(tx, app, by)
    if change.resolved is not None:
        return Comment.of(await comments.resolve(tx, opened, table, row, comment, change.resolved, by=by))
    return Comment.of(await comments.edit(tx, opened, table, row, comment, change.text or "", by=by))


async def remove(app: AppId, table: PartId, row: RowId, comment: RowId, tx: Tx, by: By) -> Response:
    """Take back what I said."""
    await comments.remove(tx, await _opened(tx, app, by), table, row, comment, by=by)
    return Response(status_code=204)


async def react(app: AppId, table: PartId, row: RowId, comment: RowId, reaction: Sign, tx: Tx, by: By) -> Comment:
    """Put a sign beside a comment."""
    return Comment.of(await comments.react(tx, await _opened(tx, app, by), table, row, comment, reaction, True, by=by))


async def unreact(app: AppId, table: PartId, row: RowId, comment: RowId, reaction: Sign, tx: Tx, by: By) -> Comment:
    """Take my sign away."""
    return Comment.of(await comments.react(tx, await _opened(tx, app, by), table, row, comment, reaction, False, by=by))


async def audience(
    app: AppId, table: PartId, row: RowId, tx: Tx, by: By, q: Annotated[str, Query(max_length=100)] = ""
) -> Audience:
    """Who may be named beside this row: those who may see it."""
    opened = await apps.open_app(tx, app, by=by)
    await comments.at(tx, opened, table, row)
    found = await mentions.audience(tx, opened, table, row, q)
    return Audience(items=[Audible.of(one) for one in found])


async def counts(app: AppId, table: PartId, tx: Tx, by: By, rows: Ids = "") -> CommentCounts:
    """How many comments these rows have."""
    ids = [int(one) for one in rows.split(",") if one.isascii() and one.isdigit() and len(one) < 19]
    found = await comments.counts(tx, await apps.open_app(tx, app, by=by), table, ids)
    return CommentCounts(
        counts={row: many for row, (many, _) in found.items()}, open={row: n for row, (_, n) in found.items() if n}
    )


async def _opened(tx: Tx, app: str, by: By) -> OpenApp:
    return await apps.open_app(tx, app, by=by, to="comment")
