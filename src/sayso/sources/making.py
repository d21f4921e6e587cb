"""A new table out of what a connection holds: a field a column, a grid to see it, its first sync begun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.connections.reading import Place
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.errors import Invalid, Problem
from sayso.sources import stored
from sayso.spec.app import FIELDS_MAX
from sayso.spec.change import Add, Alter, Change
from sayso.spec.fields import AnyField
from sayso.spec.part import NAME_CHARACTERS_MAX, id_from
from sayso.spec.source import Source
from sayso.spec.table import Table
from sayso.spec.view import Grid
from sayso.team.actor import Actor

_FIELD: TypeAdapter[AnyField] = TypeAdapter(AnyField)
KINDS = ("text", "long_text", "number", "date", "datetime", "checkbox", "url", "email", "phone", "duration", "percent")


@dataclass(frozen=True, slots=True)
class Made:
    app: OpenApp
    table: str
    view: str


async def make(
    tx: AsyncConnection,
    app: OpenApp,
    connection: str,
    place: Place,
    *,
    by: Actor,
    name: str | None = None,
    columns: Sequence[str] | None = None,
    key: Sequence[str] | None = None,
    mode: str = "synced",
    cron: str | None = None,
) -> Made:
    """One change, which its maker can undo. Raises `Invalid` with every problem."""
    known = [c.name for c in place.columns]
    if unknown := [name for name in key or () if name not in known]:
        raise Invalid.of(Problem("key", f"there is no column {name[:60]!r}", next(iter(known), None)) for name in unknown)
    keys = tuple(key or place.key)
    if not keys:
        raise Invalid(Problem("key", f"{place.name} has no key; say which column tells its rows apart", next(iter(known), None)))
    if mode not in place.modes:
        raise Invalid(Problem("mode", f"{place.name} cannot be read {mode}", place.modes[0]))
    fields, filled = _fields(place, columns)
    title = _free(_clean(name or place.name), {t.name for t in app.spec.tables})
    id = id_from(title, {t.id for t in app.spec.tables})
    source = Source(
        connection=connection,
        what=place.what,
        key=keys,
        fields=filled,
        mode="live" if mode == "live" else "synced",
        cron=cron,
    )
    first_text = next((f.id for f in fields if f.kind == "text" and filled[f.id] not in keys), None)
    fields.sort(key=lambda f: f.id != first_text)  # what a row is called by stands first
    table = Table(id=id, name=title, icon="database", fields=tuple(fields), source=source)
    view = Grid(id=id_from(title, {v.id for v in app.spec.views}), name=title, table=id)
    change = Change(title=f"Connect {title}", steps=(Add(part="table", value=table), Add(part="view", value=view)))
    changed = await apps.change(tx, app, change, by=by)
    await stored.follow(tx, changed, owner=by.member)
    return Made(changed, id, view.id)


def _fields(place: Place, columns: Sequence[str] | None) -> tuple[list[AnyField], dict[str, str]]:
    known = {c.name: c for c in place.columns}
    if unknown := [c for c in columns or () if c not in known]:
        raise Invalid.of(Problem(f"columns/{c[:80]}", "is not there", next(iter(known), None)) for c in unknown)
    wanted = [known[c] for c in columns] if columns is not None else list(place.columns)
    if not wanted or len(wanted) > FIELDS_MAX:
        raise Invalid(Problem("columns", f"are from 1 to {FIELDS_MAX}; {len(wanted)} are asked for"))
    fields: list[AnyField] = []
    filled: dict[str, str] = {}
    for column in wanted:
        title = _free(_clean(column.name), {f.name for f in fields})
        id = id_from(title, {f.id for f in fields})
        fields.append(_FIELD.validate_python({"id": id, "name": title, "kind": column.kind if column.kind in KINDS else "text"}))
        filled[id] = column.name
    return fields, filled


def _clean(name: str) -> str:
    """`unit_price` as people write it."""
    words = " ".join(name.replace("{", "(").replace("}", ")").replace("_", " ").split())[: NAME_CHARACTERS_MAX - 10] or "Column"
    return words[:1].upper() + words[1:]


def _free(name: str, taken: set[str]) -> str:
    folded, fresh, n = {t.casefold() for t in taken}, name, 2
    while fresh.casefold() in folded:
        fresh, n = f"{name} {n}", n + 1
    return fresh


async def connect(
    tx: AsyncConnection, app: OpenApp, table: Table, source: Source | None, *, by: Actor, base_version: int | None = None
) -> OpenApp:
    """Says where a table's rows come from, or that they are its own from now on."""
    change = Change(steps=(Alter(part="table", id=table.id, value=table.model_copy(update={"source": source, "fields": ()})),))
    changed = await apps.change(tx, app, change, by=by, base_version=base_version)
    await stored.follow(tx, changed, owner=by.member)
    return changed
