"""A line of CSV as a spreadsheet may open it: RFC 4180, and no cell that begins like a formula."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so would be a formula in a spreadsheet."""


def line(values: Iterable[Any]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow([_cell(value) for value in values])
    return written.getvalue().encode()


def _cell(value: Any) -> Any:
    match value:
        case list() if all(isinstance(one, str) for one in value):  # pyright: ignore[reportUnknownVariableType]
            return _cell(" ".join(value))  # pyright: ignore[reportUnknownArgumentType]
        case list() | dict():
            return orjson.dumps(value, default=str).decode()
        case datetime():
            return value.isoformat()
        case str() if value.startswith(FORMULA):
            return "'" + value
        case _:
            return value
