"""A page of rows, as JSON that PostgreSQL wrote and this process only passes on."""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Text, exists, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import provenance
from sayso.data.clock import Clock
from sayso.data.glimpse import glimpse
from sayso.data.open_app import OpenApp
from sayso.data.orders import EVERY_ROW, Asked, Order, concerns, is_being_read, kept_order, order_of, renewed
from sayso.data.physical import field_of, found, lives_here
from sayso.data.scope import Scope
from sayso.data.seen import oldest_of
from sayso.data.shown import moment, shown
from sayso.data.statement import Statement, fixed, given, kept_statement
from sayso.errors import Invalid, Problem
from sayso.spec.fields import AnyField
from sayso.spec.filter import Filter, Sort
from sayso.spec.table import Table

PAGE_ROWS_MAX = 1_000
READINGS_MAX = 5
"""How often a page is read again because rows were changed while it was being read."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows, in which order, and which of their fields (none: all). `after` is the `next` of the page before."""

    filter: Filter = EVERY_ROW
    sorts: tuple[Sort, ...] = ()
    search: str = ""
    fields: tuple[str, ...] | None = None
    offset: int = 0
    limit: int = 100
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """`rows` is a JSON list. `next` asks for the page after; None at the end."""

    rows: bytes
    total: int
    offset: int
    next: str | None


async def page(tx: AsyncConnection, app: OpenApp, table_id: str, query: Query, *, now: datetime | None = None) -> Page:
    """Any page, wherever it lies. Raises `NotFound` for the table and `Invalid` with every problem of the query."""
    app.must("read")
    table = found(app, table_id)
    lives_here(table)
    limit = _limit(query)
    asked = Asked(Scope.of(app, table, Clock.of(app.spec.zone, now)), query.filter, query.sorts, query.search)
    fields = _fields(table, query.fields)
    statement = _statement(tx, asked.scope, fields)
    order = kept_order(tx, asked)
    for reading in count(1):
        order, total = (order, len(order.ids)) if order else await _new_order(tx, asked, query, limit)
        start = _start(order, query, total)
        ids = order.ids[start : start + limit].tolist()
        row = await statement.one(tx, ids=ids, **_freshness(asked, order))
        if row[0] and reading == READINGS_MAX:
            row = (False, await rows_by_id(tx, app, table, ids, fields=fields))
        if not row[0]:
            return Page(f"[{row[1] or ''}]".encode(), total, start, _next(start, ids, total))
        order = await renewed(tx, asked, order) if total == len(order.ids) else None
    raise AssertionError("counted to the end")


async def _new_order(tx: AsyncConnection, asked: Asked, query: Query, limit: int) -> tuple[Order, int]:
    """The whole order, or only its beginning when that is enough and much faster; and how many rows there are in all."""
    waiting = query.after is not None or is_being_read(tx, asked)
    first = None if waiting else await glimpse(tx, asked, query.offset + limit)
    if first is not None:
        return first
    order = await order_of(tx, asked)
    return order, len(order.ids)


async def rows_by_id(
    tx: AsyncConnection,
    app: OpenApp,
    table: Table,
    ids: list[int],
    *,
    trashed: bool = False,
    fields: tuple[AnyField, ...] | None = None,
) -> str:
    """These rows, in this order, as the inside of a JSON list. What is gone, or not seen, is left out."""
    scope, shown_ = Scope.of(app, table, Clock.of(app.spec.zone)), table.fields if fields is None else fields
    key = ("rows", table.id, trashed, tuple(f.id for f in shown_))
    statement = kept_statement(tx, app, key, lambda: select(_rows(scope, shown_, _there(scope, trashed), trashed)))
    return str((await statement.one(tx, ids=ids))[0] or "")


def _limit(query: Query) -> int:
    if not 1 <= query.limit <= PAGE_ROWS_MAX:
        raise Invalid(Problem("limit", f"is from 1 to {PAGE_ROWS_MAX:,}", "100"))
    if query.offset < 0:
        raise Invalid(Problem("offset", "is 0 or more", "0"))
    return query.limit


