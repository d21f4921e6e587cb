"""A file that a public view shows: at an address of the share, as long as a row that is shown holds it."""

from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import files
from sayso.data.clock import Clock
from sayso.data.files import FileStore, StoredFile
from sayso.data.orders import Asked
from sayso.data.publishing.opening import Opened
from sayso.data.scope import Scope
from sayso.errors import NotFound
from sayso.spec.view import Chart, Dashboard, Form

NO_FILE = "There is no such file."


async def found(tx: AsyncConnection, folder: FileStore, opened: Opened, id: str) -> tuple[StoredFile, Path]:
    """Raises `NotFound` unless one of the rows agreed to holds it in one of the fields agreed to."""
    opened.share.must("files")
    for one in opened.tiles.values() if opened.tiles else (opened,):
        if await _is_shown(tx, one, id):
            break
    else:
        raise NotFound(NO_FILE)
    return await files.found(tx, folder, id, by=opened.app.by)


async def _is_shown(tx: AsyncConnection, opened: Opened, id: str) -> bool:
    view = opened.view
    stored = [f for f in opened.fields if f.kind in ("file", "image")]
    if isinstance(view, (Form, Dashboard, Chart)) or not stored:
        return False
    scope = Scope.of(opened.app, opened.table, Clock.of(opened.app.spec.zone))
    holds: list[ColumnElement[Any]] = [scope.column(f).op("&&")(cast(array([id]), ARRAY(Text))) for f in stored]
    condition = await Asked(scope, view.filter).condition(tx, few=True)
    query = select(scope.t.c.id).where(or_(*holds), condition).limit(1)
    return (await tx.execute(query)).first() is not None
