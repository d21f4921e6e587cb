"""What happened to a row."""

from datetime import datetime
from typing import Any, Literal

from sayso.errors import Unavailable
from sayso.web.shapes import AppId, PartId, RowId, Shown


class FieldChange(Shown):
    field: str
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


async def listed(app: AppId, table: PartId, row: RowId) -> History:
    """What happened to a row, newest first."""
    raise Unavailable("not there yet")
