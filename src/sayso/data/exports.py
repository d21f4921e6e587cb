"""Rows as a file: CSV, XLSX or JSON, made page by page, so that a million rows need no more memory than a thousand."""

import csv
import io
import re
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import orjson
import xlsxwriter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import finding, query
from sayso.data.open_app import OpenApp
from sayso.data.physical import found
from sayso.data.query import Query
from sayso.db.tables import members
from sayso.errors import Forbidden, TooLarge
from sayso.spec.fields import AnyField, Datetime, Duration
from sayso.spec.fields.choice import MultiSelect, Select
from sayso.spec.table import Table
from sayso.team import standing

Format = Literal["csv", "xlsx", "json"]
TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
PAGE_ROWS = 1_000
LOOK_SECONDS = 0.5
"""How often a long export looks whether it is still theirs who asked."""
XLSX_ROWS_MAX = 1_048_575
"""What one sheet of the format holds, less the heading."""
CELL_CHARACTERS_MAX = 32_767
_FORMULA = re.compile(r"^[=+\-@\t\r\x00]")

Written = Callable[[Any], str]


async def export(
    tx: AsyncConnection, app: OpenApp, table_id: str, asked: Query, form: Format, *, raw: bool = False
) -> AsyncIterator[bytes]:
    """Chunks of the file. Text that a spreadsheet would take for a formula gets an apostrophe in front, unless `raw`.

    Raises `Forbidden` and `NotFound`, also on the way, when whoever asks may no longer see what it began with."""
    table = found(app, table_id)
    app.allowed("export", table.id)
    fields = [f for f in table.fields if asked.fields is None or f.id in asked.fields]
    match form:
        case "json":
            async for chunk in _json(tx, app, table, asked):
                yield chunk
        case "csv":
            async for chunk in _csv(tx, app, table, asked, fields, raw):
                yield chunk
        case "xlsx":
            async for chunk in _xlsx(tx, app, table, asked, fields):
                yield chunk


async def _pages(tx: AsyncConnection, app: OpenApp, table: Table, asked: Query) -> AsyncIterator[bytes]:
    after, looked = None, time.monotonic()
    while True:
        if time.monotonic() - looked >= LOOK_SECONDS:
            looked = time.monotonic()
            await _must_still(tx, app, table)
        page = await query.page(tx, app, table.id, replace(asked, limit=PAGE_ROWS, offset=0, after=after))
        if page.rows != b"[]":
            yield page.rows
        if page.next is None:
            return
        after = page.next


async def _must_still(tx: AsyncConnection, app: OpenApp, table: Table) -> None:
    now = await finding.found(tx, app.id, await standing.now(tx, app.by), "read", app.id)
    now.allowed("export", table.id)
    if now.sight.key != app.sight.key or now.columns != app.columns:
        raise Forbidden("What you see here has changed, or how it is built. Begin this export again.")


async def _json(tx: AsyncConnection, app: OpenApp, table: Table, asked: Query) -> AsyncIterator[bytes]:
    yield b'{"rows":['
    first = True
    async for rows in _pages(tx, app, table, asked):
        yield (b"" if first else b",") + rows[1:-1]
        first = False
    yield b"]}"


async def _csv(
    tx: AsyncConnection, app: OpenApp, table: Table, asked: Query, fields: list[AnyField], raw: bool
) -> AsyncIterator[bytes]:
    """UTF-8 with its mark, so that spreadsheets read it as such; lines end as RFC 4180 says."""
    lines = io.StringIO()
    out = csv.writer(lines)
    cells = [_writer(f, await _names(tx, app), app.spec.zone, raw) for f in fields]
    out.writerow([f.name if raw else guarded(f.name) for f in fields])
    yield b"\xef\xbb\xbf"
    async for rows in _pages(tx, app, table, asked):
        for row in orjson.loads(rows):
            values = row["values"]
            out.writerow([write(values.get(id)) for id, write in cells])
        yield lines.getvalue().encode()
        lines.seek(0)
        lines.truncate()
    yield lines.getvalue().encode()


async def _names(tx: AsyncConnection, app: OpenApp) -> dict[str, str]:
    m = members.c
    rows = await tx.execute(select(m.id, m.name).where(m.workspace_id == app.by.workspace))
    return {row.id: row.name for row in rows}


