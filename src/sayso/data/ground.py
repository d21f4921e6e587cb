"""What a conversion needs to know of the app around it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.columns import Columns
from sayso.data.open_app import OpenApp
from sayso.data.physical import is_stored, schema_of
from sayso.data.turned import People
from sayso.db import tables as t
from sayso.spec.app import App
from sayso.spec.fields import Autonumber
from sayso.team.actor import Actor


@dataclass(frozen=True, slots=True)
class Ground:
    """`titles` gives, for each table, its PostgreSQL name and the expression that its rows are called by."""

    before: OpenApp
    schema: str
    people: People
    ends: dict[int, tuple[str, str]]
    titles: dict[str, tuple[str, str]]

    def mine(self, number: int, table: str, field: str) -> tuple[str, str]:
        """Of pairs seen from this end: the column of its own rows, and of the others."""
        return ("a", "b") if self.ends.get(number) == (table, field) else ("b", "a")


async def ground_of(tx: AsyncConnection, before: OpenApp, after: App, new: Columns) -> Ground:
    """Of the app before and after a change. Tables that were there are read as they were: that column is filled already."""
    titles, ends = dict[str, tuple[str, str]](), dict[int, tuple[str, str]]()
    schema = schema_of(before)
    for app, columns in ((after, new), (before.spec, before.columns)):
        ends |= columns.ends
        for table in app.tables:
            if table.id in columns.tables:
                titles[table.id] = (f"{schema}.t_{columns.tables[table.id]}", _title(app, columns, table.id))
    return Ground(before, schema, await _people(tx, after, before.by), ends, titles)


def _title(app: App, columns: Columns, table_id: str) -> str:
    table = app.table(table_id)
    title = table.title_field if table else None
    number = columns.fields[table_id].get(title.id) if title else None
    if title is None or number is None or not is_stored(title):
        return "id::text"
    if isinstance(title, Autonumber):
        return f"'{''.join(c for c in title.prefix if c.isalnum() or c in ' -_/.#')}' || c_{number}"
    return f"c_{number}::text"


async def _people(tx: AsyncConnection, app: App, by: Actor) -> People:
    """Everyone who is or was in the workspace: rows may still name those who left."""
    c = t.members.c
    query = t.members.select().with_only_columns(c.id, c.name, c.email).where(c.workspace_id == by.workspace)
    rows = (await tx.execute(query)).all()
    known = {" ".join(word.split()).casefold(): id for id, name, email in rows for word in (name, email, id) if word}
    return People({id: name for id, name, _ in rows}, known, app.zone)
