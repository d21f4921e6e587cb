"""The rows of a public view: those agreed to, with the fields agreed to, and no more of them than was said."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from csv import writer
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import exports, groups, query
from sayso.data.groups import Figure
from sayso.data.open_app import OpenApp
from sayso.data.orders import EVERY_ROW
from sayso.data.publishing.cells import Cell, Reader, reader
from sayso.data.publishing.opening import Opened
from sayso.data.query import Query
from sayso.db.tables import members
from sayso.errors import Invalid, NotFound, Problem
from sayso.spec.fields import AnyField
from sayso.spec.filter import Bucket, Condition, Filter, Grouping, Sort
from sayso.spec.shape import ops_of, shape_of
from sayso.spec.table import Table
from sayso.spec.view import Chart

SEARCH_CHARACTERS_MAX = 100
DOWNLOAD_PAGE_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class PublicRow:
    """`values` are as the API writes them, for what groups and places rows; `cells` are what is shown, in the order of the fields."""

    cells: tuple[Cell, ...]
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    search: str = ""
    sort: str = ""
    """A field's id, with `-` in front for the other way round."""
    offset: int = 0
    limit: int = 50
    more: Filter = EVERY_ROW


async def rows(tx: AsyncConnection, opened: Opened, asked: Asked) -> tuple[list[PublicRow], int]:
    """A page, and how many rows there are in all (never more than the share shows)."""
    most = opened.share.rules.rows.rows_max
    limit = min(asked.limit, most - asked.offset)
    if limit <= 0:
        return [], most
    page = await query.page(tx, opened.app, opened.table.id, _query(opened, asked, limit))
    readers = await _readers(tx, opened.app, opened.table, opened.fields)
    return [_row(row, readers) for row in orjson.loads(page.rows)], min(page.total, most)


async def figures(
    tx: AsyncConnection, opened: Opened, more: Filter = EVERY_ROW, *, whole: bool = False
) -> tuple[list[Figure], Any]:
    """What a public chart draws, and the one figure over all; of the rows that meet `more` as well. `whole`: only that one figure."""
    view = opened.view
    if not isinstance(view, Chart):
        raise NotFound(opened.share.not_open)
    table = opened.table
    by = None if whole else _grouping(opened, view.by, view.bucket)
    split = None if whole else _grouping(opened, view.split, None)
    filter = Filter(of=tuple(one for one in (view.filter, more) if one.of))
    return await groups.aggregated(tx, opened.app, table.id, by=by, split=split, measure=view.measure, filter=filter)


def _grouping(opened: Opened, id: str | None, bucket: Bucket | None) -> Grouping | None:
    """Days and moments are gathered by month unless the view says otherwise."""
    field = opened.table.field(id) if id else None
    if field is None:
        return None
    dated = shape_of(opened.app.spec, opened.table, field) in ("day", "moment")
    return Grouping(field=field.id, bucket=bucket or "month") if dated else Grouping(field=field.id)


async def download(tx: AsyncConnection, opened: Opened) -> AsyncIterator[bytes]:
    """CSV, with what spreadsheets would take for a formula made harmless. Raises `NotFound` when it was not chosen."""
    opened.share.must("download")
    opened.app.allowed("export", opened.table.id)
    people = await _people(tx, opened.app)
    written = {f.id: exports.written(f, people, opened.app.spec.zone) for f in opened.fields}
    yield b"\xef\xbb\xbf" + _line([exports.guarded(f.name) for f in opened.fields])
    at, most = 0, opened.share.rules.rows.rows_max
    while at < most:
        asked = Asked(offset=at, limit=min(DOWNLOAD_PAGE_ROWS, most - at))
        page = await query.page(tx, opened.app, opened.table.id, _query(opened, asked, asked.limit))
        found = orjson.loads(page.rows)
        for row in found:
            yield _line([exports.guarded(write(row["values"].get(id))) for id, write in written.items()])
        at += len(found)
        if len(found) < asked.limit:
            return


def _line(cells: list[str]) -> bytes:
    out = StringIO()
    writer(out).writerow(cells)
    return out.getvalue().encode()


async def texts_of(
    tx: AsyncConnection, app: OpenApp, table: Table, fields: tuple[str, ...], page: bytes
) -> tuple[dict[str, str], ...]:
    """The words of a few rows, by field: the sample on the publishing screen."""
    found = tuple(f for id in fields if (f := table.field(id)))
    readers = await _readers(tx, app, table, found)
    return tuple({id: read(row["values"].get(id)).text[:200] for id, read in readers.items()} for row in orjson.loads(page))


async def _readers(tx: AsyncConnection, app: OpenApp, table: Table, fields: tuple[AnyField, ...]) -> dict[str, Reader]:
    people = await _people(tx, app)
    return {f.id: reader(app.spec, table, f, people) for f in fields}


async def _people(tx: AsyncConnection, app: OpenApp) -> dict[str, str]:
    m = members.c
    found = await tx.execute(select(m.id, m.name).where(m.workspace_id == app.by.workspace))
    return {row.id: row.name for row in found}


def _row(row: dict[str, Any], readers: dict[str, Reader]) -> PublicRow:
    return PublicRow(tuple(read(row["values"].get(id)) for id, read in readers.items()), row["values"])


def _query(opened: Opened, asked: Asked, limit: int) -> Query:
    """The share's own conditions come first, whatever is asked on top of them."""
    view = opened.rows_of
    conditions = [one for one in (view.filter, asked.more, _searched(opened, asked.search)) if one.of]
    filter = Filter(of=tuple(conditions)) if len(conditions) > 1 else conditions[0] if conditions else Filter()
    fields = tuple(f.id for f in opened.fields)
    return Query(filter=filter, sorts=_sorts(opened, asked.sort) or view.sorts, fields=fields, offset=asked.offset, limit=limit)


def _searched(opened: Opened, search: str) -> Filter:
    """Only fields that are shown are searched: nothing can be found out about the others."""
    needle = " ".join(search.split())
    if not needle:
        return Filter()
    opened.share.must("search")
    if len(needle) > SEARCH_CHARACTERS_MAX:
        raise Invalid(Problem("q", f"holds at most {SEARCH_CHARACTERS_MAX} characters"))
    app, table = opened.app.spec, opened.table
    worded = [f for f in opened.fields if "contains" in ops_of(app, table, f)]
    conditions = tuple(Condition(field=f.id, op="contains", value=needle) for f in worded)
    return Filter(match="any", of=conditions) if conditions else Filter(of=(_never(opened),))


def _never(opened: Opened) -> Condition:
    """When nothing that is shown holds words, no search finds a row."""
    return Condition(field=opened.fields[0].id, op="any_of", value=[])


def _sorts(opened: Opened, sort: str) -> tuple[Sort, ...]:
    id = sort.removeprefix("-")
    if not id or id not in {f.id for f in opened.fields}:
        return ()
    opened.share.must("sort")
    return (Sort(field=id, descending=sort.startswith("-")),)


def of_span(opened: Opened, start: str, first: date, last: date) -> Filter:
    """Rows of a calendar's page: those that begin on one of its days."""
    return Filter(of=tuple(_between(start, first, last)))


def _between(field: str, first: date, last: date) -> Iterator[Condition]:
    yield Condition(field=field, op="gte", value=first.isoformat())
    yield Condition(field=field, op="lte", value=last.isoformat())
