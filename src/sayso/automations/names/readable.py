"""A value of a step in words, as it stands in a sentence."""

from collections.abc import Mapping
from typing import Any

import orjson

LISTED_MAX = 200


def readable(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case float():
            return f"{value:.12g}"
        case list() | tuple():
            some = ", ".join(text for one in value[:LISTED_MAX] if (text := readable(one)))
            return some + (f" and {len(value) - LISTED_MAX:,} more" if len(value) > LISTED_MAX else "")
        case Mapping():
            for key in ("name", "title", "text"):
                if isinstance(value.get(key), str):
                    return value[key]
            if isinstance(value.get("values"), Mapping) and "id" in value:
                first = next((v for v in value["values"].values() if isinstance(v, str) and v), None)
                return first or f"row {value['id']}"
            return orjson.dumps(value, default=str).decode()
        case _:
            return str(value)
