"""The lists that an app is made of, so that a step need not care which one it works on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sayso.spec.app import App
from sayso.spec.part import Part

LISTS = {
    "table": "tables",
    "view": "views",
    "automation": "automations",
    "coworker": "coworkers",
    "slot": "slots",
    "role": "roles",
}
"""Which list of the app holds which part; fields are held by their table."""

Place = tuple[str, str | None]
"""A kind of part and, for fields, their table."""


def siblings(app: App, place: Place) -> tuple[Any, ...] | None:
    """The parts at a place in their order, or `None` when there is no such table."""
    kind, table_id = place
    if kind == "field":
        table = app.table(table_id or "")
        return None if table is None else table.fields
    return getattr(app, LISTS[kind])


def with_siblings(app: App, place: Place, parts: Sequence[Part]) -> App:
    """The app with other parts at that place."""
    kind, table_id = place
    if kind == "field":
        tables = tuple(t.model_copy(update={"fields": tuple(parts)}) if t.id == table_id else t for t in app.tables)
        return app.model_copy(update={"tables": tables})
    return app.model_copy(update={LISTS[kind]: tuple(parts)})


def path_of(place: Place, id: str) -> str:
    """Where a part stands, as problems and effects name it: `tables/clients/fields/worth`."""
    kind, table_id = place
    if kind == "app":
        return ""
    return f"tables/{table_id}/fields/{id}" if kind == "field" else f"{LISTS[kind]}/{id}"


def index_of(parts: Sequence[Part], id: str) -> int | None:
    return next((i for i, p in enumerate(parts) if p.id == id), None)
