"""Values of the rows that names read: gathered before a step, so that what it says stands still while it is done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai.told import text_of
from sayso.data.open_app import OpenApp
from sayso.data.query import rows_by_id
from sayso.data.row import shown
from sayso.db import tables as system
from sayso.spec.fields import AnyField, Link, MultiSelect, Select
from sayso.spec.table import Table

LINKED_READ_MAX = 200


@dataclass(frozen=True, slots=True)
class RowValues:
    """One row as the API shows it. `linked` holds, by link field, the rows behind it; `people` the names of members by id."""

    table: Table
    id: int
    values: Mapping[str, Any]
    linked: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict[str, Sequence[Mapping[str, Any]]])
    people: Mapping[str, str] = field(default_factory=dict[str, str])
    gone: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "table": self.table.id, "values": dict(self.values)}

    def text(self, one: AnyField) -> str:
        return text_of(one, self.values.get(one.id), self.people)

    def value(self, one: AnyField) -> Any:
        """With names of choices in place of their ids, which mean nothing to anybody else."""
        return plain(one, self.values.get(one.id))


def plain(one: AnyField, value: Any) -> Any:
    match one:
        case Select() if isinstance(value, str):
            return one.named([value])[0]
        case MultiSelect() if isinstance(value, list):
            return list(one.named([str(v) for v in value]))
        case _:
            return value


async def read(tx: AsyncConnection, app: OpenApp, table_id: str, id: int, through: Collection[str] = ()) -> RowValues | None:
    """The row as it is now, also from the trash; None when there is none. `through` names the links that are read through."""
    table = app.spec.table(table_id)
    if table is None:
        return None
    rows = await shown(tx, app, table, [id])
    gone = not rows
    if gone:
        rows = orjson.loads(f"[{await rows_by_id(tx, app, table, [id], trashed=True)}]")
    return await filled(tx, app, table, rows[0], through, gone=gone) if rows else None


async def filled(
    tx: AsyncConnection, app: OpenApp, table: Table, row: Mapping[str, Any], through: Collection[str], *, gone: bool = False
) -> RowValues:
    values: dict[str, Any] = row["values"]
    linked: dict[str, Sequence[Mapping[str, Any]]] = {}
    people_in = [(f, values.get(f.id)) for f in table.fields]
    for name in through:
        link = table.named(name)
        there = app.spec.table(link.to) if isinstance(link, Link) else None
        if link is None or there is None:
            continue
        ids = [int(one["id"]) for one in values.get(link.id) or ()][:LINKED_READ_MAX]
        linked[link.id] = await shown(tx, app, there, ids) if ids else []
        people_in += [(f, one["values"].get(f.id)) for one in linked[link.id] for f in there.fields]
    return RowValues(table, row["id"], values, linked, await people(tx, app, people_in), gone)


async def people(tx: AsyncConnection, app: OpenApp, values: Sequence[tuple[AnyField, Any]]) -> dict[str, str]:
    """Names of the members that person fields hold."""
    ids: set[str] = set()
    for one, value in values:
        if one.kind in ("person", "created_by", "updated_by") and value:
            ids |= {str(v) for v in value} if isinstance(value, list) else {str(value)}
    if not ids:
        return {}
    m = system.members.c
    query = select(m.id, m.name).where(m.workspace_id == app.by.workspace, m.id.in_(ids))
    return {row.id: row.name for row in await tx.execute(query)}
