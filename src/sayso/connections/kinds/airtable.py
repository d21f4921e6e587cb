"""Airtable, by a personal access token. As its public Web API documentation says (airtable.com/developers/web/api)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sayso.connections import fetching
from sayso.connections.kind import FormField, Kind
from sayso.connections.opened import Opened
from sayso.connections.reading import Batch, Column, Place, Row, SourceFailed, Wanted, Written, flat

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

ADDRESS = "https://api.airtable.com/v0"
ID, CREATED = "Record id", "Created"
PAGE, WRITTEN_AT_ONCE = 100, 10
"""The most that Airtable gives, and takes, at once."""
KINDS = {
    "number": "number", "currency": "number", "percent": "percent", "rating": "number", "count": "number", "autoNumber": "number",
    "duration": "duration", "checkbox": "checkbox", "date": "date", "dateTime": "datetime", "createdTime": "datetime",
    "lastModifiedTime": "datetime", "email": "email", "url": "url", "phoneNumber": "phone", "multilineText": "long_text", "richText": "long_text",
}  # fmt: skip
COMPUTED = {
    "formula",
    "rollup",
    "count",
    "lookup",
    "multipleLookupValues",
    "autoNumber",
    "createdTime",
    "lastModifiedTime",
    "createdBy",
    "lastModifiedBy",
    "button",
}


class AirtableReader:
    """`what` is a base and a table in it: `appX/tblY`."""

    async def places(self, connections: Connections, opened: Opened, search: str) -> list[Place]:
        bases = (await fetching.got_json(connections, opened, "meta/bases")).get("bases", [])
        found: list[Place] = []
        for base in bases:
            for table in await self._tables(connections, opened, base["id"]):
                if search.casefold() in f"{base['name']} {table['name']}".casefold():
                    found.append(_place(opened, base["id"], base["name"], table))
        return [replace(one, columns=()) for one in found]

    async def place(self, connections: Connections, opened: Opened, what: str) -> Place:
        base, name = _parts(what)
        table = next((t for t in await self._tables(connections, opened, base) if name in (t["id"], t["name"])), None)
        if table is None:
            raise SourceFailed(f"There is no table {name!r} in this base any more.")
        page = await fetching.got_json(connections, opened, _path(base, table["id"]), {"maxRecords": 5})
        return _place(opened, base, "", table).with_sample([_row(r) for r in page["records"]])

    async def batches(self, connections: Connections, opened: Opened, wanted: Wanted) -> AsyncGenerator[Batch]:
        base, name = _parts(wanted.what)
        asked: dict[str, Any] = {"pageSize": PAGE, "fields[]": [c for c in wanted.columns if c not in (ID, CREATED)]}
        for _ in range(fetching.PAGES_MAX):
            page = await fetching.got_json(connections, opened, _path(base, name), asked)
            yield Batch(tuple(_row(r) for r in page["records"]))
            if not page.get("offset"):
                return
            asked["offset"] = page["offset"]
        raise SourceFailed(f"{opened.name} gave more than {fetching.PAGES_MAX:,} pages.")

    async def write(self, connections: Connections, opened: Opened, what: str, changes: Sequence[Written]) -> None:
        base, name = _parts(what)
        if not opened.settings.get("writes"):
            raise SourceFailed(f"{opened.name} is only read: whoever manages it has not allowed writing.")
        for n in range(0, len(changes), WRITTEN_AT_ONCE):
            records = [{"id": c.key[ID], "fields": dict(c.values)} for c in changes[n : n + WRITTEN_AT_ONCE]]
            await fetching.got(
                connections, opened, _path(base, name), method="PATCH", body={"records": records, "typecast": True}
            )

    async def _tables(self, connections: Connections, opened: Opened, base: str) -> list[dict[str, Any]]:
        return (await fetching.got_json(connections, opened, f"meta/bases/{quote(base, safe='')}/tables")).get("tables", [])


def _parts(what: str) -> tuple[str, str]:
    base, _, table = what.partition("/")
    if not table:
        raise SourceFailed("A base and a table are needed, such as appX/tblY.")
    return base, table


def _path(base: str, table: str) -> str:
    return f"{quote(base, safe='')}/{quote(table, safe='')}"


def _place(opened: Opened, base: str, name: str, table: dict[str, Any]) -> Place:
    columns = [Column(f["name"], f.get("type", ""), KINDS.get(f.get("type", ""), "text")) for f in table.get("fields", [])]
    changed = [f["name"] for f in table.get("fields", []) if f.get("type") == "lastModifiedTime"]
    return Place(
        f"{base}/{table['id']}", table["name"], "table", name, None, (ID,), tuple(changed), ("synced",),
        bool(opened.settings.get("writes")), (*columns, Column(CREATED, "createdTime", "datetime"), Column(ID, "id", "text", True)),
    )  # fmt: skip


def _row(record: dict[str, Any]) -> Row:
    """Lists of texts become one text, objects (collaborators, attachments) what they are called."""
    row: Row = {ID: record["id"], CREATED: record.get("createdTime")}
    for name, value in record.get("fields", {}).items():
        row[name] = _value(value)
    return row


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return ", ".join(str(_value(v)) for v in value)
    if isinstance(value, dict):
        known = next((value[k] for k in ("name", "email", "url", "filename", "text", "label") if value.get(k)), None)
        return known if known is not None else ", ".join(map(str, flat(value).values()))
    return value


async def test(connections: Connections, opened: Opened) -> str:
    bases = (await fetching.got_json(connections, opened, "meta/bases")).get("bases", [])
    return f"Airtable lets this token read {len(bases)} base{'' if len(bases) == 1 else 's'}."


READER = AirtableReader()
KIND = Kind(
    "airtable",
    "Airtable",
    "table",
    ("rows",),
    "Tables of Airtable bases, kept in step with tables of yours.",
    (
        FormField("token", "Personal access token", "secret", required=True, help="With the scopes data.records:read and schema.bases:read."),
        FormField("writes", "May be written to", "switch", default=False, help="Needs the scope data.records:write."),
        fetching.address(ADDRESS),
    ),
    fetching.origin,
    test,
    fetching.bearer,
)  # fmt: skip
