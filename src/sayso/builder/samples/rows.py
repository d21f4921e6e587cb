"""Rows for one table, and for all tables of an app together, so that links meet."""

from datetime import date
from typing import Any

from sayso.builder.samples.draw import Draw
from sayso.builder.samples.values import Person, of_field, person_for
from sayso.spec.app import App
from sayso.spec.fields import AnyField, Link
from sayso.spec.table import Table

ROWS_MIN = 4
ROWS_MAX = 8
Values = dict[str, Any]


def rows(app: App, table: Table, today: date) -> list[Values]:
    """4 to 8 rows of one table, by field id; computed fields and people of the workspace are left out."""
    count = Draw(app.id, table.id).number(5, ROWS_MAX)
    return [_row(app, table, n, today) for n in range(count)]


def rows_of_app(app: App, today: date) -> dict[str, list[Values]]:
    """Rows of every table by its id, with links between them."""
    made = {t.id: rows(app, t, today) for t in app.tables}
    for table in app.tables:
        for field in table.fields:
            if isinstance(field, Link) and _chosen_end(app, table, field):
                _link(app, table, field, made)
    return {table: many for table, many in made.items() if many}


def _row(app: App, table: Table, n: int, today: date) -> Values:
    draw = Draw(app.id, table.id, n)
    person: Person = person_for(Draw(app.id, table.id), n)
    values: Values = {}
    for at, field in enumerate(table.fields):
        value = of_field(field, table, app, Draw(app.id, table.id, field.id, n), draw, person, n, today, first=at == 0)
        if value is not None:
            values[field.id] = value
    return values


def _chosen_end(app: App, table: Table, field: Link) -> bool:
    """One end of a pair is filled: the one that holds a single row, else the first."""
    other = app.table(field.to)
    if other is None:
        return False
    reverse = other.field(field.reverse) if field.reverse else None
    if not isinstance(reverse, Link) or (other.id, reverse.id) == (table.id, field.id):
        return other is not table
    if field.many != reverse.many:
        return not field.many
    return (table.id, field.id) < (other.id, reverse.id)


def _link(app: App, table: Table, field: Link, made: dict[str, list[Values]]) -> None:
    other = app.table(field.to)
    there = made.get(field.to, [])
    if other is None or not there:
        return
    for n, values in enumerate(made[table.id]):
        draw = Draw(app.id, table.id, field.id, n)
        first = (n + draw.number(0, 1)) % len(there)
        picked = [first, (first + 2) % len(there)] if field.many and draw.chance(40, "second") and len(there) > 2 else [first]
        if other is table:
            picked = [p for p in picked if p < n]
        if picked:
            values[field.id] = [{"id": p + 1, "name": title_of(other, there[p])} for p in dict.fromkeys(picked)]


def title_of(table: Table, values: Values) -> str:
    title: AnyField | None = table.title_field
    return str(values.get(title.id, "")) if title is not None else ""
