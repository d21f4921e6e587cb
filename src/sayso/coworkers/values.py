"""Values as words: for the model, for cards, for sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.coworkers.reach import Place
from sayso.db.tables import members
from sayso.spec.fields import AnyField, MultiSelect, Select
from sayso.spec.table import Table

VALUE_CHARACTERS_MAX = 2_000
TITLE_CHARACTERS_MAX = 120
PEOPLE = ("person", "created_by", "updated_by")

People = Mapping[str, str]
Row = Mapping[str, Any]


async def people_of(tx: AsyncConnection, place: Place) -> dict[str, str]:
    """Names by member id, when the table shows people."""
    if not any(f.kind in PEOPLE for f in place.fields):
        return {}
    m = members.c
    rows = await tx.execute(select(m.id, m.name).where(m.workspace_id == place.app.by.workspace))
    return {row.id: row.name for row in rows}


def text_of(field: AnyField, value: Any, people: People) -> str:
    """One value in words, as a person would read it; empty for no value."""
    return _cut(_said(field, value, people))


def _said(field: AnyField, value: Any, people: People) -> str:
    match field, value:
        case _, None | "" | []:
            return ""
        case Select() | MultiSelect(), _:
            return ", ".join(field.named(value if isinstance(value, list) else [str(value)]))
        case _, bool():
            return "yes" if value else "no"
        case _, {"error": error}:
            return f"({error})"
        case _, list():
            return ", ".join(_one(field, each, people) for each in value)
        case _, float() | int() if field.kind == "percent":
            return f"{value * 100:g} %"
        case _:
            return _one(field, value, people)


def _one(field: AnyField, value: Any, people: People) -> str:
    if isinstance(value, dict):
        return str(value.get("name") or value.get("id") or "")
    if field.kind in PEOPLE:
        return people.get(str(value), str(value))
    return str(value)


def told(field: AnyField, value: Any, people: People) -> Any:
    """One value as the model gets it: plain, names for ids, linked rows and files with the ids that tools take."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [{"id": one.get("id"), "name": _cut(str(one.get("name", "")))} for one in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return _cut(_said(field, value, people))


def row_told(place: Place, row: Row, people: People, fields: Sequence[str] | None = None) -> dict[str, Any]:
    """A row's values by field id, what is empty left out."""
    values = row["values"]
    wanted = [f for f in place.fields if (fields is None or f.id in fields) and values.get(f.id) not in (None, "", [])]
    return {f.id: told(f, values[f.id], people) for f in wanted}


def title_of(table: Table, row: Row, people: People | None = None) -> str:
    """What a row is called."""
    title = table.title_field
    said = _said(title, row["values"].get(title.id), people or {}) if title else ""
    said = " ".join(said.split())
    return said[:TITLE_CHARACTERS_MAX] or f"{table.name} {row['id']}"


def _cut(text: str) -> str:
    return text if len(text) <= VALUE_CHARACTERS_MAX else text[:VALUE_CHARACTERS_MAX] + " … (cut)"
