"""Files as steps pass them on: `{"id": "f_…", "name", "type", "bytes"}`."""

import re
from collections.abc import Mapping
from typing import Any

_ID = re.compile(r"f_[a-z0-9]{12}")


def is_file(value: Any) -> bool:
    return isinstance(value, Mapping) and _ID.fullmatch(str(value.get("id", ""))) is not None


def is_picture(value: Any) -> bool:
    return is_file(value) and value.get("type") in ("image/png", "image/jpeg", "image/gif", "image/webp")


def files_of(value: Any) -> list[dict[str, Any]]:
    """The files in a value: one, or a list of them."""
    if is_file(value):
        return [dict(value)]
    return [file for one in value for file in files_of(one)] if isinstance(value, (list, tuple)) else []
