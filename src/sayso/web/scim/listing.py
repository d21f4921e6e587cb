"""Lists: filtered, sorted, a page at a time (RFC 7644, 3.4.2); and one resource, with its version (3.14)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from sayso.team.scim import documents, filters
from sayso.team.scim.errors import Scim
from sayso.team.scim.names import LIST, SEARCH
from sayso.team.scim.schemas import PAGE_MAX
from sayso.web.scim.asked import Asked, said

PAGE = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for, in the query or in the body of a search."""

    filter: filters.Filter | None
    sort: filters.Path | None
    descending: bool
    start: int
    count: int
    only: Sequence[str]
    but: Sequence[str]


def wanted(told: Mapping[str, Any]) -> Wanted:
    """Raises `Scim`."""
    text = str(told.get("filter") or "")
    sort = str(told.get("sortBy") or "")
    return Wanted(
        filters.read(text) if text.strip() else None,
        filters.Path.read(sort) if sort else None,
        str(told.get("sortOrder", "")).lower() == "descending",
        max(1, _number(told.get("startIndex"), 1, "startIndex")),
        min(PAGE_MAX, max(0, _number(told.get("count"), PAGE, "count"))),
        _names(told.get("attributes")),
        _names(told.get("excludedAttributes")),
    )


async def searched(asked: Asked) -> Wanted:
    told = await asked.json()
    if not isinstance(told, dict) or SEARCH not in (told.get("schemas") or []):
        raise Scim(400, f"A search says that it is one: schemas holds {SEARCH}.", "invalidSyntax")
    return wanted(told)


def listed(found: Sequence[dict[str, Any]], asked: Wanted) -> Response:
    if asked.filter is not None:
        filter = asked.filter
        found = [one for one in found if filters.meets(one, filter)]
    if asked.sort is not None:
        path = asked.sort
        found = sorted(found, key=lambda one: _rank(filters.values(one, path)), reverse=asked.descending)
    page = found[asked.start - 1 : asked.start - 1 + asked.count]
    told = [documents.narrowed(one, asked.only, asked.but) for one in page]
    return said(
        {"schemas": [LIST], "totalResults": len(found), "startIndex": asked.start, "itemsPerPage": len(told), "Resources": told}
    )


def plain(items: Sequence[dict[str, Any]]) -> Response:
    """A short list without pages: resource types, schemas."""
    return said(
        {"schemas": [LIST], "totalResults": len(items), "startIndex": 1, "itemsPerPage": len(items), "Resources": list(items)}
    )


def one(asked: Asked, document: dict[str, Any], status: int = 200) -> Response:
    """A resource with its ETag; 304 when they have it already."""
    version = document["meta"]["version"]
    if asked.request.method == "GET" and version in _versions(asked.request.headers.get("if-none-match")):
        return said(None, 304, etag=version)
    told = documents.narrowed(
        document,
        _names(asked.request.query_params.get("attributes")),
        _names(asked.request.query_params.get("excludedAttributes")),
    )
    return said(told, status, etag=version, location=document["meta"]["location"])


def must_match(asked: Asked, document: dict[str, Any]) -> None:
    """Raises `Scim` (412) when it has changed since they read it."""
    header = asked.request.headers.get("if-match")
    if header is not None and header.strip() != "*" and document["meta"]["version"] not in _versions(header):
        raise Scim(412, "This has changed since it was read. Read it again.")


def _versions(header: str | None) -> list[str]:
    return [one.strip() for one in (header or "").split(",")]


def _number(value: Any, default: int, name: str) -> int:
    if value in (None, ""):
        return default
    try:
        return max(-1, min(int(str(value)[:12]), 2**31))
    except ValueError:
        raise Scim(400, f"{name} is a whole number.", "invalidValue") from None


def _names(value: Any) -> list[str]:
    given = value if isinstance(value, list) else str(value or "").split(",")
    return [str(one).strip() for one in given if str(one).strip()]


def _rank(found: list[Any]) -> tuple[bool, str]:
    first = found[0] if found else None
    first = first.get("value") if isinstance(first, dict) else first
    return (first is None, str(first).casefold())
