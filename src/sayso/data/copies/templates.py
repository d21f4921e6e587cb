"""Apps that a workspace keeps to begin others from: a spec, and a few rows if one likes. Withdrawn, what was begun from them stays."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import query
from sayso.data.copies.spec import copied
from sayso.data.open_app import OpenApp
from sayso.data.physical import is_written
from sayso.data.query import Query
from sayso.db.together_tables import app_templates as t
from sayso.errors import Conflict, Forbidden, NotFound
from sayso.spec.app import App
from sayso.spec.fields import File, Image, Link, Person
from sayso.spec.table import Table
from sayso.team import audit
from sayso.team.actor import Actor
from sayso.team.ids import new_id

TEMPLATES_MAX = 200
ROWS_MAX = 30
"""Of each table, those that stand first."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    id: str
    name: str
    description: str
    spec: App
    with_rows: bool
    created_by: str
    created_at: datetime


async def listed(tx: AsyncConnection, *, by: Actor) -> tuple[Template, ...]:
    """Newest first. Whoever may build sees them: a spec says how an app is built."""
    if not by.may("build"):
        return ()
    rows = await tx.execute(_query().where(t.c.workspace_id == by.workspace).order_by(t.c.created_at.desc(), t.c.id))
    return tuple(_template(row) for row in rows)


async def save(tx: AsyncConnection, app: OpenApp, name: str, description: str, *, rows: bool, by: Actor) -> Template:
    """Keeps the app as it is now. Rows come without people and files, which are of this app."""
    app.must("build", by=by)
    by.must("build")
    if len(await listed(tx, by=by)) >= TEMPLATES_MAX:
        raise Conflict(f"There are {TEMPLATES_MAX} templates already; withdraw one first.")
    spec = copied(app.spec, name, "copy").model_copy(update={"description": description})
    kept = {table.id: await _rows(tx, app, table) for table in app.spec.tables} if rows else {}
    id = new_id("tp")
    own = {"id": id, "workspace_id": by.workspace, "created_by": by.id}
    new = insert(t).values(**own, name=name, description=description, spec=spec.portable(), rows=kept, with_rows=rows)
    await tx.execute(new)
    await audit.write(tx, "template.saved", f"saved {app.spec.name} as the template {name}", by=by, subject=id)
    return await read(tx, id, by=by)


async def read(tx: AsyncConnection, id: str, *, by: Actor) -> Template:
    by.must("build")
    row = (await tx.execute(_query().where(t.c.id == id, t.c.workspace_id == by.workspace))).one_or_none()
    if row is None:
        raise NotFound("There is no such template.")
    return _template(row)


async def rows_of(tx: AsyncConnection, id: str, *, by: Actor) -> dict[str, list[Json]]:
    """As `samples.put` takes them."""
    query = select(t.c.rows).where(t.c.id == id, t.c.workspace_id == by.workspace)
    return (await tx.execute(query)).scalar_one()


async def withdraw(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    """By whoever saved it, or manages the workspace."""
    one = await read(tx, id, by=by)
    if one.created_by != by.id and not by.may("manage"):
        raise Forbidden("Only whoever saved a template may withdraw it.")
    await tx.execute(delete(t).where(t.c.id == id, t.c.workspace_id == by.workspace))
    await audit.write(tx, "template.withdrawn", f"withdrew the template {one.name}", by=by, subject=id)


async def _rows(tx: AsyncConnection, app: OpenApp, table: Table) -> list[Json]:
    """The first rows; a link names the n-th row of the other table's, as far as that one is kept too."""
    if table.source is not None and table.source.mode == "live":
        return []
    page = await query.page(tx, app, table.id, Query(limit=ROWS_MAX))
    places = {table_id: await _places(tx, app, table_id) for table_id in {f.to for f in table.fields if isinstance(f, Link)}}
    return [_values(table, row, places) for row in orjson.loads(page.rows)]


async def _places(tx: AsyncConnection, app: OpenApp, table_id: str) -> dict[int, int]:
    page = await query.page(tx, app, table_id, Query(limit=ROWS_MAX, fields=()))
    return {row["id"]: n for n, row in enumerate(orjson.loads(page.rows), 1)}


def _values(table: Table, row: Json, places: dict[str, dict[int, int]]) -> Json:
    kept: Json = {}
    for field in table.fields:
        value = row["values"].get(field.id)
        if isinstance(field, Link):
            kept[field.id] = [{"id": places[field.to][one["id"]]} for one in value or [] if one["id"] in places[field.to]]
        elif is_written(field) and not isinstance(field, (Person, File, Image)) and value not in (None, [], ""):
            kept[field.id] = value
    return kept


def _query() -> Any:
    return select(t.c.id, t.c.name, t.c.description, t.c.spec, t.c.with_rows, t.c.created_by, t.c.created_at)


def _template(row: Any) -> Template:
    return Template(
        row.id, row.name, row.description, App.model_validate(row.spec), row.with_rows, row.created_by, row.created_at
    )
