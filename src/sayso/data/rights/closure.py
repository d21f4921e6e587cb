"""Which fields stand on which others: what is hidden takes everything with it that could tell it."""

from collections.abc import Iterator

from sayso.errors import Invalid
from sayso.spec.app import App
from sayso.spec.fields import AnyField, Formula, Link, Lookup, Rollup
from sayso.spec.fields.fill import fill_of, named_in
from sayso.spec.formula import names_in
from sayso.spec.table import Table

Place = tuple[str, str]
"""Ids of a table and of a field in it; the field is empty for the table itself, whose rows are counted."""


def seen_without(app: App, tables: frozenset[str], fields: frozenset[Place]) -> dict[str, frozenset[str]]:
    """The fields that are seen, by table, when these tables and fields are not: nothing that is computed from them, over any number of
    others. A table of which no field is seen is not seen either."""
    gone = (
        set(fields) | {(table, "") for table in tables} | {(t.id, f.id) for t in app.tables if t.id in tables for f in t.fields}
    )
    needs = {(t.id, f.id): frozenset(_needs(app, t, f)) for t in app.tables for f in t.fields}
    while more := {place for place, needed in needs.items() if place not in gone and not needed.isdisjoint(gone)} | {
        (t.id, "") for t in app.tables if (t.id, "") not in gone and all((t.id, f.id) in gone for f in t.fields)
    }:
        gone |= more
    return {t.id: frozenset(f.id for f in t.fields if (t.id, f.id) not in gone) for t in app.tables if (t.id, "") not in gone}


def _needs(app: App, table: Table, one: AnyField) -> Iterator[Place]:
    match one:
        case Link():
            yield (one.to, "")
        case Lookup() | Rollup():
            yield from _through(app, table, one.link, one.field)
            for rule in one.where if isinstance(one, Rollup) else ():
                yield from _through(app, table, one.link, rule.field)
        case Formula():
            yield from _formula(app, table, one)
        case _:
            pass
    fill = fill_of(one)
    if fill is not None:
        for names in named_in(fill.prompt):
            yield from _named(app, table, names)
        for id in (fill.picture.reference, fill.picture.mask) if fill.picture else ():
            if id is not None:
                yield (table.id, id)


def _formula(app: App, table: Table, one: Formula) -> Iterator[Place]:
    try:
        names = names_in(one.formula)
    except Invalid:
        return
    for path in names:
        yield from _named(app, table, path)


def _named(app: App, table: Table, names: tuple[str, ...]) -> Iterator[Place]:
    """What `{Notes}` and `{Client}.{City}` read. A link by itself is read by the names of its rows."""
    first = table.named(names[0]) if names else None
    if first is None:
        return
    yield (table.id, first.id)
    there = app.table(first.to) if isinstance(first, Link) else None
    if there is None:
        return
    second = there.named(names[1]) if len(names) > 1 else there.title_field
    if second is not None:
        yield (there.id, second.id)


def _through(app: App, table: Table, link_id: str, field_id: str | None) -> Iterator[Place]:
    yield (table.id, link_id)
    link = table.field(link_id)
    there = app.table(link.to) if isinstance(link, Link) else None
    if there is None:
        return
    yield (there.id, "")
    if field_id is not None:
        yield (there.id, field_id)
