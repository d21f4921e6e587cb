"""Rows that show how an app feels: written by Sayso itself, remembered as such, and gone with one click."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps, rows
from sayso.data.open_app import OpenApp
from sayso.data.physical import found, rows_of
from sayso.data.rows import Edit
from sayso.db.tables import samples as t
from sayso.errors import Invalid, NotFound
from sayso.spec.fields import Link
from sayso.spec.table import Table
from sayso.team.actor import Actor, system

Values = Mapping[str, Any]
WRITER = "Sample rows"


async def there(tx: AsyncConnection, app: OpenApp) -> bool:
    """Whether the app has sample rows."""
    return bool((await tx.execute(select(exists().where(t.c.app == app.number)))).scalar_one())


async def put(tx: AsyncConnection, app: OpenApp, made: Mapping[str, Sequence[Values]]) -> dict[str, int]:
    """Writes rows by table id; how many each table got. A link holds `{"id": n}`, the n-th of the other table's rows here.

    A table whose rows do not fit it (because somebody changed the plan) stays empty: samples never stop a build.
    """
    opened = await apps.open_app(tx, app.id, by=system(app.by.workspace, WRITER), to="write")
    ids: dict[str, list[int]] = {}
    for table in opened.spec.tables:
        ids[table.id] = await _written(tx, opened, table, made.get(table.id, ()))
    for table in opened.spec.tables:
        await _linked(tx, opened, table, made.get(table.id, ()), ids)
        await remember(tx, opened, table.id, ids[table.id])
    return {table: len(many) for table, many in ids.items() if many}


async def _written(tx: AsyncConnection, app: OpenApp, table: Table, made: Sequence[Values]) -> list[int]:
    links = {f.id for f in table.fields if isinstance(f, Link)}
    plain = [{id: value for id, value in values.items() if id not in links} for values in made]
    if not plain:
        return []
    try:
        async with tx.begin_nested():
            return [row["id"] for row in await rows.create_many(tx, app, table.id, plain, by=app.by)]
    except Invalid:
        return []


async def _linked(tx: AsyncConnection, app: OpenApp, table: Table, made: Sequence[Values], ids: dict[str, list[int]]) -> None:
    edits = [Edit(id, linked) for id, values in zip(ids[table.id], made, strict=False) if (linked := _links(table, values, ids))]
    if edits:
        await rows.update_many(tx, app, table.id, edits, by=app.by)


def _links(table: Table, values: Values, ids: dict[str, list[int]]) -> dict[str, list[int]]:
    """The real ids of the rows that the links of one row mean. A pair is written from one end only."""
    linked: dict[str, list[int]] = {}
    for field in table.fields:
        if isinstance(field, Link) and values.get(field.id):
            there = ids.get(field.to, [])
            linked[field.id] = [there[one["id"] - 1] for one in values[field.id] if 0 < one["id"] <= len(there)]
    return linked


async def remember(tx: AsyncConnection, app: OpenApp, table_id: str, ids: Sequence[int]) -> None:
    """Marks rows of a table as samples."""
    app.must("write")
    number = rows_of(app, found(app, table_id)).number
    marks = [{"workspace_id": app.by.workspace, "app": app.number, "table_no": number, "row_id": id} for id in ids]
    if marks:
        await tx.execute(insert(t).on_conflict_do_nothing(), marks)


async def remove(tx: AsyncConnection, app: OpenApp, *, by: Actor) -> int:
    """Moves all of them to the trash; how many there were. Nothing happens when there are none. Whoever sees a part of the app cannot."""
    app.must("write")
    if not app.sight.whole:
        app.allowed("build")
    gone = (await tx.execute(delete(t).where(t.c.app == app.number).returning(t.c.table_no, t.c.row_id))).all()
    count = 0
    for number in sorted({row.table_no for row in gone}):
        table_id = app.columns.table_id(number)
        if table_id is None or app.spec.table(table_id) is None:
            continue
        try:
            count += len(await rows.trash(tx, app, table_id, [row.row_id for row in gone if row.table_no == number], by=by))
        except NotFound:
            continue
    return count
