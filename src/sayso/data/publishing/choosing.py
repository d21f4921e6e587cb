"""Which fields a public view shows and a public form asks: what a person may tick, and what we suggest."""

from __future__ import annotations

from sayso.data.open_app import OpenApp
from sayso.data.publishing.agreed import Agreed, Published, agreed_to, needed
from sayso.errors import Invalid, NotFound, Problem
from sayso.spec.app import App
from sayso.spec.fields import AnyField, Lookup, Rollup
from sayso.spec.shape import shape_of
from sayso.spec.table import Table
from sayso.spec.view import Chart, Dashboard, Form

NOT_FOR_STRANGERS = frozenset({"person", "link"})
"""Kinds that a public form never asks: their choices are the team's own people and rows."""
PERSONAL = frozenset({"email", "phone"})


def viewed(app: OpenApp, view_id: str) -> Published:
    """The view, as this person sees it. Raises `NotFound`."""
    view = app.spec.view(view_id)
    if view is None:
        raise NotFound(f"{app.spec.name} has no view {view_id}.")
    return view


def table_of(app: OpenApp, view: Published) -> Table:
    """Whose rows it shows or adds to. Raises `NotFound`."""
    table = None if isinstance(view, Dashboard) else app.spec.table(view.table)
    if table is None:
        raise NotFound(f"{view.name} shows a table that is not there.")
    return table


def agreed_now(app: OpenApp, view_id: str) -> Agreed:
    """What a form that was public before there were shares asks now: its makers agreed to that when they made it public."""
    view = viewed(app, view_id)
    table = table_of(app, view)
    return agreed_to(app.spec, table, view, chosen_of(app.spec, table, view, None))


def refused(view: Published, table: Table) -> str:
    """Why a form could never be sent by strangers."""
    if not isinstance(view, Form):
        return ""
    asked = {one.field: one.required for one in view.fields}
    for field in table.fields:
        if field.kind in NOT_FOR_STRANGERS and (field.required or asked.get(field.id)):
            return f"{field.name} is required, but strangers are not shown your team's people and rows."
    return ""


def offered(table: Table, view: Published) -> list[AnyField]:
    """Which fields can be ticked, in the view's order."""
    if isinstance(view, Form):
        asked = [one.field for one in view.fields] or [f.id for f in table.fields]
        return [f for id in asked if (f := table.field(id)) and f.writable and f.kind not in NOT_FOR_STRANGERS]
    if isinstance(view, Chart):
        return [f for id in needed(view) if (f := table.field(id))]
    order = [*(() if isinstance(view, Dashboard) else view.order), *(f.id for f in table.fields)]
    return [f for id in dict.fromkeys(order) if (f := table.field(id))]


def chosen_of(app: App, table: Table, view: Published, fields: tuple[str, ...] | None) -> tuple[str, ...]:
    there = offered(table, view)
    if isinstance(view, (Form, Chart)):
        return tuple(f.id for f in there)
    must, hidden = set(needed(view)), () if isinstance(view, Dashboard) else view.hidden
    if fields is None:
        title = table.title_field
        usual = (f for f in there if f.id not in hidden and not warning(app, table, f))
        picked = {f.id for f in usual} | ({title.id} if title and not warning(app, table, title) else set())
    else:
        unknown = [id for id in fields if id not in {f.id for f in there}]
        if unknown:
            raise Invalid.of([Problem("fields", f"{table.name} has no field {id}") for id in unknown])
        picked = set(fields)
    chosen = tuple(f.id for f in there if f.id in picked | must)
    if not chosen:
        raise Invalid(Problem("fields", "names at least one field to show"))
    return chosen


def warning(app: App, table: Table, field: AnyField) -> str:
    """What is not shown unless somebody ticks it."""
    if field.kind in PERSONAL:
        return "Says how to reach people."
    match shape_of(app, table, field):
        case "people":
            return "Shows names of people in your workspace."
        case "files":
            return "Anybody can open and keep these files."
        case "rows":
            return "Shows what rows of another table are called."
        case _:
            return "Read from another table." if isinstance(field, (Lookup, Rollup)) else ""
