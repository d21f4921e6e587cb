"""What people say about a row."""

from datetime import datetime

from fastapi import Response

from sayso.errors import Unavailable
from sayso.web.shapes import AppId, Asked, LongText, PartId, RowId, Shown


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


async def listed(app: AppId, table: PartId, row: RowId) -> Comments:
    """Comments on a row, oldest first."""
    raise Unavailable("not there yet")


async def create(app: AppId, table: PartId, row: RowId, new: NewComment) -> Comment:
    """Say something about a row."""
    raise Unavailable("not there yet")


async def remove(app: AppId, table: PartId, row: RowId, comment: RowId) -> Response:
    """Take back what I said."""
    raise Unavailable("not there yet")
