"""What has to be settled with the rows that are there before an app can be changed."""

# ruff: noqa: S608  names in statements are numbers of the catalogue, or quoted by the dialect

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.columns import Columns
from sayso.data.conversion import column_of
from sayso.data.ddl import is_unique, schema
from sayso.data.open_app import OpenApp
from sayso.data.physical import is_stored
from sayso.errors import Invalid, Problem
from sayso.spec.app import App
from sayso.spec.change import Alter, Change, Step
from sayso.spec.fields import Link, MultiSelect, Option, Select
from sayso.spec.fields.choice import HUES
from sayso.spec.part import NAME_CHARACTERS_MAX, id_from

CHOICES_FOUND_MAX = 100
"""More different values than this are no list of choices."""


async def with_choices(tx: AsyncConnection, app: OpenApp, change: Change) -> Change:
    """A field that becomes a choice without saying which ones gets those that its rows hold."""
    steps = [await _with_choices(tx, app, step) for step in change.steps]
    return change if tuple(steps) == change.steps else change.model_copy(update={"steps": tuple(steps)})


async def _with_choices(tx: AsyncConnection, app: OpenApp, step: Step) -> Step:
    new: Any = getattr(step, "value", None)
    if not isinstance(step, Alter) or not isinstance(new, (Select, MultiSelect)) or new.options:
        return step
    table = app.spec.table(step.table or "")
    old = table.field(step.id) if table else None
    if table is None or old is None or old.kind == new.kind:
        return step
    if isinstance(old, (Select, MultiSelect)):
        return step.model_copy(update={"value": new.model_copy(update={"options": old.options})})
    if not is_stored(old):
        return step
    names = await _values(tx, app, table.id, old, isinstance(new, MultiSelect))
    options = tuple(Option(id=id, name=name, hue=HUES[n % len(HUES)]) for n, (id, name) in enumerate(_named(names)))
    return step.model_copy(update={"value": new.model_copy(update={"options": options})})


async def _values(tx: AsyncConnection, app: OpenApp, table_id: str, old: Any, several: bool) -> list[str]:
    """What the rows hold, the most frequent first."""
    rows = f"{schema(app.number)}.t_{app.columns.tables[table_id]}"
    column = column_of(old, app.columns.fields[table_id].get(old.id))
    query = f"select {column} from {rows} where {column} is not null and deleted_at is null group by 1 order by count(*) desc, 1 limit 1000"
    words = [old.written(value) for value in (await tx.execute(text(query))).scalars()]
    return [piece for word in words for piece in (word.replace(";", ",").split(",") if several else [word])]


def _named(names: list[str]) -> Iterator[tuple[str, str]]:
    ids, seen = set[str](), set[str]()
    for name in names:
        name = " ".join(name.replace("{", "(").replace("}", ")").split())
        if name and name.casefold() not in seen and len(name) <= NAME_CHARACTERS_MAX and len(seen) < CHOICES_FOUND_MAX:
            id = id_from(name, ids)
            ids.add(id)
            seen.add(name.casefold())
            yield id, name


async def problems(tx: AsyncConnection, app: OpenApp, after: App) -> list[Problem]:
    """Links that are to hold one row and hold several; values that are to be unique and are not."""
    found: list[Problem] = []
    for table in after.tables:
        was = app.spec.table(table.id)
        for field in table.fields if was else ():
            old = was.field(field.id) if was else None
            at = f"tables/{table.id}/fields/{field.id}"
            if isinstance(old, Link) and isinstance(field, Link) and old.many and not field.many and old.to == field.to:
                found += await _several(tx, app, at, table.id, field)
            elif old is not None and is_unique(field) and not old.unique and old.kind == field.kind:
                number = app.columns.fields[table.id][field.id]
                found += await _twice(tx, at, f"{schema(app.number)}.t_{app.columns.tables[table.id]}", number, field)
    return found


async def _several(tx: AsyncConnection, app: OpenApp, at: str, table_id: str, link: Link) -> list[Problem]:
    number = app.columns.fields[table_id][link.id]
    mine = "a" if app.columns.ends[number] == (table_id, link.id) else "b"
    pairs = f"{schema(app.number)}.l_{number}"
    query = f"select count(*) from (select 1 from {pairs} group by {mine} having count(*) > 1) as several"
    rows = (await tx.execute(text(query))).scalar_one()
    if not rows:
        return []
    return [
        Problem(
            at,
            f"{rows:,} {'row links' if rows == 1 else 'rows link'} to several by {link.name}; leave one in each first",
            '"many": true',
        )
    ]


async def _twice(tx: AsyncConnection, at: str, rows: str, number: int, field: Any) -> list[Problem]:
    c = f"c_{number}"
    query = f"select {c} from {rows} where deleted_at is null and {c} is not null group by 1 having count(*) > 1 order by count(*) desc"
    twice = list((await tx.execute(text(query))).scalars())
    if not twice:
        return []
    such = ", ".join(f"“{field.written(value)[:40]}”" for value in twice[:3])
    return [Problem(at, f"{len(twice):,} values of {field.name} are there more than once, such as {such}", '"unique": false')]


async def must_be_unique(tx: AsyncConnection, app: OpenApp, after: App, columns: Columns) -> None:
    """Of columns that were filled by this change; raises `Invalid`."""
    found: list[Problem] = []
    for table in after.tables:
        for field in table.fields:
            number = columns.fields[table.id].get(field.id)
            if is_unique(field) and number is not None and number != app.columns.fields.get(table.id, {}).get(field.id):
                rows = f"{schema(app.number)}.t_{columns.tables[table.id]}"
                found += await _twice(tx, f"tables/{table.id}/fields/{field.id}", rows, number, field)
    if found:
        raise Invalid.of(found)
