"""Values of databases as JSON can hold them, and JSON's as databases take them."""

import base64
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

WHOLE_MAX = 2**53 - 1
TEXT_CHARACTERS_MAX = 1_000_000


def jsonable(value: Any) -> Any:
    """Numbers stay numbers where JSON holds them exactly, else they are text; moments are ISO 8601, in UTC where a zone is known."""
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if abs(value) <= WHOLE_MAX else str(value)
        case float():
            return value if value == value and abs(value) != float("inf") else None
        case Decimal():
            return _number(value)
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value.tzinfo else value.isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(bytes(value)).decode()
        case UUID():
            return str(value)
        case dict():
            return {str(k): jsonable(v) for k, v in value.items()}
        case list() | tuple() | set():
            return [jsonable(v) for v in value]
        case _:
            return str(value)


def _number(value: Decimal) -> int | float | str | None:
    if not value.is_finite():
        return None
    if value == value.to_integral_value():
        whole = int(value)
        return whole if abs(whole) <= WHOLE_MAX else str(whole)
    near = float(value)
    return near if Decimal(repr(near)) == value else f"{value:f}"


def bound(value: Any) -> Any:
    """What a driver is given for a JSON value: lists and objects go as JSON text."""
    return orjson.dumps(value).decode() if isinstance(value, dict | list | tuple) else value


def size(value: Any) -> int:
    """About how many bytes a value takes; to stop before there is too much of it."""
    match value:
        case str() | bytes() | bytearray() | memoryview():
            return len(value) + 16
        case dict() | list():
            return len(repr(value))
        case _:
            return 16
