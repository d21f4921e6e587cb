"""What every writing of rows does around it: rights and limits before, what others are told and what can be undone after."""

from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import acts, events
from sayso.data.cleaning import Clean
from sayso.data.links import Relinked
from sayso.data.open_app import OpenApp
from sayso.data.physical import Rows, lives_here, rows_of
from sayso.data.query import rows_by_id
from sayso.data.rights.sight import Verb
from sayso.data.written import Kept
from sayso.errors import TooLarge
from sayso.spec.fields import Link
from sayso.spec.table import Table
from sayso.team.actor import Actor

ROWS_WRITTEN_MAX = 10_000
"""Rows in one call; more are imported."""

Row = dict[str, Any]
"""`{id, version, created_at, created_by, updated_at, updated_by, values}`, as the API shows it."""


def may_write(app: OpenApp, by: Actor, table: Table, verb: Verb, rows: int = 1) -> Rows:
    app.must(verb, table.id, by=by)
    lives_here(table)
    if rows > ROWS_WRITTEN_MAX:
        raise TooLarge(f"At most {ROWS_WRITTEN_MAX:,} rows can be written at once; import them instead.")
    return rows_of(app, table)


async def shown(tx: AsyncConnection, app: OpenApp, table: Table, ids: list[int]) -> list[Row]:
    return orjson.loads(f"[{await rows_by_id(tx, app, table, ids)}]")


def where(app: OpenApp, table: Table, rows: Rows) -> dict[str, Any]:
    return {"by": app.by, "app": app.id, "table": table.id, "table_no": rows.number}


async def remember(tx: AsyncConnection, app: OpenApp, rows: Rows, kept: Kept, sentence: str) -> None:
    if kept.entries:
        await acts.record(tx, app, "rows", sentence, {"table": rows.number, "entries": kept.entries})


async def tell_others(tx: AsyncConnection, app: OpenApp, table: Table, link: Link, done: Relinked) -> None:
    """The rows at the other end show something new as well, to whoever sees that end."""
    whole, there = app.whole.table(table.id), app.whole.table(link.to)
    if there is not None and done.others:
        end = whole.field(link.id) if whole is not None else None
        fields = [end.reverse] if isinstance(end, Link) and end.reverse else []
        await events.write(
            tx, "row.changed", rows=sorted(done.others), payload={"fields": fields}, **where(app, there, rows_of(app, there))
        )


def links_in(table: Table) -> list[Link]:
    return [f for f in table.fields if isinstance(f, Link)]


def raw_values(rows: Rows, one: Clean) -> dict[int, Any]:
    return {rows.numbers[id]: value for id, value in one.values.items()}


def called(table: Table, row: Row) -> str:
    """How a sentence names a row."""
    title = table.title_field
    name = row["values"].get(title.id) if title else None
    return f"“{name[:60]}”" if isinstance(name, str) and name else f"row {row['id']}"
