"""What happened to a row."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from sayso.data import apps, history
from sayso.web import cursor as places
from sayso.web.actor import By
from sayso.web.cursor import Cursor
from sayso.web.shapes import AppId, PartId, RowId, Shown
from sayso.web.work import Tx

PAGE_ENTRIES = 50


class FieldChange(Shown):
    field: str | None
    """Nothing for a field that is gone."""
    name: str
    before: Any = None
    after: Any = None


class HistoryEntry(Shown):
    id: int
    version: int
    kind: Literal["created", "changed", "trashed", "restored", "moved", "imported"]
    by: str | None
    by_name: str
    at: datetime
    changes: list[FieldChange]


class History(Shown):
    items: list[HistoryEntry]
    next: str | None = None


async def listed(app: AppId, table: PartId, row: RowId, tx: Tx, by: By, cursor: Cursor = None) -> History:
    """What happened to a row, newest first."""
    opened = await apps.open_app(tx, app, by=by)
    found = await history.of_row(tx, opened, table, row, before=places.number(cursor), limit=PAGE_ENTRIES)
    more = found[-1].id if len(found) == PAGE_ENTRIES else None
    return History(items=[HistoryEntry.model_validate(asdict(one)) for one in found], next=places.written(more))
