"""A bucket of an S3-compatible store: its list of files, and CSV or JSON files in it. As Amazon's API reference says (ListObjectsV2, GetObject)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING
from urllib.parse import quote

from sayso.connections import delimited, fetching, signing, xml
from sayso.connections.http import Answered
from sayso.connections.kind import FormField, Kind
from sayso.connections.kinds.csv_url import described
from sayso.connections.opened import Opened
from sayso.connections.reading import WHOLE_BYTES_MAX, Batch, Column, Place, Row, SourceFailed, Wanted, chunked

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

FILES = "*"
READ = (".csv", ".tsv", ".json", ".jsonl", ".ndjson")
COLUMNS = (
    Column("key", key=True),
    Column("name"),
    Column("bytes", kind="number"),
    Column("modified", kind="datetime"),
    Column("etag"),
)


class S3Reader:
    """`what` is `*` or `folder/*` for the list of files, or the key of one file."""

    async def places(self, connections: Connections, opened: Opened, search: str) -> list[Place]:
        found = [Place(FILES, f"Files of {opened.text('bucket')}", "files", opened.text("bucket"), None, ("key",))]
        rows, _ = await self._page(connections, opened, "", None)
        found += [Place(r["key"], r["name"], "files", r["key"]) for r in rows if r["key"].lower().endswith(READ)]
        return [one for one in found if search.casefold() in f"{one.what} {one.name}".casefold()]

    async def place(self, connections: Connections, opened: Opened, what: str) -> Place:
        if what.endswith(FILES):
            rows, _ = await self._page(connections, opened, what.removesuffix(FILES), None)
            name = what.removesuffix(FILES).strip("/") or opened.text("bucket")
            return Place(what, f"Files of {name}", "files", "", None, ("key",), columns=COLUMNS, sample=tuple(rows[:5]))
        return described(Place(what, what.rpartition("/")[2], "files", what), await self._rows(connections, opened, what))

    async def batches(self, connections: Connections, opened: Opened, wanted: Wanted) -> AsyncGenerator[Batch]:
        if not wanted.what.endswith(FILES):
            for one in chunked(await self._rows(connections, opened, wanted.what)):
                yield one
            return
        after: str | None = wanted.after
        for _ in range(fetching.PAGES_MAX):
            rows, after = await self._page(connections, opened, wanted.what.removesuffix(FILES), after)
            yield Batch(tuple(rows), after)
            if after is None:
                return
        raise SourceFailed(f"{opened.name} gave more than {fetching.PAGES_MAX:,} pages.")

    async def _rows(self, connections: Connections, opened: Opened, key: str) -> list[Row]:
        answered = await _asked(connections, opened, f"/{quote(key, safe='/-_.~')}", {})
        return delimited.numbered(await delimited.rows_of(answered.body, key))

    async def _page(
        self, connections: Connections, opened: Opened, prefix: str, after: str | None
    ) -> tuple[list[Row], str | None]:
        asked = {
            "list-type": "2",
            "max-keys": "1000",
            **({"prefix": prefix} if prefix else {}),
            **({"start-after": after} if after else {}),
        }
        root = xml.parsed((await _asked(connections, opened, "/", asked)).body, opened.name)
        rows: list[Row] = []
        for one in root:
            if xml.local(one) == "Contents":
                key = xml.text(one, "Key") or ""
                size = xml.text(one, "Size") or "0"
                rows.append({"key": key, "name": key.rpartition("/")[2], "bytes": int(size), "modified": xml.text(one, "LastModified"), "etag": (xml.text(one, "ETag") or "").strip('"')})  # fmt: skip
        more = xml.text(root, "IsTruncated") == "true"
        return rows, str(rows[-1]["key"]) if more and rows else None


async def _asked(connections: Connections, opened: Opened, path: str, query: dict[str, str]) -> Answered:
    base = opened.text("address").rstrip("/")
    url = f"{base}/{quote(opened.text('bucket'), safe='-_.~')}{path}" + (f"?{signing.query_of(query)}" if query else "")
    key, secret = opened.text("access_key"), opened.secret("secret_key")
    headers = signing.signed("GET", url, region=opened.text("region", "us-east-1"), access_key=key, secret_key=secret)
    return await fetching.got(connections, opened, url, headers=headers, bytes_max=WHOLE_BYTES_MAX)


async def test(connections: Connections, opened: Opened) -> str:
    rows, more = await READER._page(connections, opened, "", None)
    return f"The bucket {opened.text('bucket')} answers; it has {len(rows):,}{' or more' if more else ''} files."


READER = S3Reader()
KIND = Kind(
    "s3",
    "S3-compatible store",
    "archive",
    ("rows", "files"),
    "A bucket of Amazon S3, MinIO, R2 and the like: its list of files, or the rows of a CSV file in it.",
    (
        FormField("address", "Address", "address", required=True, example="https://s3.eu-central-1.amazonaws.com"),
        FormField("region", "Region", default="us-east-1", example="eu-central-1"),
        FormField("bucket", "Bucket", required=True, example="northlight"),
        FormField("access_key", "Access key", required=True),
        FormField("secret_key", "Secret key", "secret", required=True),
    ),
    fetching.origin,
    test,
)
