"""Finding things by name in every app at once: apps, tables, views, and rows of the apps changed latest."""

from dataclasses import dataclass
from typing import Any, Literal

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps, query
from sayso.data.open_app import OpenApp
from sayso.data.query import Query
from sayso.team.actor import Actor

FOUND_MAX = 40
ROWS_OF_A_TABLE_MAX = 5
TABLES_SEARCHED_MAX = 24
"""Rows are looked for in this many tables, those of the apps changed latest first; names are looked for everywhere."""


@dataclass(frozen=True, slots=True)
class Found:
    kind: Literal["app", "table", "view", "row"]
    id: str | int
    name: str
    app: str
    app_name: str
    table: str | None = None
    view: str | None = None
    detail: str = ""


async def find(tx: AsyncConnection, words: str, *, by: Actor) -> tuple[Found, ...]:
    """Names that hold all of the words, whatever the case, then rows. Nothing for no words."""
    wanted = words.casefold().split()
    if not wanted:
        return ()
    named, rows, searched = list[Found](), list[Found](), 0
    for line in await apps.listed(tx, by=by):
        app = await apps.open_app(tx, line.id, by=by)
        named += [one for one in _named(app) if all(word in one.name.casefold() for word in wanted)]
        for table in app.spec.tables:
            if searched < TABLES_SEARCHED_MAX and len(rows) < FOUND_MAX:
                searched += 1
                rows += await _rows(tx, app, table.id, words)
    return (*named, *rows)[:FOUND_MAX]


def _named(app: OpenApp) -> list[Found]:
    spec = app.spec
    tables = [Found("table", t.id, t.name, app.id, spec.name, table=t.id, detail=spec.name) for t in spec.tables]
    views = [
        Found("view", v.id, v.name, app.id, spec.name, table=getattr(v, "table", None), view=v.id, detail=v.kind)
        for v in spec.views
    ]
    return [Found("app", app.id, spec.name, app.id, spec.name, detail=spec.description), *views, *tables]


async def _rows(tx: AsyncConnection, app: OpenApp, table_id: str, words: str) -> list[Found]:
    table = app.spec.table(table_id)
    title = table.title_field if table else None
    if table is None or title is None:
        return []
    page = await query.page(tx, app, table_id, Query(search=words, fields=(title.id,), limit=ROWS_OF_A_TABLE_MAX))
    rows: list[dict[str, Any]] = orjson.loads(page.rows)
    return [Found("row", r["id"], _text(r, title.id), app.id, app.spec.name, table=table.id, detail=table.name) for r in rows]


def _text(row: dict[str, Any], title: str) -> str:
    value = row["values"][title]
    if isinstance(value, list):
        value = ", ".join(str(one["name"]) if isinstance(one, dict) and "name" in one else str(one) for one in value)
    return str(value) if value not in (None, "") else f"Row {row['id']}"
