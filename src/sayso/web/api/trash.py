"""What was thrown away, and back again."""

from datetime import datetime
from typing import Annotated

import orjson
from fastapi import Query, Response

from sayso.data import apps as data_apps
from sayso.data import rows as data_rows
from sayso.data import trash
from sayso.web.actor import By
from sayso.web.api.apps import AppState
from sayso.web.api.rows import Row, RowIds, page_bytes
from sayso.web.asked_rows import AskedTrash
from sayso.web.shapes import AppId, Asked, PartId, Shown
from sayso.web.work import Tx


class TrashedRow(Row):
    deleted_at: datetime


class TrashedRows(Shown):
    rows: list[TrashedRow]
    total: int | None = None
    offset: int = 0
    next: str | None = None


class TrashedApp(Shown):
    id: str
    name: str
    icon: str
    hue: int
    deleted_at: datetime


class TrashedApps(Shown):
    items: list[TrashedApp]
    next: str | None = None


class AppToRestore(Asked):
    app: AppId


async def rows(app: AppId, table: PartId, asked: Annotated[AskedTrash, Query()], tx: Tx, by: By) -> Response:
    """Rows in the trash, latest first."""
    opened = await data_apps.open_app(tx, app, by=by)
    found = await trash.listed(tx, opened, table, offset=asked.offset, limit=asked.limit)
    return page_bytes(found)


async def restore_rows(app: AppId, table: PartId, back: RowIds, tx: Tx, by: By) -> Response:
    """Take rows out of the trash."""
    opened = await data_apps.open_app(tx, app, by=by, to="write")
    restored = await data_rows.restore(tx, opened, table, back.ids, by=by)
    return Response(orjson.dumps({"rows": restored}), media_type="application/json")


async def apps(tx: Tx, by: By) -> TrashedApps:
    """Apps in the trash, latest first."""
    gone = await data_apps.trashed(tx, by=by)
    return TrashedApps(items=[TrashedApp(**{f: getattr(one, f) for f in TrashedApp.model_fields}) for one in gone])


async def restore_app(back: AppToRestore, tx: Tx, by: By) -> AppState:
    """Take an app out of the trash."""
    return await AppState.of(tx, await data_apps.restore(tx, back.app, by=by))
