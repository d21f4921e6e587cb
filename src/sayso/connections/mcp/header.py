"""Arguments that a server wants to see in headers as well (`x-mcp-header`), and values as headers can hold them."""

import base64
import re
from collections.abc import Iterator
from typing import Any

KEY = "x-mcp-header"
PREFIX = "Mcp-Param-"
TOKEN = re.compile(r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,80}$")
PLAIN = re.compile(r"^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$")
CODED_BEGIN, CODED_END = "=?base64?", "?="
DEPTH_MAX = 10


def coded(value: str) -> str:
    """As it is where plain ASCII can say it, else in base64 between marks."""
    if PLAIN.match(value) and not (value.startswith(CODED_BEGIN) and value.endswith(CODED_END)):
        return value
    return f"{CODED_BEGIN}{base64.b64encode(value.encode()).decode()}{CODED_END}"


def of_arguments(schema: Any, arguments: dict[str, Any]) -> list[tuple[str, str]]:
    """The headers of a call. A value that is not there has none."""
    return [
        (f"{PREFIX}{name}", coded("true" if value is True else "false" if value is False else str(value)))
        for name, value in _marked(schema, arguments, 0)
        if isinstance(value, str | int | float)
    ]


def _marked(schema: Any, values: Any, depth: int) -> Iterator[tuple[str, Any]]:
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict) or not isinstance(values, dict) or depth > DEPTH_MAX:
        return
    for key, one in properties.items():
        if not isinstance(one, dict) or values.get(key) is None:
            continue
        name = one.get(KEY)
        if isinstance(name, str) and TOKEN.match(name) and one.get("type") in ("string", "integer", "boolean"):
            yield name, values[key]
        yield from _marked(one, values[key], depth + 1)
