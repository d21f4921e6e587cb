"""Where a walk through a list has come to: opaque to the one who carries it, checked when it comes back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import orjson

from sayso.errors import Invalid, Problem

UNKNOWN = Problem("cursor", "was not made here; begin again without it")


def written(place: Any) -> str | None:
    """The cursor of a place (any JSON value); nothing for nothing."""
    return None if place is None else urlsafe_b64encode(orjson.dumps(place, default=str)).rstrip(b"=").decode()


def read(cursor: str | None) -> Any:
    """The place of a cursor; `Invalid` when it is none of ours."""
    if cursor is None:
        return None
    try:
        return orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, UnicodeEncodeError):
        raise Invalid(UNKNOWN) from None
