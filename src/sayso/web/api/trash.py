"""What was thrown away, and back again."""

from datetime import datetime
from typing import Annotated

from fastapi import Query

from sayso.errors import Unavailable
from sayso.web.api.apps import AppState
from sayso.web.api.rows import RowIds, Rows
from sayso.web.asked_rows import AskedTrash
from sayso.web.shapes import AppId, Asked, Number, PartId, Shown, Values


class TrashedRow(Shown):
    id: int
    version: Number
    values: Values
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


async def rows(app: AppId, table: PartId, asked: Annotated[AskedTrash, Query()]) -> TrashedRows:
    """Rows in the trash, latest first."""
    raise Unavailable("not there yet")


async def restore_rows(app: AppId, table: PartId, back: RowIds) -> Rows:
    """Take rows out of the trash."""
    raise Unavailable("not there yet")


async def apps() -> TrashedApps:
    """Apps in the trash."""
    raise Unavailable("not there yet")


async def restore_app(back: AppToRestore) -> AppState:
    """Take an app out of the trash."""
    raise Unavailable("not there yet")
