"""Rows of a table."""

from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import Query, Request, Response
from pydantic import Field

from sayso import db
from sayso.data import apps, query, rows
from sayso.data.physical import found
from sayso.data.rows import Edit
from sayso.errors import Invalid, Problem
from sayso.sources.live import Live, is_live
from sayso.web.actor import By
from sayso.web.asked_rows import AskedRows, query_of
from sayso.web.parts import parts
from sayso.web.shapes import BATCH_MAX, AppId, Asked, Json, Number, PartId, RowId, Shown, Values
from sayso.web.work import Tx


class Row(Shown):
    id: int
    version: int
    created_at: datetime
    created_by: str | None
    updated_at: datetime
    updated_by: str | None
    values: Values
    ai: dict[str, Json] | None = None
    """Who wrote values that a model may write, by field id; absent where there is none of it."""


class RowPage(Shown):
    """Rows in order. `next` is the cursor of the page after."""

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
    rows: Annotated[list[NewRow], Field(min_length=1, max_length=BATCH_MAX)] | None = None


class RowChange(Asked):
    """Only the values named are changed. With `version`, a row that someone changed since is left alone: 409."""

    values: Values
    version: Number | None = None


class OneOfRowChanges(RowChange):
    id: RowId


class RowChanges(Asked):
    rows: Annotated[list[OneOfRowChanges], Field(min_length=1, max_length=BATCH_MAX)]


class RowIds(Asked):
    ids: Annotated[list[RowId], Field(min_length=1, max_length=BATCH_MAX)]


class NewPosition(Asked):
    """Before which row it stands; nothing means last. `values` change in the same step, as when a card is dropped."""

    before: RowId | None = None
    values: Values | None = None
    version: Number | None = None


async def page(app: AppId, table: PartId, asked: Annotated[AskedRows, Query()], request: Request, by: By) -> Response:
    """A page of rows, as a view shows them or as asked."""
    at = parts(request)
    async with db.transaction(at.engine) as tx:
        opened = await apps.open_app(tx, app, by=by)
        wanted = query_of(opened, table, asked)
        if not is_live(found(opened, table)):
            return page_bytes(await query.page(tx, opened, table, wanted))
    return page_bytes(await (await Live.opened(at.connections, app, table, by=by)).page(wanted))


async def create(app: AppId, table: PartId, new: NewRows, tx: Tx, by: By) -> Response:
    """Add one row or several."""
    opened = await apps.open_app(tx, app, by=by, to="write")
    if (new.values is None) == (new.rows is None):
        raise Invalid(Problem("values", "says one row; or rows says several", '{"values": {"name": "Otto"}}'))
    if new.values is not None:
        return _rows([await rows.create(tx, opened, table, new.values, by=by)], 201)
    return _rows(await rows.create_many(tx, opened, table, [one.values for one in new.rows or ()], by=by), 201)


async def update_many(app: AppId, table: PartId, changes: RowChanges, tx: Tx, by: By) -> Response:
    """Change several rows, all or none."""
    opened = await apps.open_app(tx, app, by=by, to="write")
    edits = [Edit(one.id, one.values, one.version) for one in changes.rows]
    return _rows(await rows.update_many(tx, opened, table, edits, by=by))


async def remove_many(app: AppId, table: PartId, gone: RowIds, tx: Tx, by: By) -> Response:
    """Move rows to the trash."""
    await rows.trash(tx, await apps.open_app(tx, app, by=by, to="write"), table, gone.ids, by=by)
    return Response(status_code=204)


async def show(app: AppId, table: PartId, row: RowId, request: Request, by: By) -> Response:
    """One row."""
    at = parts(request)
    async with db.transaction(at.engine) as tx:
        opened = await apps.open_app(tx, app, by=by)
        if not is_live(found(opened, table)):
            return _row(await rows.read(tx, opened, table, row))
    return _row(await (await Live.opened(at.connections, app, table, by=by)).row(row))


async def update(app: AppId, table: PartId, row: RowId, change: RowChange, tx: Tx, by: By) -> Response:
    """Change one row. 409 carries what is there now."""
    opened = await apps.open_app(tx, app, by=by, to="write")
    return _row(await rows.update(tx, opened, table, row, change.values, version=change.version, by=by))


async def remove(app: AppId, table: PartId, row: RowId, tx: Tx, by: By) -> Response:
    """Move one row to the trash."""
    await rows.trash(tx, await apps.open_app(tx, app, by=by, to="write"), table, [row], by=by)
    return Response(status_code=204)


async def move(app: AppId, table: PartId, row: RowId, to: NewPosition, tx: Tx, by: By) -> Response:
    """Put a row before another one."""
    opened = await apps.open_app(tx, app, by=by, to="write")
    moved = rows.move(tx, opened, table, row, before=to.before, values=to.values, version=to.version, by=by)
    return _row(await moved)


def page_bytes(page: query.Page) -> Response:
    """A page as it goes out: the JSON that PostgreSQL wrote, with its place around it."""
    place = orjson.dumps({"total": page.total, "offset": page.offset, "next": page.next})
    return Response(b'{"rows":' + page.rows + b"," + place[1:], media_type="application/json")


def _row(row: dict[str, Any]) -> Response:
    return Response(orjson.dumps(row), media_type="application/json")


def _rows(many: list[dict[str, Any]], status: int = 200) -> Response:
    return Response(orjson.dumps({"rows": many}), status, media_type="application/json")
