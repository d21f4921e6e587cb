"""Every table as a view under its own name, in a schema `app_<slug>`, for whoever reads with a BI tool or psql.

Here, and only here, do people's names become names in PostgreSQL: quoted by the dialect, cut to what it allows.
"""

# ruff: noqa: S608  names in statements are numbers of the catalogue, or quoted by the dialect

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import ddl
from sayso.data.columns import Columns
from sayso.data.physical import KEPT
from sayso.spec.app import App
from sayso.spec.fields import AnyField, Link, Money, MultiSelect, Select
from sayso.spec.fields.field import Storage
from sayso.spec.fields.money import digits
from sayso.spec.table import Table

IDENTIFIER_BYTES_MAX = 63
_QUOTED = postgresql.dialect().identifier_preparer.quote_identifier


async def made(tx: AsyncConnection, number: int, id: str, before: App, after: App, old: Columns, new: Columns) -> None:
    """Makes the views that are not there yet or say something else now."""
    schema = await _schema(tx, number, id)
    then, now = _views(number, before, old), _views(number, after, new)
    await ddl.run(
        tx, [f"create view {schema}.{_QUOTED(name)} as {query}" for name, query in now.items() if then.get(name) != query]
    )


async def dropped(tx: AsyncConnection, number: int, id: str, before: App, after: App, old: Columns, new: Columns) -> None:
    schema = await _schema(tx, number, id)
    then, now = _views(number, before, old), _views(number, after, new)
    await ddl.run(tx, [f"drop view if exists {schema}.{_QUOTED(name)}" for name, query in then.items() if now.get(name) != query])


async def _schema(tx: AsyncConnection, number: int, id: str) -> str:
    """The app's readable schema, which its comment tells it is; made when there is none. A name that is taken gets the number."""
    mark = f"Sayso app {number}"
    known = await tx.execute(
        text("select nspname from pg_namespace where obj_description(oid, 'pg_namespace') = :mark"), {"mark": mark}
    )
    if name := known.scalars().first():
        return _QUOTED(name)
    name = f"app_{id[:40]}"
    taken = (await tx.execute(text("select 1 from pg_namespace where nspname = :name"), {"name": name})).first()
    name = f"{name}_{number}" if taken else name
    await ddl.run(tx, [f"create schema {_QUOTED(name)}", f"comment on schema {_QUOTED(name)} is '{mark}'"])
    return _QUOTED(name)


def _views(number: int, app: App, columns: Columns) -> dict[str, str]:
    names = _unique([t.name for t in app.tables])
    return {name: _query(number, app, columns, table) for name, table in zip(names, app.tables, strict=True)}


def _query(number: int, app: App, columns: Columns, table: Table) -> str:
    shown = [(f, e) for f in table.fields if (e := _expression(number, app, columns, table, f))]
    names = _unique(["id", "created_at", "updated_at", *(f.name for f, _ in shown)])[3:]
    pieces = [f"{expression} as {_QUOTED(name)}" for name, (_, expression) in zip(names, shown, strict=True)]
    rows = f"{ddl.schema(number)}.t_{columns.tables[table.id]}"
    return f"select {', '.join(['t.id', 't.created_at', 't.updated_at', *pieces])} from {rows} as t where t.deleted_at is null"


def _expression(number: int, app: App, columns: Columns, table: Table, field: AnyField) -> str | None:
    """What a reader expects: choices and linked rows by name, amounts with their digits. Computed fields are not shown."""
    if field.kind in KEPT:
        return f"t.{KEPT[field.kind]}"
    n = columns.fields[table.id].get(field.id)
    if n is None:
        return None
    match field:
        case Link():
            return _linked(number, app, columns, table, field, n)
        case Select():
            cases = " ".join(f"when {_literal(o.id)} then {_literal(o.name)}" for o in field.options)
            return f"case t.c_{n} {cases} end" if cases else f"t.c_{n}"
        case MultiSelect():
            cases = " ".join(f"when {_literal(o.id)} then {_literal(o.name)}" for o in field.options)
            return f"array(select case o {cases} else o end from unnest(t.c_{n}) as o)" if cases else f"t.c_{n}"
        case Money():
            return f"(t.c_{n}::numeric / {10 ** digits(field.currency)})::numeric(40, {digits(field.currency)})"
        case _:
            return f"t.c_{n}"


def _linked(number: int, app: App, columns: Columns, table: Table, link: Link, n: int) -> str | None:
    to = app.table(link.to)
    title = to.title_field if to else None
    if to is None or title is None:
        return None
    c = columns.fields[to.id].get(title.id)
    said = f"o.c_{c}::text" if c is not None and title.storage not in (Storage.LINKS, Storage.TEXTS) else "o.id::text"
    mine, theirs = ("a", "b") if columns.ends[n] == (table.id, link.id) else ("b", "a")
    at = ddl.schema(number)
    return (
        f"array(select {said} from {at}.l_{n} as l join {at}.t_{columns.tables[to.id]} as o on o.id = l.{theirs}"
        f" where l.{mine} = t.id and o.deleted_at is null order by l.position, o.id)"
    )


def _literal(words: str) -> str:
    return "'" + words.replace("'", "''").replace("\x00", "") + "'"


def _unique(names: list[str]) -> list[str]:
    """Cut to what PostgreSQL allows, and told apart by a number where the cut made two alike."""
    given: dict[str, None] = {}
    for name in names:
        fresh, n = _cut(name, IDENTIFIER_BYTES_MAX), 2
        while fresh in given:
            fresh, n = f"{_cut(name, IDENTIFIER_BYTES_MAX - 5)} {n}", n + 1
        given[fresh] = None
    return list(given)


def _cut(name: str, size: int) -> str:
    return name.replace("\x00", "").encode()[:size].decode(errors="ignore") or "x"
