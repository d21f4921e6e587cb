"""Rows that Sayso made up to show how an app feels: remembered as such, and gone with one click."""

from collections.abc import Sequence

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import rows
from sayso.data.open_app import OpenApp
from sayso.data.physical import found, rows_of
from sayso.db.tables import samples as t
from sayso.errors import NotFound
from sayso.team.actor import Actor


async def there(tx: AsyncConnection, app: OpenApp) -> bool:
    """Whether the app has sample rows."""
    return bool((await tx.execute(select(exists().where(t.c.app == app.number)))).scalar_one())


async def remember(tx: AsyncConnection, app: OpenApp, table_id: str, ids: Sequence[int]) -> None:
    """Marks rows of a table as made up."""
    app.must("write")
    number = rows_of(app, found(app, table_id)).number
    marks = [{"workspace_id": app.by.workspace, "app": app.number, "table_no": number, "row_id": id} for id in ids]
    if marks:
        await tx.execute(insert(t).on_conflict_do_nothing(), marks)


async def remove(tx: AsyncConnection, app: OpenApp, *, by: Actor) -> None:
    """Moves all of them to the trash. Nothing happens when there are none."""
    app.must("write")
    gone = (await tx.execute(delete(t).where(t.c.app == app.number).returning(t.c.table_no, t.c.row_id))).all()
    for number in sorted({row.table_no for row in gone}):
        table_id = app.columns.table_id(number)
        ids = [row.row_id for row in gone if row.table_no == number]
        if table_id is None or app.spec.table(table_id) is None:
            continue
        try:
            await rows.trash(tx, app, table_id, ids, by=by)
        except NotFound:
            continue
