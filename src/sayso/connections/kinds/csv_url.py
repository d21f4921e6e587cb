"""A CSV or JSON file at an address, read again when it changes (`ETag`, else by what it holds)."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from sayso.connections import delimited, fetching
from sayso.connections.kind import FormField, Kind
from sayso.connections.opened import Opened
from sayso.connections.reading import Batch, Place, Row, Wanted, chunked

if TYPE_CHECKING:
    from sayso.connections.connections import Connections


class CsvReader:
    """`what` is the file's address: the connection's own, or another one of the same host."""

    async def places(self, connections: Connections, opened: Opened, search: str) -> list[Place]:
        return [_place(opened.text("address"))]

    async def place(self, connections: Connections, opened: Opened, what: str) -> Place:
        rows, _ = await self._read(connections, opened, what)
        return described(_place(what), rows)

    async def batches(self, connections: Connections, opened: Opened, wanted: Wanted) -> AsyncGenerator[Batch]:
        known = wanted.mark if isinstance(wanted.mark, dict) else {}
        headers = {"If-None-Match": str(known["etag"])} if known.get("etag") else {}
        answered = await fetching.got(connections, opened, wanted.what, headers=headers, also=(304,))
        digest = hashlib.sha256(answered.body).hexdigest()
        if answered.status == 304 or digest == known.get("digest"):
            yield Batch(unchanged=True)
            return
        rows = delimited.numbered(await delimited.rows_of(answered.body, _name(wanted.what)))
        for one in chunked(rows, mark={"etag": answered.header("etag"), "digest": digest}):
            yield one

    async def _read(self, connections: Connections, opened: Opened, what: str) -> tuple[list[Row], str]:
        answered = await fetching.got(connections, opened, what)
        return delimited.numbered(await delimited.rows_of(answered.body, _name(what))), answered.header("etag")


def described(place: Place, rows: list[Row]) -> Place:
    """With the columns that the rows show, and the one that tells them apart."""
    key = delimited.key_in(rows)
    shown = [
        row if key == delimited.ROW_NUMBER else {k: v for k, v in row.items() if k != delimited.ROW_NUMBER} for row in rows[:1000]
    ]
    columns = delimited.columns(shown, key)
    return Place(
        place.what, place.name, place.kind, place.detail, len(rows), (key,), (), ("synced",), False, columns, tuple(shown[:5])
    )  # fmt: skip


def _place(what: str) -> Place:
    return Place(what, _name(what), "files", what)


def _name(what: str) -> str:
    return what.partition("?")[0].rstrip("/").rpartition("/")[2] or what


async def test(connections: Connections, opened: Opened) -> str:
    place = await READER.place(connections, opened, opened.text("address"))
    return f"{place.name} has {place.rows:,} rows with {len(place.columns)} columns."


READER = CsvReader()
KIND = Kind(
    "csv",
    "CSV file at an address",
    "table",
    ("rows",),
    "A CSV, TSV or JSON file on the web, whose rows become a table of yours.",
    (
        FormField("address", "Address of the file", "address", required=True, example="https://example.com/prices.csv"),
        FormField("token", "Token", "secret", help="Sent as a bearer token, when the file is not for everybody."),
    ),
    fetching.origin,
    test,
    fetching.bearer,
)  # fmt: skip