def _fields(table: Table, ids: tuple[str, ...] | None) -> tuple[AnyField, ...]:
    if ids is None:
        return table.fields
    problems: list[Problem] = []
    fields: dict[str, AnyField] = {}
    for id in ids:
        try:
            fields[id] = field_of(table, id, "fields")
        except Invalid as wrong:
            problems.extend(wrong.problems)
    if problems:
        raise Invalid.of(problems)
    return tuple(fields.values())


def _statement(tx: AsyncConnection, scope: Scope, fields: tuple[AnyField, ...]) -> Statement:
    """The rows of a page, and whether the order that they were taken from still holds. It was read with the rule that binds the rows, and
    whatever that rule reads is news: while there is none, the rule need not be asked again."""
    app = scope.app
    key = ("page", scope.table.id, tuple(f.id for f in fields))
    return kept_statement(tx, app, key, lambda: select(_news(), _rows(scope, fields, scope.t.c.deleted_at.is_(None))))


def _news() -> Any:
    """Whether something happened that the order has not seen."""
    seen, oldest = given("seen", Text()), given("oldest", BigInteger())
    workspace, app, tables = (
        given("workspace", Text()),
        given("app", Text()),
        given("tables", ARRAY(Integer)),
    )
    return exists().where(*concerns(seen, oldest, workspace, app, tables))


def _freshness(asked: Asked, order: Order) -> dict[str, Any]:
    app = asked.scope.app
    return {
        "workspace": app.by.workspace,
        "app": app.id,
        "tables": asked.tables,
        "oldest": oldest_of(order.snapshot),
        "seen": order.snapshot,
    }


def _there(scope: Scope, trashed: bool) -> ColumnElement[bool]:
    gone = scope.t.c.deleted_at.is_not(None)
    return scope.alive if not trashed else gone if scope.rule is None else gone & scope.rule


def _rows(scope: Scope, fields: tuple[AnyField, ...], there: ColumnElement[bool], trashed: bool = False) -> Any:
    """The rows named by `ids`, as the inside of a JSON list, in that order."""
    ids = given("ids", ARRAY(BigInteger))
    asked = func.unnest(ids, type_=BigInteger()).table_valued("id", with_ordinality="n", name="asked").render_derived()
    t = scope.t
    values = select(*(shown(scope, f).label(f.id) for f in fields)).correlate(t).lateral("v") if fields else None
    models = provenance.beside(scope, fields)
    row = func.concat(
        fixed('{"id":'), t.c.id, fixed(',"version":'), t.c.version,
        fixed(',"created_at":"'), moment(t.c.created_at), fixed('","created_by":'), func.to_json(t.c.created_by),
        fixed(',"updated_at":"'), moment(t.c.updated_at), fixed('","updated_by":'), func.to_json(t.c.updated_by),
        *((fixed(',"deleted_at":"'), moment(t.c.deleted_at), fixed('"')) if trashed else ()),
        fixed(',"values":'), func.row_to_json(values.table_valued()) if values is not None else fixed("{}"),
        *(() if models is None else (models,)), fixed("}"),
    )  # fmt: skip
    source = asked.join(t, t.c.id == asked.c.id)
    if values is not None:
        source = source.join(values, true())
    return (
        select(func.string_agg(row, aggregate_order_by(fixed(","), asked.c.n))).select_from(source).where(there).scalar_subquery()
    )


def _start(order: Order, query: Query, total: int) -> int:
    if query.after is None:
        return min(query.offset, total)
    try:
        place, id = (int(part) for part in query.after.split(".", 1))
    except ValueError:
        raise Invalid(Problem("cursor", "is not one that a page gave")) from None
    if 0 < place <= len(order.ids) and order.ids[place - 1] == id:
        return place
    try:
        return order.ids.index(id) + 1
    except ValueError:
        return max(0, min(place, len(order.ids)))


def _next(start: int, ids: list[int], total: int) -> str | None:
    end = start + len(ids)
    return f"{end}.{ids[-1]}" if ids and end < total else None


def with_filter(query: Query, also: Filter) -> Query:
    """The same rows, less those that do not meet `also`."""
    return replace(query, filter=Filter(of=(query.filter, also)))
