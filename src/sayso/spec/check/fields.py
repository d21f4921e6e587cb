"""Tables and their fields, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sayso.errors import Invalid, Problem
from sayso.spec.app import App
from sayso.spec.conditions import condition_problems, unknown_field
from sayso.spec.fields import Ai, AnyField, Datetime, Link, Lookup, MultiSelect, Number, Rollup, Storage
from sayso.spec.fields.link import Summary
from sayso.spec.filter import Condition, Op
from sayso.spec.shape import SUMMARIES, shape_of
from sayso.spec.table import Table

RELATIVE_DEFAULTS = ("today", "now", "me")
_NOT_UNIQUE = (Storage.BOOLEAN, Storage.TEXTS, Storage.LINKS, Storage.COMPUTED, Storage.SYSTEM)
_SLOT_KINDS = ("text", "vision", "image", "embedding")
NO_TITLE = ("rows", "files")


def problems(app: App) -> Iterator[Problem]:
    for table in app.tables:
        at = f"tables/{table.id}"
        yield from _title(app, at, table)
        for field in table.fields:
            yield from _field(app, f"{at}/fields/{field.id}", table, field)


def _title(app: App, at: str, table: Table) -> Iterator[Problem]:
    if not table.fields:
        yield Problem(at, f"{table.name} has no fields", '"fields": [{"id": "name", "name": "Name", "kind": "text"}]')
        return
    if table.title and table.field(table.title) is None:
        yield unknown_field(f"{at}/title", table, table.title)
    title = table.title_field
    if title and shape_of(app, table, title) in NO_TITLE:
        words = next((f.id for f in table.fields if shape_of(app, table, f) == "text"), None)
        yield Problem(f"{at}/title", f"rows of {table.name} cannot be called by {title.name}, which is no words", words)


def _field(app: App, at: str, table: Table, field: AnyField) -> Iterator[Problem]:
    yield from _rules(at, field)
    yield from _default(at, field)
    match field:
        case Link():
            yield from _link(app, at, table, field)
        case Lookup():
            yield from _read_through(app, at, table, field, field.field)
        case Rollup():
            yield from _rollup(app, at, table, field)
        case Ai():
            yield from slot_problems(app, at, field.slot)
        case Datetime():
            yield from _zone(at, field)
        case Number() if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
            yield Problem(at, f"{field.name} is at least {field.minimum:g} and at most {field.maximum:g}, which nothing can be")
        case _:
            return


def _rules(at: str, field: AnyField) -> Iterator[Problem]:
    if field.required and not field.writable:
        yield Problem(at, f"{field.name} cannot be required: nobody writes it", '"required": false')
    if field.unique and field.storage in _NOT_UNIQUE:
        yield Problem(
            at, f"{field.name} cannot be unique: its kind, {field.kind}, holds no single value of its own", '"unique": false'
        )


def _default(at: str, field: AnyField) -> Iterator[Problem]:
    default = getattr(field, "default", None)
    if default is None or default in ((), False) or default in RELATIVE_DEFAULTS:
        return
    try:
        field.parse(list(default) if isinstance(default, tuple) else default)
    except Invalid as wrong:
        for problem in wrong.problems:
            yield Problem(f"{at}/default", problem.reason, problem.example)
    if isinstance(field, MultiSelect):
        ids = {o.id for o in field.options}
        for name in set(default) - ids:
            yield Problem(
                f"{at}/default", f"a default names choices by id, and there is none {name!r}", ", ".join(sorted(ids)[:5])
            )


def _link(app: App, at: str, table: Table, link: Link) -> Iterator[Problem]:
    to = app.table(link.to)
    if to is None:
        known = ", ".join(t.id for t in app.tables[:10])
        yield Problem(f"{at}/to", f"there is no table with the id {link.to!r}", f"one of: {known}")
        return
    end = to.field(link.reverse) if link.reverse else None
    if end is None:
        said = f"{to.name} has no field {link.reverse!r}" if link.reverse else "a link needs its other end"
        yield Problem(f"{at}/reverse", said, f'"reverse": the id of a link field of {to.name} that points back to {table.name}')
    elif not isinstance(end, Link) or end.to != table.id or end.reverse != link.id:
        back = f'{{"id": "{link.reverse}", "kind": "link", "to": "{table.id}", "many": true, "reverse": "{link.id}"}}'
        yield Problem(f"{at}/reverse", f"{end.name} of {to.name} does not point back at {link.name} of {table.name}", back)
    elif end.id == link.id and to.id == table.id:
        yield Problem(f"{at}/reverse", f"{link.name} cannot be its own other end")


def _linked(app: App, at: str, table: Table, field: Lookup | Rollup) -> Table | Problem:
    link = table.field(field.link)
    if link is None:
        return unknown_field(f"{at}/link", table, field.link)
    links = ", ".join(f.id for f in table.fields if isinstance(f, Link))
    if not isinstance(link, Link):
        return Problem(
            f"{at}/link", f"{link.name} is no link, so nothing can be read through it", f"one of: {links}" if links else None
        )
    to = app.table(link.to)
    return to if to is not None else Problem(f"{at}/link", f"{link.name} leads to a table that is not there")


def _read_through(app: App, at: str, table: Table, field: Lookup | Rollup, read: str | None) -> Iterator[Problem]:
    to = _linked(app, at, table, field)
    if isinstance(to, Problem):
        yield to
    elif read is not None and to.field(read) is None:
        yield unknown_field(f"{at}/field", to, read)


def _rollup(app: App, at: str, table: Table, field: Rollup) -> Iterator[Problem]:
    yield from _read_through(app, at, table, field, field.field)
    to = _linked(app, at, table, field)
    if isinstance(to, Problem):
        return
    target = to.field(field.field) if field.field else None
    if field.field is None or target is not None:
        yield from summary_problems(app, at, to, target, field.summary)
    for where in field.where:
        if where.op not in _ops():
            yield Problem(f"{at}/where", f"{where.op!r} is no condition", "is, is_not, gt, lt, any_of, empty …")
        else:
            condition = Condition.model_validate({"field": where.field, "op": where.op, "value": where.value})
            yield from condition_problems(app, f"{at}/where", to, condition)


def _ops() -> tuple[str, ...]:
    return Op.__args__


def summary_problems(app: App, at: str, table: Table, field: AnyField | None, summary: Summary) -> Iterator[Problem]:
    """Whether such values can be summed up like that."""
    shapes = SUMMARIES[summary]
    if field is None:
        if summary != "count":
            yield Problem(f"{at}/field", f"{summary} needs a field to work on", table.fields[0].id if table.fields else None)
        return
    shape = shape_of(app, table, field)
    if shapes is not None and shape not in (*shapes, "unknown"):
        fits = [f.id for f in table.fields if shape_of(app, table, f) in shapes]
        can = [s for s, of in SUMMARIES.items() if of is None or shape in of]
        example = f"one of the fields {', '.join(fits[:6])}" if fits else f"one of the summaries {', '.join(can)}"
        yield Problem(f"{at}/summary", f"{summary} cannot be made of {field.name}, which is {field.kind}", example)


def slot_problems(app: App, at: str, slot: str) -> Iterator[Problem]:
    known = (*_SLOT_KINDS, *(s.id for s in app.slots))
    if slot not in known:
        yield Problem(f"{at}/slot", f"there is no model slot {slot!r}", f"one of: {', '.join(known)}")


def _zone(at: str, field: Datetime) -> Iterator[Problem]:
    try:
        ZoneInfo(field.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield Problem(f"{at}/zone", f"{field.zone!r} is no time zone", "Europe/Berlin")
