"""Where a walk through a list has come to: opaque to the one who carries it, checked when it comes back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

from fastapi import Query

from sayso.errors import Invalid, Problem

Cursor = Annotated[str | None, Query(max_length=200, description="The `next` of the page before")]

UNKNOWN = Problem("cursor", "was not made here; begin again without it")
NUMBER_MAX = 2**63 - 1


def written(place: int | None) -> str | None:
    """The cursor of a place; nothing for nothing."""
    return None if place is None else urlsafe_b64encode(str(place).encode()).rstrip(b"=").decode()


def number(cursor: str | None) -> int | None:
    """The place of a cursor; `Invalid` when it is none of ours."""
    if cursor is None:
        return None
    try:
        place = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError:
        raise Invalid(UNKNOWN) from None
    if not place.isdigit() or len(place) > 19 or int(place) > NUMBER_MAX:
        raise Invalid(UNKNOWN)
    return int(place)
