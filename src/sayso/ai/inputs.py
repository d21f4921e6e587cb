"""What a job reads of each row: the fields that its prompt names, as text; files and pictures; rows that a link may point to.

Read in one transaction within the rights of whom the app was opened for; then plain values, which can be kept and used again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai.candidates import Candidates
from sayso.ai.job import Job
from sayso.ai.told import text_of
from sayso.data.open_app import OpenApp
from sayso.data.physical import found
from sayso.data.row import shown
from sayso.db import tables as t
from sayso.spec.fields import AnyField, Link, fill_of
from sayso.spec.fields.fill import named_in
from sayso.spec.table import Table

FIELDS_MAX = 60
"""Fields that are read when a prompt names none."""
ATTACHMENTS_MAX = 12
LINE_CHARACTERS_MAX = 60
"""Values of linked rows that are longer stand on lines of their own."""
_FILES = ("file", "image")
_OWN = ("autonumber", "created_at", "created_by", "updated_at", "updated_by")


@dataclass(frozen=True, slots=True)
class Value:
    """A field of the row in words. `name` is as the prompt writes it: `Notes`, or `Client.City` through a link."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the row: its content lies under its digest among the installation's files. `use` is `read`, `reference` or `mask`."""

    field: str
    name: str
    type: str
    sha256: str
    bytes: int
    use: str = "read"

    @property
    def is_picture(self) -> bool:
        return self.type.startswith("image/")


@dataclass(frozen=True, slots=True)
class Inputs:
    """`row` is None for what was written by hand. `candidates` are the rows that a link may point to, as (id, name)."""

    row: int | None
    values: tuple[Value, ...]
    attachments: tuple[Attachment, ...] = ()
    candidates: tuple[tuple[int, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read at all."""
        return not self.attachments and not any(v.text.strip() for v in self.values)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Inputs:
        return cls(
            raw.get("row"),
            tuple(Value(v["name"], v["text"]) for v in raw.get("values", ())),
            tuple(Attachment(**a) for a in raw.get("attachments", ())),
            tuple((int(id), str(name)) for id, name in raw.get("candidates", ())),
        )


async def gathered(tx: AsyncConnection, app: OpenApp, table_id: str, row_ids: Sequence[int], job: Job) -> list[Inputs]:
    """For each row that is still there, in the order asked for. Raises `NotFound` for the table, `Forbidden` without the right to read."""
    app.must("read")
    table = found(app, table_id)
    rows = await shown(tx, app, table, list(row_ids))
    named = fields_read(app, table, job)
    people = await _people(tx, app, rows, [f for f, _ in named])
    linked = await _linked(tx, app, table, rows, named)
    files = await _files(tx, app, rows, table)
    candidates = await Candidates.of(tx, app, job.output) if isinstance(job.output, Link) else None
    return [_of_row(row, job, table, named, people, linked, files, candidates) for row in rows]


Named = list[tuple[AnyField, AnyField | None]]
"""A field of the row and, where it is a link that is read through, the field behind it."""


def fields_read(app: OpenApp, table: Table, job: Job) -> Named:
    read: Named = []
    for first_name, *further in named_in(job.prompt):
        first = table.named(first_name)
        to = app.spec.table(first.to) if isinstance(first, Link) and further else None
        behind = to.named(further[0]) if to else None
        if first is not None and (not further or behind is not None):
            read.append((first, behind))
    if not read:
        read += [(f, None) for f in table.fields if _is_source(f, job)][:FIELDS_MAX]
    return read


def _is_source(field: AnyField, job: Job) -> bool:
    """Without names in the prompt all that people wrote is read, and nothing that a model did."""
    own = job.output is not None and field.id == job.output.id
    return not own and field.kind not in _OWN and fill_of(field) is None


async def _people(tx: AsyncConnection, app: OpenApp, rows: list[dict[str, Any]], fields: Iterable[AnyField]) -> dict[str, str]:
    kinds = [f.id for f in fields if f.kind in ("person", "created_by", "updated_by")]
    ids = {id for row in rows for f in kinds for id in _list(row["values"].get(f)) if isinstance(id, str)}
    if not ids:
        return {}
    m = t.members.c
    query = select(m.id, m.name).where(m.workspace_id == app.by.workspace, m.id.in_(ids))
    return {row.id: row.name for row in await tx.execute(query)}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


async def _linked(
    tx: AsyncConnection, app: OpenApp, table: Table, rows: list[dict[str, Any]], named: Named
) -> dict[str, dict[int, Any]]:
    """By link field: the rows behind it that a prompt reads through, by id."""
    read: dict[str, dict[int, Any]] = {}
    for field, behind in named:
        to = app.spec.table(field.to) if isinstance(field, Link) and behind is not None else None
        if to is None or field.id in read:
            continue
        ids = {int(one["id"]) for row in rows for one in _list(row["values"].get(field.id))}
        read[field.id] = {row["id"]: row["values"] for row in await shown(tx, app, to, sorted(ids))} if ids else {}
    return read


async def _files(tx: AsyncConnection, app: OpenApp, rows: list[dict[str, Any]], table: Table) -> dict[str, str]:
    """Digests by file id."""
    fields = [f.id for f in table.fields if f.kind in _FILES]
    ids = {one["id"] for row in rows for f in fields for one in _list(row["values"].get(f)) if isinstance(one, dict)}
    if not ids:
        return {}
    f = t.files.c
    query = select(f.id, f.sha256).where(f.workspace_id == app.by.workspace, f.deleted_at.is_(None), f.id.in_(ids))
    return {row.id: row.sha256 for row in await tx.execute(query)}


def _of_row(
    row: dict[str, Any], job: Job, table: Table, named: Named, people: Mapping[str, str], linked: Mapping[str, Mapping[int, Any]],
    files: Mapping[str, str], candidates: Candidates | None,
) -> Inputs:  # fmt: skip
    values: list[Value] = []
    attachments: list[Attachment] = []
    for field, behind in named:
        value = row["values"].get(field.id)
        if behind is not None:
            there = [linked.get(field.id, {}).get(int(one["id"])) for one in _list(value)]
            texts = [text_of(behind, v.get(behind.id), people) for v in there if v is not None]
            between = "\n" if any(len(x) > LINE_CHARACTERS_MAX for x in texts) else ", "
            values.append(Value(f"{field.name}.{behind.name}", between.join(x for x in texts if x)))
        elif field.kind in _FILES:
            attached = _attached(field, value, files, "read")
            attachments += attached
            values += [] if attached else [Value(field.name, "")]
        else:
            values.append(Value(field.name, text_of(field, value, people)))
    picture = job.settings.picture
    for use in ("reference", "mask"):
        field = table.field(getattr(picture, use) or "") if picture else None
        if field is not None:
            found = _attached(field, row["values"].get(field.id), files, use)
            attachments = [a for a in attachments if a.field != field.name] + found
    near = candidates.near(" ".join(v.text for v in values)) if candidates else ()
    return Inputs(row["id"], tuple(values), tuple(attachments[:ATTACHMENTS_MAX]), near)


def _attached(field: AnyField, value: Any, files: Mapping[str, str], use: str) -> list[Attachment]:
    return [
        Attachment(field.name, one["name"], one["type"], files[one["id"]], one["bytes"], use)
        for one in _list(value)
        if isinstance(one, dict) and one["id"] in files
    ]


def size_of(inputs: Inputs) -> int:
    """Bytes as they are kept."""
    return len(orjson.dumps(inputs.as_json()))