def _writer(field: AnyField, people: dict[str, str], zone: str, raw: bool) -> tuple[str, Written]:
    write = written(field, people, zone)
    if raw or field.kind in _NUMBERS:
        return field.id, write

    return field.id, lambda value: guarded(write(value))


def guarded(text: str) -> str:
    """With an apostrophe in front, when a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


_NUMBERS = frozenset(
    {"number", "money", "percent", "rating", "duration", "autonumber", "date", "datetime", "created_at", "updated_at", "checkbox"}
)


def written(field: AnyField, people: dict[str, str], zone: str) -> Written:
    """From a value of the API to plain text, as the field's kind is written for people."""
    match field:
        case Select() | MultiSelect():
            names = {o.id: o.name for o in field.options}
            return lambda v: ", ".join(names.get(i, i) for i in ([v] if isinstance(v, str) else v or ()))
        case Duration():
            return lambda v: "" if v is None else field.written(v)
        case Datetime():
            return _moments(field.zone)
        case _:
            return _by_kind(field, people, zone)


def _by_kind(field: AnyField, people: dict[str, str], zone: str) -> Written:
    match field.kind:
        case "created_at" | "updated_at":
            return _moments(zone)
        case "percent":
            return lambda v: "" if v is None else f"{v * 100:.10g}%"
        case "person" | "created_by" | "updated_by":
            return lambda v: ", ".join(people.get(i, i) for i in ([v] if isinstance(v, str) else v or ()))
        case "checkbox":
            return lambda v: "yes" if v else "no"
        case "autonumber":
            return lambda v: "" if v is None else f"{getattr(field, 'prefix', '')}{v}"
        case _:
            return plain


def plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.15g}"
        case list():
            return ", ".join(filter(None, map(plain, value)))
        case dict():
            return str(value.get("name") or value.get("error") or "")
        case _:
            return str(value)


def _moments(zone: str) -> Written:
    at = ZoneInfo(zone)
    return lambda v: "" if not v else datetime.fromisoformat(v).astimezone(at).strftime("%Y-%m-%d %H:%M")


async def _xlsx(tx: AsyncConnection, app: OpenApp, table: Table, asked: Query, fields: list[AnyField]) -> AsyncIterator[bytes]:
    """Typed cells, so that nothing can be taken for a formula; raises `TooLarge` beyond what the format holds."""
    total = (await query.page(tx, app, table.id, replace(asked, limit=1))).total
    if total > XLSX_ROWS_MAX:
        raise TooLarge(f"An Excel sheet holds {XLSX_ROWS_MAX:,} rows, and these are {total:,}; export CSV instead.")
    people = await _names(tx, app)
    with tempfile.TemporaryFile() as file:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
        book = xlsxwriter.Workbook(file, options)
        sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", table.name)[:31].strip() or "Rows")
        bold = book.add_format({"bold": True})
        cells = [(f.id, cell(book, f, people, app.spec.zone)) for f in fields]
        for n, field in enumerate(fields):
            sheet.write_string(0, n, field.name, bold)
        at = 0
        try:
            async for rows in _pages(tx, app, table, asked):
                for row in orjson.loads(rows):
                    at += 1
                    for n, (id, write) in enumerate(cells):
                        write(sheet, at, n, row["values"].get(id))
            sheet.freeze_panes(1, 0)
        finally:
            book.close()  # it has a file of its own, which nobody else would close
        file.seek(0)
        while chunk := file.read(256 * 1024):
            yield chunk


def cell(book: Any, field: AnyField, people: dict[str, str], zone: str) -> Callable[[Any, int, int, Any], None]:
    """Writes a value of this field into a sheet, typed."""
    text = written(field, people, zone)
    days, percents = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "0%"})

    def write(sheet: Any, row: int, column: int, value: Any) -> None:
        if value is None or value == "" or value == []:
            return
        match field.kind:
            case "number" | "rating" | "duration" if isinstance(value, (int, float)):
                sheet.write_number(row, column, value)
            case "money":
                sheet.write_number(row, column, float(value))
            case "percent":
                sheet.write_number(row, column, value, percents)
            case "date":
                sheet.write_datetime(row, column, date.fromisoformat(value), days)
            case "checkbox":
                sheet.write_boolean(row, column, bool(value))
            case "formula" | "rollup" if isinstance(value, (int, float)) and not isinstance(value, bool):
                sheet.write_number(row, column, value)
            case _:
                sheet.write_string(row, column, text(value)[:CELL_CHARACTERS_MAX])

    return write
