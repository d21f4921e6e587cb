"""Notion databases, by an integration's token. As its public API reference says (developers.notion.com/reference), version 2022-06-28."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sayso.connections import fetching
from sayso.connections.kind import Credentials, FormField, Kind
from sayso.connections.opened import Opened
from sayso.connections.reading import PLACES_MAX, Batch, Column, Place, Row, SourceFailed, Wanted

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

ADDRESS = "https://api.notion.com/v1"
VERSION = "2022-06-28"
ID, URL, CREATED, EDITED = "Page id", "Page", "Created", "Last edited"
PAGE = 100
KINDS = {
    "number": "number", "checkbox": "checkbox", "date": "date", "created_time": "datetime", "last_edited_time": "datetime",
    "url": "url", "email": "email", "phone_number": "phone",
}  # fmt: skip


class NotionReader:
    """`what` is a database's id."""

    async def places(self, connections: Connections, opened: Opened, search: str) -> list[Place]:
        asked: dict[str, Any] = {"query": search, "page_size": PAGE, "filter": {"property": "object", "value": "database"}}
        found: list[Place] = []
        while len(found) < PLACES_MAX:
            page = await fetching.got_json(connections, opened, "search", method="POST", body=asked)
            found += [
                Place(one["id"], _plain(one.get("title", [])) or "Untitled", "database", key=(ID,), cursors=(EDITED,))
                for one in page["results"]
            ]
            if not page.get("has_more"):
                break
            asked["start_cursor"] = page["next_cursor"]
        return found

    async def place(self, connections: Connections, opened: Opened, what: str) -> Place:
        one = await fetching.got_json(connections, opened, _path(what))
        columns = [Column(n, p["type"], KINDS.get(p["type"], "text")) for n, p in one.get("properties", {}).items()]
        columns.sort(key=lambda c: c.type != "title")
        more = (
            Column(CREATED, "created_time", "datetime"),
            Column(EDITED, "last_edited_time", "datetime"),
            Column(URL, "url", "url"),
            Column(ID, "id", "text", True),
        )
        rows = await fetching.got_json(connections, opened, f"{_path(what)}/query", method="POST", body={"page_size": 5})
        place = Place(
            what, _plain(one.get("title", [])) or "Untitled", "database", "", None, (ID,), (EDITED,), columns=(*columns, *more)
        )
        return place.with_sample([_row(r) for r in rows["results"]])

    async def batches(self, connections: Connections, opened: Opened, wanted: Wanted) -> AsyncGenerator[Batch]:
        asked: dict[str, Any] = {"page_size": PAGE, "sorts": [{"timestamp": "last_edited_time", "direction": "ascending"}]}
        if wanted.cursor == EDITED and wanted.since:
            asked["filter"] = {"timestamp": "last_edited_time", "last_edited_time": {"on_or_after": wanted.since}}
        newest = wanted.since
        for _ in range(fetching.PAGES_MAX):
            page = await fetching.got_json(connections, opened, f"{_path(wanted.what)}/query", method="POST", body=asked)
            rows = tuple(_row(r) for r in page["results"])
            newest = rows[-1][EDITED] if rows else newest
            yield Batch(rows, since=newest)
            if not page.get("has_more"):
                return
            asked["start_cursor"] = page["next_cursor"]
        raise SourceFailed(f"{opened.name} gave more than {fetching.PAGES_MAX:,} pages.")


def _path(what: str) -> str:
    return f"databases/{quote(what, safe='')}"


def _row(page: Mapping[str, Any]) -> Row:
    row: Row = {ID: page["id"], URL: page.get("url"), CREATED: page.get("created_time"), EDITED: page.get("last_edited_time")}
    return row | {name: _value(one) for name, one in page.get("properties", {}).items()}


def _value(one: Mapping[str, Any]) -> Any:
    """A property as one JSON value: texts joined, choices and people by name, a span of days by its first."""
    kind = one.get("type", "")
    value = one.get(kind)
    match kind:
        case "title" | "rich_text":
            return _plain(value or [])
        case "select" | "status":
            return value["name"] if value else None
        case "multi_select" | "people" | "files":
            return ", ".join(str(v.get("name") or v.get("id")) for v in value or []) or None
        case "date":
            return value["start"] if value else None
        case "relation":
            return ", ".join(v["id"] for v in value or []) or None
        case "created_by" | "last_edited_by":
            return (value or {}).get("name") or (value or {}).get("id")
        case "formula":
            inner = value or {}
            return _value(inner) if inner.get("type") == "date" else inner.get(inner.get("type", ""))
        case "rollup":
            inner = value or {}
            got = inner.get(inner.get("type", ""))
            return ", ".join(str(_value(v)) for v in got) if isinstance(got, list) else got
        case "unique_id":
            return f"{value['prefix']}-{value['number']}" if value and value.get("prefix") else (value or {}).get("number")
        case _:
            return value if isinstance(value, str | int | float | bool) else None


def _plain(parts: list[dict[str, Any]]) -> str:
    return "".join(part.get("plain_text", "") for part in parts)


def _credentials(opened: Opened) -> Credentials:
    return Credentials((("Authorization", f"Bearer {opened.secret('token')}"), ("Notion-Version", VERSION)))


async def test(connections: Connections, opened: Opened) -> str:
    found = await READER.places(connections, opened, "")
    return f"Notion shows {len(found)} database{'' if len(found) == 1 else 's'} to this integration."


READER = NotionReader()
KIND = Kind(
    "notion",
    "Notion",
    "book-open",
    ("rows",),
    "Databases of a Notion workspace that were shared with an integration.",
    (
        FormField("token", "Integration token", "secret", required=True, help="Share each database with the integration in Notion."),
        fetching.address(ADDRESS),
    ),
    fetching.origin,
    test,
    _credentials,
)  # fmt: skip
