"""Rows of a step as a file for spreadsheets: nothing in it is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

import xlsxwriter

from sayso.automations.names.readable import readable
from sayso.data.exports import CELL_CHARACTERS_MAX, cell, guarded, written
from sayso.spec.fields import AnyField
from sayso.spec.table import Table

SHEET_COLUMNS_MAX = 200
BOOK = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}

Format = Literal["csv", "xlsx"]
Row = Mapping[str, Any]


def of_rows(table: Table, rows: Sequence[Row], form: Format, *, people: dict[str, str], zone: str) -> bytes:
    """Rows of a table, as steps pass them on: `{"id", "values": {field: value}}`."""
    fields = list(table.fields[:SHEET_COLUMNS_MAX])
    return _csv_of_rows(fields, rows, people, zone) if form == "csv" else _xlsx_of_rows(table.name, fields, rows, people, zone)


def of_objects(name: str, rows: Sequence[Row], form: Format) -> bytes:
    """What a database or a program gave: a column for each key that any of them has."""
    keys = list(dict.fromkeys(str(key) for row in rows for key in row))[:SHEET_COLUMNS_MAX]
    return _csv_of_objects(keys, rows) if form == "csv" else _xlsx_of_objects(name, keys, rows)


def _csv(lines: Sequence[Sequence[str]]) -> bytes:
    """UTF-8 with its mark, so that spreadsheets read it as such."""
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _csv_of_rows(fields: list[AnyField], rows: Sequence[Row], people: dict[str, str], zone: str) -> bytes:
    writers = [(f.id, written(f, people, zone), f.kind in ("number", "money", "percent", "rating", "duration")) for f in fields]
    lines = [
        [(text if plain else guarded(text)) for id, write, plain in writers for text in (write(row["values"].get(id)),)]
        for row in rows
    ]
    return _csv([[guarded(f.name) for f in fields], *lines])


def _csv_of_objects(keys: list[str], rows: Sequence[Row]) -> bytes:
    def text(value: Any) -> str:
        return readable(value) if isinstance(value, (int, float)) else guarded(readable(value))

    return _csv([[guarded(key) for key in keys], *([text(row.get(key)) for key in keys] for row in rows)])


def _xlsx_of_rows(name: str, fields: list[AnyField], rows: Sequence[Row], people: dict[str, str], zone: str) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, BOOK)
    sheet = _headed(book, name, [f.name for f in fields])
    for n, field in enumerate(fields):
        write = cell(book, field, people, zone)
        for at, row in enumerate(rows, 1):
            write(sheet, at, n, row["values"].get(field.id))
    book.close()
    return out.getvalue()


def _xlsx_of_objects(name: str, keys: list[str], rows: Sequence[Row]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, BOOK)
    sheet = _headed(book, name, keys)
    days = book.add_format({"num_format": "yyyy-mm-dd"})
    for at, row in enumerate(rows, 1):
        for n, key in enumerate(keys):
            _put(sheet, at, n, row.get(key), days)
    book.close()
    return out.getvalue()


def _put(sheet: Any, at: int, n: int, value: Any, days: Any) -> None:
    match value:
        case None | "":
            return
        case bool():
            sheet.write_boolean(at, n, value)
        case int() | float() if abs(value) < 1e15:
            sheet.write_number(at, n, value)
        case date():
            sheet.write_datetime(at, n, value, days)
        case _:
            sheet.write_string(at, n, readable(value)[:CELL_CHARACTERS_MAX])


def _headed(book: Any, name: str, headings: list[str]) -> Any:
    clean = "".join(" " if c in "[]:*?/\\'" else c for c in name)[:31].strip()
    sheet = book.add_worksheet(clean or "Rows")
    bold = book.add_format({"bold": True})
    for n, heading in enumerate(headings):
        sheet.write_string(0, n, heading, bold)
        sheet.set_column(n, n, min(40, max(10, len(heading) + 4)))
    sheet.freeze_panes(1, 0)
    return sheet
