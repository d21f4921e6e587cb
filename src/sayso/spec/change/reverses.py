"""Both ends of a link are fields, and both name each other."""

from __future__ import annotations

from typing import Any

from sayso.spec.app import App
from sayso.spec.change.siblings import with_siblings
from sayso.spec.fields import Link
from sayso.spec.part import NAME_CHARACTERS_MAX, id_from
from sayso.spec.table import Table


def with_reverses(app: App) -> App:
    """The app with the missing other end of every link whose table is there."""
    for table in app.tables:
        for field in table.fields:
            now = _now(app, table, field)
            if now and (to := app.table(now.to)) and not _answered(table, now, to):
                app = _paired(app, table, now, to)
    return app


def _now(app: App, table: Table, field: Any) -> Link | None:
    """The field as it is by now: an earlier link may have become its other end."""
    at = app.table(table.id)
    now = at.field(field.id) if at and isinstance(field, Link) else None
    return now if isinstance(now, Link) else None


def _answered(table: Table, link: Link, to: Table) -> bool:
    """Whether the other end is named. One that names someone else is a mistake, which `check` tells."""
    end = to.field(link.reverse) if link.reverse else None
    return end is not None and not (isinstance(end, Link) and end.to == table.id and end.reverse is None and end.id != link.id)


def _paired(app: App, table: Table, link: Link, to: Table) -> App:
    end = to.field(link.reverse) if link.reverse else None
    if isinstance(end, Link):
        return _with(app, to, end.model_copy(update={"reverse": link.id}))
    id, name = _face(table, link, to)
    app = _with(app, table, link.model_copy(update={"reverse": id}))
    return _with(app, app.table(to.id) or to, Link(id=id, name=name, to=table.id, many=True, reverse=link.id))


def _face(table: Table, link: Link, to: Table) -> tuple[str, str]:
    """Projects.Client is seen from Clients as Projects; a link within one table, Parent, as Parent of."""
    taken_ids, taken = {f.id for f in to.fields}, {f.name.casefold() for f in to.fields}
    stem = f"{link.name} of" if table.id == to.id else table.name
    tries = [stem, f"{table.name} ({link.name})", *(f"{table.name} {n}" for n in range(2, 600))]
    name = next(n for n in tries if n.casefold() not in taken and len(n) <= NAME_CHARACTERS_MAX)
    return link.reverse or id_from(name, taken_ids), name


def _with(app: App, table: Table, field: Link) -> App:
    """The field in its place, or at the end of its table."""
    now = app.table(table.id) or table
    known = now.field(field.id) is not None
    fields = tuple(field if f.id == field.id else f for f in now.fields) if known else (*now.fields, field)
    return with_siblings(app, ("field", table.id), fields)
