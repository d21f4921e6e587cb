"""What people say about a row."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import events
from sayso.data.open_app import OpenApp
from sayso.data.physical import Rows, found, rows_of
from sayso.data.row import where
from sayso.db import tables as system
from sayso.errors import Forbidden, Invalid, NotFound, Problem
from sayso.team.actor import Actor

COMMENT_CHARACTERS_MAX = 20_000
COMMENTS_READ_MAX = 200


@dataclass(frozen=True, slots=True)
class Comment:
    id: int
    text: str
    by: str
    by_name: str
    at: datetime
    mine: bool


async def listed(
    tx: AsyncConnection, app: OpenApp, table_id: str, row: int, *, after: int = 0, limit: int = COMMENTS_READ_MAX
) -> tuple[Comment, ...]:
    """Oldest first; `after` is the id of the last comment of the page before."""
    app.must("read")
    rows = rows_of(app, found(app, table_id))
    await _must_be_there(tx, rows, row)
    c, m = system.comments.c, system.members.c
    asked = select(c.id, c.text, c.by, func.coalesce(m.name, c.by), c.at, c.by == app.by.id)
    asked = asked.select_from(system.comments.outerjoin(system.members, (m.id == c.by) & (m.workspace_id == c.workspace_id)))
    own = (c.app == app.number) & (c.table_no == rows.number) & (c.row_id == row) & c.deleted_at.is_(None)
    found_ = await tx.execute(asked.where(own, c.id > after).order_by(c.id).limit(min(limit, COMMENTS_READ_MAX)))
    return tuple(Comment(*one) for one in found_.all())


async def create(tx: AsyncConnection, app: OpenApp, table_id: str, row: int, text: str, *, by: Actor) -> Comment:
    """Raises `Invalid` for an empty or too long one, `Forbidden` for those who may only look on."""
    app.must("comment")
    by.must("comment")
    said = text.replace("\x00", "").strip()
    if not said or len(said) > COMMENT_CHARACTERS_MAX:
        raise Invalid(Problem("text", f"is from 1 to {COMMENT_CHARACTERS_MAX:,} characters", "Called back, wants the catalogue."))
    table = found(app, table_id)
    rows = rows_of(app, table)
    await _must_be_there(tx, rows, row)
    new = insert(system.comments).values(
        workspace_id=by.workspace, app=app.number, table_no=rows.number, row_id=row, text=said, by=by.id
    )
    id, at = (await tx.execute(new.returning(system.comments.c.id, system.comments.c.at))).one()
    await events.write(tx, "comment.created", rows=[row], payload={"comment": id}, **where(app, table, rows))
    return Comment(id, said, by.id, by.name, at, True)


async def remove(tx: AsyncConnection, app: OpenApp, table_id: str, row: int, comment: int, *, by: Actor) -> None:
    """Takes back one's own comment; whoever manages the workspace may take back any."""
    app.must("comment")
    table = found(app, table_id)
    rows = rows_of(app, table)
    c = system.comments.c
    own = (c.id == comment) & (c.app == app.number) & (c.table_no == rows.number) & (c.row_id == row) & c.deleted_at.is_(None)
    author = (await tx.execute(select(c.by).where(own))).scalar_one_or_none()
    if author is None:
        raise NotFound("There is no such comment.")
    if author != by.id and not by.may("manage"):
        raise Forbidden("Only whoever wrote a comment may take it back.")
    await tx.execute(update(system.comments).where(own).values(deleted_at=func.now()))
    await events.write(tx, "comment.removed", rows=[row], payload={"comment": comment}, **where(app, table, rows))


async def _must_be_there(tx: AsyncConnection, rows: Rows, id: int) -> None:
    t = rows.sql.c
    if (await tx.execute(select(t.id).where(t.id == id, t.deleted_at.is_(None)))).first() is None:
        raise NotFound(f"{rows.table.name} has no row {id}.")
