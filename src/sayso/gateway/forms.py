"""A form with files as a value: each field by its name, a file as its bytes, a field that comes more than once as a list."""

import re
from typing import Any

from sayso.gateway.refusals import Refused

FIELDS_MAX = 200

_NAME = re.compile(rb'[; ]name="([^"]{0,100})"')


def form(raw: bytes, content_type: bytes) -> dict[str, Any]:
    """`image[]` is `image`. Raises `Refused` for what is no form."""
    found = re.search(rb'boundary="?([^";,]{1,70})"?', content_type)
    if found is None:
        raise Refused("We could not parse the multipart form of your request.", 400)
    value: dict[str, Any] = {}
    for part in raw.split(b"--" + found[1])[1 : FIELDS_MAX + 1]:
        head, separator, content = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if not separator or name is None:
            continue
        content = content.removesuffix(b"\r\n")
        key = name[1].decode("utf-8", "replace").removesuffix("[]")
        one: Any = content if b"filename=" in head else content.decode("utf-8", "replace")
        if key in value:
            value[key] = [*(value[key] if isinstance(value[key], list) else [value[key]]), one]
        else:
            value[key] = one
    return value
