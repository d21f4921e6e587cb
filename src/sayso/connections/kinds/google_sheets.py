"""Google Sheets. As its public API reference says (developers.google.com/workspace/sheets/api/reference/rest, version 4)."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sayso.connections import delimited, fetching, oauth
from sayso.connections.kind import Credentials, FormField, Kind, Option, Settings
from sayso.connections.kinds.csv_url import described
from sayso.connections.opened import Opened
from sayso.connections.reading import Batch, Place, Row, SourceFailed, Wanted, chunked

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

ADDRESS = "https://sheets.googleapis.com/v4"
IN_ADDRESS = re.compile(r"/spreadsheets/d/([A-Za-z0-9_-]+)")
WAYS = (
    Option("authorization_code", "Somebody consents (OAuth 2)"),
    Option("token", "An access token"),
    Option("key", "An API key, for sheets that everybody with the link may see"),
)


class SheetsReader:
    """`what` is a sheet's name, or a range such as `Prices!A1:F`. Its first row names the columns."""

    async def places(self, connections: Connections, opened: Opened, search: str) -> list[Place]:
        told = await fetching.got_json(connections, opened, _path(opened), {"fields": "properties.title,sheets.properties"})
        sheets = [s["properties"] for s in told.get("sheets", [])]
        book = told.get("properties", {}).get("title", "")
        return [
            _place(s["title"], book)
            for s in sheets
            if search.casefold() in s["title"].casefold() and s.get("sheetType", "GRID") == "GRID"
        ]

    async def place(self, connections: Connections, opened: Opened, what: str) -> Place:
        return described(_place(what, ""), delimited.numbered(await self._rows(connections, opened, what)))

    async def batches(self, connections: Connections, opened: Opened, wanted: Wanted) -> AsyncGenerator[Batch]:
        for one in chunked(delimited.numbered(await self._rows(connections, opened, wanted.what))):
            yield one

    async def _rows(self, connections: Connections, opened: Opened, what: str) -> list[Row]:
        asked = {"majorDimension": "ROWS", "valueRenderOption": "UNFORMATTED_VALUE", "dateTimeRenderOption": "FORMATTED_STRING"}
        told = await fetching.got_json(connections, opened, f"{_path(opened)}/values/{quote(what, safe='')}", asked)
        lines: list[list[Any]] = told.get("values", [])
        if not lines:
            raise SourceFailed(f"The sheet {what} is empty: its first row names the columns.")
        names = delimited.distinct([str(cell) for cell in lines[0]])
        return [
            dict(zip(names, [cell if cell != "" else None for cell in line] + [None] * len(names), strict=False))
            for line in lines[1:]
            if any(cell not in ("", None) for cell in line)
        ]


def _place(what: str, book: str) -> Place:
    return Place(what, what.partition("!")[0].strip("'"), "sheet", book)


def _path(opened: Opened) -> str:
    told = opened.text("spreadsheet")
    found = IN_ADDRESS.search(told)
    return f"spreadsheets/{quote(found[1] if found else told, safe='')}"


def _credentials(opened: Opened) -> Credentials:
    if opened.text("auth") == "key":
        return Credentials(query=(("key", opened.secret("key")),))
    return fetching.bearer(opened)


def _hosts(settings: Settings) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*fetching.origin(settings), *oauth.hosts(settings))))


async def test(connections: Connections, opened: Opened) -> str:
    found = await READER.places(connections, opened, "")
    return f"{found[0].detail if found else opened.name} has {len(found)} sheet{'' if len(found) == 1 else 's'}."


READER = SheetsReader()
KIND = Kind(
    "google_sheets",
    "Google Sheets",
    "file-spreadsheet",
    ("rows",),
    "Sheets of one Google spreadsheet, whose first row names the columns.",
    (
        FormField("spreadsheet", "Spreadsheet", required=True, example="https://docs.google.com/spreadsheets/d/1AbC…/edit", help="Its address or its id."),
        FormField("auth", "Lets in by", "choice", default="authorization_code", choices=WAYS),
        FormField("token", "Access token", "secret", required=True, when={"auth": ("token",)}, help="Google's tokens are good for an hour."),
        FormField("key", "API key", "secret", required=True, when={"auth": ("key",)}),
        *oauth.FIELDS,
        fetching.address(ADDRESS),
    ),
    _hosts,
    test,
    _credentials,
    oauth.consents_needed,
)  # fmt: skip
