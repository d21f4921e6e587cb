"""Rows out of a file: CSV and its kin in any encoding, JSON lists, JSON lines."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import orjson
from charset_normalizer import from_bytes

from sayso.connections.reading import COLUMNS_MAX, Column, Row, SourceFailed, columns_of, flat, kind_of

ROWS_MAX = 1_000_000
CELL_CHARACTERS_MAX = 200_000
SNIFFED_CHARACTERS = 20_000
ROW_NUMBER = "Row number"
"""The column that is the key where no other tells rows apart."""
NUMBER = re.compile(r"[+-]?(\d{1,15}|\d{1,3}(,\d{3})+)(\.\d+)?(e[+-]?\d{1,3})?", re.I)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
YES_NO = {"true", "false", "yes", "no"}


async def rows_of(body: bytes, name: str) -> list[Row]:
    """In a thread: a large file takes a second. Raises `SourceFailed`."""
    return await asyncio.to_thread(_rows, body, name)


def _rows(body: bytes, name: str) -> list[Row]:
    if body[:2] in (b"PK", b"\x1f\x8b") or (b"\x00" in body[:1000] and body[:2] not in (b"\xff\xfe", b"\xfe\xff")):
        raise SourceFailed(f"{name} is no text: a CSV or JSON file is needed.")
    if body.lstrip()[:15].lower().startswith((b"<!doctype", b"<html")):
        raise SourceFailed(f"{name} is a web page, not a CSV file. It may ask to be signed in to.")
    if body.lstrip()[:1] in (b"[", b"{"):
        return _json_rows(body, name)
    return _csv_rows(_text(body), name)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        best = from_bytes(body[:200_000]).best()
        return body.decode(best.encoding if best else "latin-1", "replace")


def _json_rows(body: bytes, name: str) -> list[Row]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            value = [orjson.loads(line) for line in body.splitlines() if line.strip()]
        except orjson.JSONDecodeError as error:
            raise SourceFailed(f"{name} is not JSON: {error}") from None
    return rows_in(value, name)


def rows_in(value: Any, name: str) -> list[Row]:
    """Of a JSON list of objects, or of an object that holds one."""
    if isinstance(value, dict):
        lists = [v for v in value.values() if isinstance(v, list) and v and isinstance(v[0], dict)]
        value = lists[0] if len(lists) == 1 else [value]
    if not isinstance(value, list) or len(value) > ROWS_MAX:
        raise SourceFailed(f"{name} holds no list of rows.")
    return [flat(one) for one in value]


def _csv_rows(text: str, name: str) -> list[Row]:
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:SNIFFED_CHARACTERS], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        lines = csv.reader(io.StringIO(text, newline=""), dialect)
        names = distinct(next(lines, []))
        rows = [dict(zip(names, (c or None for c in line), strict=False)) for line in lines if any(line)]
    except csv.Error as error:
        raise SourceFailed(f"{name} cannot be read as CSV: {error}") from None
    if not names:
        raise SourceFailed(f"{name} is empty.")
    if len(rows) > ROWS_MAX or len(names) > COLUMNS_MAX:
        raise SourceFailed(f"{name} is too large: at most {ROWS_MAX:,} rows and {COLUMNS_MAX} columns.")
    return rows


def distinct(names: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    told: list[str] = []
    for place, name in enumerate(names, 1):
        name = " ".join(name.split()) or f"Column {place}"
        seen[name] = seen.get(name, 0) + 1
        told.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return told


def numbered(rows: Sequence[Row]) -> list[Row]:
    return [{**row, ROW_NUMBER: n} for n, row in enumerate(rows, 1)]


def key_in(rows: Sequence[Row]) -> str:
    """The first column whose values are all there and all different, preferring one that is called so; else the row's number."""
    names = list(dict.fromkeys(name for row in rows[:50] for name in row if name != ROW_NUMBER))
    names.sort(key=lambda n: n.strip().lower() not in ("id", "key", "uuid", "sku", "number", "nr"))
    for name in names:
        values = [row.get(name) for row in rows]
        if rows and all(v not in (None, "") for v in values) and len({str(v) for v in values}) == len(rows):
            return name
    return ROW_NUMBER


def columns(rows: Sequence[Row], key: str) -> tuple[Column, ...]:
    """As `columns_of`, with texts judged by what they look like: a file has nothing but texts."""
    found = columns_of(rows[:1000], (key,))
    return tuple(Column(c.name, c.type, _kind([row.get(c.name) for row in rows[:1000]], c.kind), c.key) for c in found)


def _kind(values: Sequence[Any], kind: str) -> str:
    texts = [v.strip() for v in values if isinstance(v, str) and v.strip()]
    if not texts or kind != "text":
        return kind
    if all(NUMBER.fullmatch(t) and not (t.startswith("0") and t.isdigit() and len(t) > 1) for t in texts):
        return "number"
    if all(DAY.fullmatch(t) for t in texts):
        return "date"
    if all(MOMENT.fullmatch(t) for t in texts):
        return "datetime"
    if all(t.casefold() in YES_NO for t in texts):
        return "checkbox"
    return kind_of(texts)
