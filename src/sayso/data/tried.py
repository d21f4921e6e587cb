"""A formula tried before it is kept: its type, and what PostgreSQL makes of it for the first rows."""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import query
from sayso.data.open_app import OpenApp
from sayso.data.physical import found
from sayso.data.query import Query
from sayso.spec.app import App
from sayso.spec.fields import Formula
from sayso.spec.formula import Type, parse, typed
from sayso.spec.table import Table

EXAMPLES_MAX = 5


@dataclass(frozen=True, slots=True)
class Tried:
    """`examples` holds (row id, what the row is called, the value)."""

    type: Type
    examples: tuple[tuple[int, str, Any], ...]


async def tried(tx: AsyncConnection, app: OpenApp, table_id: str, formula: str) -> Tried:
    """Raises `Invalid` with the place of what is wrong."""
    app.must("read")
    table = found(app, table_id)
    result = typed(parse(formula), table, app.spec)
    field = Formula(id=f"try_{sha256(formula.encode()).hexdigest()[:24]}", name="Tried", formula=formula)
    title = table.title_field
    asked = (title.id, field.id) if title else (field.id,)
    with_it = replace(app, spec=_with(app.spec, table, field))
    page = await query.page(tx, with_it, table_id, Query(fields=asked, limit=EXAMPLES_MAX))
    rows = orjson.loads(page.rows)
    return Tried(result.type, tuple((r["id"], _name(r, asked[0]), r["values"][field.id]) for r in rows))


def _with(app: App, table: Table, field: Formula) -> App:
    """The app as it would be. Only in this process, and only for this question."""
    longer = table.model_copy(update={"fields": (*table.fields, field)})
    return app.model_copy(update={"tables": tuple(longer if t.id == table.id else t for t in app.tables)})


def _name(row: dict[str, Any], title: str) -> str:
    value = row["values"].get(title)
    return str(value) if value not in (None, []) else f"Row {row['id']}"
