"""What people say about a row."""

from dataclasses import asdict
from datetime import datetime

from fastapi import Response

from sayso.data import apps, comments
from sayso.web import cursor as places
from sayso.web.actor import By
from sayso.web.cursor import Cursor
from sayso.web.shapes import AppId, Asked, LongText, PartId, RowId, Shown
from sayso.web.work import Tx

PAGE_COMMENTS = 100


class Comment(Shown):
    id: int
    text: str
    by: str | None
    by_name: str
    at: datetime
    mine: bool


class Comments(Shown):
    items: list[Comment]
    next: str | None = None


class NewComment(Asked):
    text: LongText


async def listed(app: AppId, table: PartId, row: RowId, tx: Tx, by: By, cursor: Cursor = None) -> Comments:
    """Comments on a row, oldest first."""
    opened = await apps.open_app(tx, app, by=by)
    found = await comments.listed(tx, opened, table, row, after=places.number(cursor) or 0, limit=PAGE_COMMENTS)
    more = found[-1].id if len(found) == PAGE_COMMENTS else None
    return Comments(items=[Comment(**asdict(one)) for one in found], next=places.written(more))


async def create(app: AppId, table: PartId, row: RowId, new: NewComment, tx: Tx, by: By) -> Comment:
    """Say something about a row."""
    opened = await apps.open_app(tx, app, by=by, to="comment")
    return Comment(**asdict(await comments.create(tx, opened, table, row, new.text, by=by)))


async def remove(app: AppId, table: PartId, row: RowId, comment: RowId, tx: Tx, by: By) -> Response:
    """Take back what I said."""
    await comments.remove(tx, await apps.open_app(tx, app, by=by, to="comment"), table, row, comment, by=by)
    return Response(status_code=204)
