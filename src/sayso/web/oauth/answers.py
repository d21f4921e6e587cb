"""What programs are told at the addresses of OAuth: JSON, and errors by their names of RFC 6749 and RFC 7591."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sayso.errors import SaysoError, TooMany
from sayso.web.address import counted_as
from sayso.web.body import BoundedRequest
from sayso.web.parts import parts
from sayso.web.rate import Rate

BYTES_MAX = 64 * 1024
FIELDS_MAX = 20
ASKED_A_MINUTE_MAX = 120
"""Of one address of the network."""

by_one = Rate(times=ASKED_A_MINUTE_MAX, seconds=60)


class Refused(Exception):
    def __init__(self, error: str, why: str) -> None:
        super().__init__(why)
        self.error = error


def told(value: dict[str, Any] | None, status: int = 200) -> Response:
    return Response(orjson.dumps(value) if value is not None else b"", status, media_type="application/json")


def wrong(error: Exception) -> Response:
    match error:
        case Refused():
            return told({"error": error.error, "error_description": str(error)}, 400)
        case TooMany():
            answer = told({"error": "temporarily_unavailable", "error_description": str(error)}, 429)
            answer.headers["retry-after"] = str(error.retry_after_seconds)
            return answer
        case SaysoError():
            return told({"error": "invalid_request", "error_description": str(error)}, error.status)
        case _:
            raise error


def bounded(request: Request) -> BoundedRequest:
    """Raises `TooMany`, `TooLarge`."""
    by_one.count(counted_as(request, parts(request).settings))
    reads = BoundedRequest(request.scope, request.receive)
    reads.bounded(BYTES_MAX)
    return reads


async def fields(request: Request) -> dict[str, str]:
    """What a form sends, each field once. Raises `Refused`."""
    async with bounded(request).form(max_files=0, max_fields=FIELDS_MAX, max_part_size=BYTES_MAX) as form:
        pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    if len({name for name, _ in pairs}) < len(pairs):
        raise Refused("invalid_request", "A field is there more than once.")
    if any("\0" in value for _, value in pairs):
        raise Refused("invalid_request", "A field holds the character NUL.")
    return dict(pairs)
