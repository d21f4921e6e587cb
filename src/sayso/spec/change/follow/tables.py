"""Tables and fields when a table, a field or a choice goes."""

from __future__ import annotations

from typing import Any

from sayso.spec.app import App
from sayso.spec.change.follow.filters import Following
from sayso.spec.change.gone import Gone
from sayso.spec.fields import Ai, Fill, Link, Lookup, MultiSelect, Rollup, Select
from sayso.spec.filter import Condition, Filter
from sayso.spec.shape import summary_suits
from sayso.spec.source import Source
from sayso.spec.table import Table


def followed(app: App, gone: Gone) -> tuple[App, Gone]:
    """The app without links, lookups and rollups that lead nowhere any more, and everything that is gone by then."""
    while True:
        lost = frozenset((t.id, f.id) for t in app.tables for f in t.fields if _leads_nowhere(app, t, f, gone))
        gone = gone.and_fields(lost)
        app = app.model_copy(update={"tables": tuple(_table(t, gone) for t in app.tables)})
        if not lost:
            return app, gone


def _leads_nowhere(app: App, table: Table, field: Any, gone: Gone) -> bool:
    match field:
        case Link():
            lost = field.to in gone.tables or gone.field(field.to, field.reverse)
            return lost or (_turned(field.to, field.reverse, gone) and not _points_back(app, table, field))
        case Lookup() | Rollup():
            link = table.field(field.link)
            if gone.field(table.id, field.link):
                return True
            if not isinstance(link, Link):
                return _turned(table.id, field.link, gone)
            elsewhere = _turned(table.id, field.link, gone) and not _is_there(app, link.to, field.field)
            lost = elsewhere or gone.field(link.to, field.field)
            return lost or (isinstance(field, Rollup) and _counts_nothing(app, link.to, field, gone))
        case _:
            return False


def _counts_nothing(app: App, table_id: str, rollup: Rollup, gone: Gone) -> bool:
    """Whether what a rollup sums up, or the condition under which it does, has lost its meaning. A figure that quietly counts
    other rows than before would be worse than none."""
    table = app.table(table_id)
    read = table.field(rollup.field) if table and rollup.field else None
    if _turned(table_id, rollup.field, gone) and not (table and summary_suits(app, table, read, rollup.summary)):
        return True
    where = [Condition.model_validate({"field": c.field, "op": c.op, "value": c.value}) for c in rollup.where]
    return Following(app, gone).filter(table_id, Filter(of=tuple(where))).of != tuple(where)


def _is_there(app: App, table_id: str, field_id: str | None) -> bool:
    table = app.table(table_id)
    return field_id is None or (table is not None and table.field(field_id) is not None)


def _points_back(app: App, table: Table, link: Link) -> bool:
    to = app.table(link.to)
    end = to.field(link.reverse) if to and link.reverse else None
    return isinstance(end, Link) and (end.to, end.reverse) == (table.id, link.id)


def _turned(table: str, field: str | None, gone: Gone) -> bool:
    """A link that was turned into something else is no link any more."""
    return field is not None and (table, field) in gone.turned


def _table(table: Table, gone: Gone) -> Table:
    fields = tuple(_field(table, f, gone) for f in table.fields if (table.id, f.id) not in gone.fields)
    title = None if gone.field(table.id, table.title) else table.title
    now = {"fields": fields, "title": title, "source": _source(table, gone)}
    return table if all(getattr(table, key) == value for key, value in now.items()) else table.model_copy(update=now)


def _source(table: Table, gone: Gone) -> Source | None:
    """A field that is gone is filled by no column any more; the others go on."""
    if table.source is None:
        return None
    left = {f: column for f, column in table.source.fields.items() if not gone.field(table.id, f)}
    return table.source if left == table.source.fields else table.source.model_copy(update={"fields": left})


def _field(table: Table, field: Any, gone: Gone) -> Any:
    if field.fill is not None:
        field = _filled(table, field, field.fill, gone)
    match field:
        case Ai() if field.slot in gone.slots:
            return field.model_copy(update={"slot": "text"})
        case Select() if (table.id, field.id, field.default) in gone.options:
            return field.model_copy(update={"default": None})
        case MultiSelect() if any((table.id, field.id, d) in gone.options for d in field.default):
            left = tuple(d for d in field.default if (table.id, field.id, d) not in gone.options)
            return field.model_copy(update={"default": left})
        case _:
            return field


def _filled(table: Table, field: Any, fill: Fill, gone: Gone) -> Any:
    """A slot that is gone falls back to the workspace's; a picture that is gone is nothing to start from."""
    now: dict[str, Any] = {"slot": "text"} if fill.slot in gone.slots else {}
    if fill.picture is not None:
        lost = {key: None for key in ("reference", "mask") if gone.field(table.id, getattr(fill.picture, key))}
        if lost:
            now["picture"] = fill.picture.model_copy(update=lost)
    return field.model_copy(update={"fill": fill.model_copy(update=now)}) if now else field
