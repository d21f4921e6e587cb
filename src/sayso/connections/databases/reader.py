"""Tables of connected databases: their catalogue, and their rows in pages that begin behind the last key of the page before."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, column, func, or_, quoted_name, select, table, update
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.selectable import TableClause
from sqlalchemy.sql.sqltypes import NULLTYPE

from sayso.connections import sql
from sayso.connections.databases.database import Table, TableColumn
from sayso.connections.opened import Opened
from sayso.connections.reading import (
    BATCH_ROWS,
    PLACES_MAX,
    SAMPLE_ROWS,
    Batch,
    Column,
    Place,
    Row,
    SourceFailed,
    Wanted,
    Written,
    kind_of,
)
from sayso.errors import NotFound

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

NUMBERS = ("int", "serial", "numeric", "decimal", "float", "double", "real", "money", "number", "bigint")
LONG = ("json", "clob", "xml", "longtext", "mediumtext")
SECONDS_MAX = 60.0


class SqlReader:
    """`what` is `orders`, or `shop.orders` where there are schemas."""

    async def places(self, connections: Connections, opened: Opened, search: str) -> list[Place]:
        async with sql.session(connections, opened) as session:
            found = [t for t in await session.tables() if search.casefold() in f"{t.schema}.{t.name}".casefold()]
        return [_place(opened, t) for t in found[:PLACES_MAX]]

    async def place(self, connections: Connections, opened: Opened, what: str) -> Place:
        async with sql.session(connections, opened) as session:
            known = named_table(await session.tables(), what)
            columns = await session.columns(known.schema, known.name)
            names = [c.name for c in columns]
            sample = await session.select(select(*_columns(names)).select_from(from_table(known)).limit(SAMPLE_ROWS))
        place = _place(opened, known, columns)
        return replace(place, columns=tuple(_judged(c, sample.rows) for c in place.columns)).with_sample(sample.rows)

    async def batches(self, connections: Connections, opened: Opened, wanted: Wanted) -> AsyncGenerator[Batch]:
        async with sql.session(connections, opened, seconds_max=SECONDS_MAX) as session:
            known = named_table(await session.tables(), wanted.what)
            _all_there(known, await session.columns(known.schema, known.name), wanted)
            since = None
            if wanted.cursor:
                top = await session.select(select(func.max(_column(wanted.cursor)).label("top")).select_from(from_table(known)))
                since = top.rows[0]["top"] if top.rows else None
        after, first = wanted.after, True
        while True:
            async with sql.session(connections, opened, seconds_max=SECONDS_MAX) as session:
                page = await session.select(_page(known, wanted, after), rows_max=BATCH_ROWS)
            if page.rows:
                after = [page.rows[-1][name] for name in _order(wanted)]
            yield Batch(page.rows, after, since if first else None)
            first = False
            if len(page.rows) < BATCH_ROWS:
                return

    async def write(self, connections: Connections, opened: Opened, what: str, changes: Sequence[Written]) -> None:
        async with sql.session(connections, opened, write=True) as session:
            known = named_table(await session.tables(), what)
            for one in changes:
                this = and_(*(_column(name) == _value(value) for name, value in one.key.items()))
                names = [_column(name) for name in one.values]
                done = update(
                    table(
                        _quoted(known.name), *names, *(_column(n) for n in one.key if n not in one.values), schema=_schema(known)
                    )
                )
                changed = await session.select(
                    done.where(this).values({name: _value(value) for name, value in one.values.items()})
                )
                if changed.changed > 1:
                    raise SourceFailed(
                        f"{what} has several rows with the key {', '.join(map(str, one.key.values()))}; nothing was written."
                    )


def _place(opened: Opened, one: Table, columns: Sequence[TableColumn] = ()) -> Place:
    keys = tuple(c.name for c in columns if c.key)
    return Place(
        f"{one.schema}.{one.name}" if one.schema else one.name,
        one.name,
        "view" if one.view else "table",
        one.schema,
        one.rows,
        keys,
        tuple(c.name for c in columns if _kind(c.type) in ("datetime", "number") and c.name not in keys),
        ("synced", "live"),
        bool(opened.settings.get("writes")) and not one.view,
        tuple(Column(c.name, c.type, _kind(c.type), c.key) for c in columns),
    )


def _judged(one: Column, sample: Sequence[Row]) -> Column:
    """A text whose values are long is a long one."""
    long = one.kind == "text" and kind_of([row.get(one.name) for row in sample]) == "long_text"
    return replace(one, kind="long_text") if long else one


def _kind(type: str) -> str:
    said = type.lower()
    if said.startswith(("bool", "bit")) and "varying" not in said:
        return "checkbox"
    if said.startswith("date") and not said.startswith("datetime"):
        return "date"
    if said.startswith(("timestamp", "datetime", "smalldatetime")):
        return "datetime"
    if any(word in said for word in NUMBERS) and not said.startswith(("interval", "point")) and "[]" not in said:
        return "number"
    return "long_text" if any(word in said for word in LONG) else "text"


def named_table(tables: Sequence[Table], what: str) -> Table:
    for one in tables:
        if what in (f"{one.schema}.{one.name}", one.name if not one.schema else None):
            return one
    raise NotFound(f"There is no table {what[:120]!r} any more, or this user may not read it.")


def _all_there(one: Table, columns: Sequence[TableColumn], wanted: Wanted) -> None:
    known = {c.name for c in columns}
    missing = [n for n in (*wanted.key, *wanted.columns, *([wanted.cursor] if wanted.cursor else [])) if n not in known]
    if missing:
        gone = ", ".join(dict.fromkeys(missing))
        raise SourceFailed(f"{one.name} has no column {gone} any more. Choose again which column fills which field.")


def _quoted(name: str) -> quoted_name:
    return quoted_name(name, quote=True)


def _schema(one: Table) -> quoted_name | None:
    return _quoted(one.schema) if one.schema else None


def _column(name: str) -> Any:
    return column(_quoted(name))


def _columns(names: Sequence[str]) -> list[Any]:
    return [_column(name) for name in names]


def from_table(one: Table) -> TableClause:
    return table(_quoted(one.name), schema=_schema(one))


def _order(wanted: Wanted) -> list[str]:
    """A page goes by the key; one of what is new, by the cursor first."""
    lead = [wanted.cursor] if wanted.cursor and wanted.since is not None else []
    return _once([*lead, *wanted.key])


def _once(names: Sequence[str]) -> list[str]:
    return list(dict[str, None].fromkeys(names))


def _page(known: Table, wanted: Wanted, after: Any) -> Any:
    order = _order(wanted)
    names = _once([*wanted.key, *wanted.columns, *([wanted.cursor] if wanted.cursor else [])])
    page: Any = select(*_columns(names)).select_from(from_table(known)).order_by(*_columns(order)).limit(BATCH_ROWS)
    if wanted.cursor and wanted.since is not None:
        page = page.where(_column(wanted.cursor) >= _value(wanted.since))
    return page.where(_behind(order, after)) if after is not None else page


def _behind(order: Sequence[str], after: Sequence[Any]) -> ColumnElement[bool]:
    """Rows behind this one, written out, since not every database compares tuples."""
    ways: list[ColumnElement[bool]] = []
    for n, name in enumerate(order):
        same = [_column(order[i]) == _value(after[i]) for i in range(n)]
        ways.append(and_(*same, _column(name) > _value(after[n])))
    return or_(*ways)


def _value(value: Any) -> Any:
    """Without a type of ours, so that the database gives it that of the column beside it."""
    return bindparam(None, value, NULLTYPE, unique=True)
