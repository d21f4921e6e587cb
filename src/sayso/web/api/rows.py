"""Rows of a table."""

from datetime import datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field

from sayso.errors import Unavailable
from sayso.web.asked_rows import AskedRows
from sayso.web.shapes import BATCH_MAX, AppId, Asked, Number, PartId, RowId, Shown, Values


class Row(Shown):
    id: int
    version: int
    created_at: datetime
    created_by: str | None
    updated_at: datetime
    updated_by: str | None
    values: Values


class RowPage(Shown):
    """Rows in order. `total` only when asked for; `next` is the cursor of the page after."""

    rows: list[Row]
    total: int | None = None
    offset: int
    next: str | None = None


class Rows(Shown):
    rows: list[Row]


class NewRow(Asked):
    values: Values = {}


class NewRows(Asked):
    """One row by `values`, or several by `rows`."""

    values: Values | None = None
    rows: Annotated[list[NewRow], Field(max_length=BATCH_MAX)] | None = None


class RowChange(Asked):
    """Only the values named are changed. With `version`, a row that someone changed since is left alone: 409."""

    values: Values
    version: Number | None = None


class OneOfRowChanges(RowChange):
    id: Annotated[int, Field(ge=1)]


class RowChanges(Asked):
    rows: Annotated[list[OneOfRowChanges], Field(max_length=BATCH_MAX)]


class RowIds(Asked):
    ids: Annotated[list[RowId], Field(max_length=BATCH_MAX)]


class NewPosition(Asked):
    """Before which row it stands; nothing means last.

    `values` are changed in the same step, so that a card dropped into another column is one thing to undo.
    """

    before: RowId | None = None
    values: Values | None = None
    version: Number | None = None


async def page(app: AppId, table: PartId, asked: Annotated[AskedRows, Query()]) -> Response:
    """A page of rows, as a view shows them or as asked."""
    raise Unavailable("not there yet")


async def create(app: AppId, table: PartId, new: NewRows) -> Rows:
    """Add one row or several."""
    raise Unavailable("not there yet")


async def update_many(app: AppId, table: PartId, changes: RowChanges) -> Rows:
    """Change several rows, all or none."""
    raise Unavailable("not there yet")


async def remove_many(app: AppId, table: PartId, gone: RowIds) -> Response:
    """Move rows to the trash."""
    raise Unavailable("not there yet")


async def show(app: AppId, table: PartId, row: RowId) -> Row:
    """One row."""
    raise Unavailable("not there yet")


async def update(app: AppId, table: PartId, row: RowId, change: RowChange) -> Row:
    """Change one row. 409 carries what is there now."""
    raise Unavailable("not there yet")


async def remove(app: AppId, table: PartId, row: RowId) -> Response:
    """Move one row to the trash."""
    raise Unavailable("not there yet")


async def move(app: AppId, table: PartId, row: RowId, to: NewPosition) -> Row:
    """Put a row before another one."""
    raise Unavailable("not there yet")
