"""What would become visible: told before a person says yes, counted and shown in the app's own rows."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import query
from sayso.data.open_app import OpenApp
from sayso.data.publishing import few, tiles
from sayso.data.publishing.agreed import Published, agreed_to, fields_in, needed
from sayso.data.publishing.choosing import chosen_of, offered, refused, table_of, viewed, warning
from sayso.data.publishing.exposed import Exposed, Exposure, listed, rows_said
from sayso.data.publishing.public_rows import texts_of
from sayso.data.query import Query
from sayso.spec.app import App
from sayso.spec.fields import AnyField, Formula, Link, Lookup, Rollup
from sayso.spec.table import Table
from sayso.spec.view import Chart, Dashboard, Form
from sayso.team.shares.rules import ROWS_USUAL

SAMPLE_ROWS = 5


async def of(
    tx: AsyncConnection, app: OpenApp, view_id: str, fields: tuple[str, ...] | None = None, rows_max: int = ROWS_USUAL
) -> Exposure:
    """What anybody with the address would see. `fields` are those that the person has ticked; None: what we suggest."""
    view = viewed(app, view_id)
    if isinstance(view, Dashboard):
        return await tiles.exposure(tx, app, view, fields, rows_max)
    table = table_of(app, view)
    chosen = chosen_of(app.spec, table, view, fields)
    agreed = agreed_to(app.spec, table, view, chosen)
    told = tuple(_exposed(app.spec, table, view, f, chosen) for f in offered(table, view))
    found = Exposure(
        view.id, view.name, view.kind, table.id, table.name, "form" if isinstance(view, Form) else "view", told,
        0, rows_max, (), (), refused(view, table), agreed,
    )  # fmt: skip
    if isinstance(view, Form):
        return replace(found, sentences=_of_form(app.spec, view, table, chosen))
    asked = Query(filter=view.filter, sorts=view.sorts, fields=chosen, limit=min(SAMPLE_ROWS, rows_max))
    page = await query.page(tx, app, table.id, asked)
    total = (await query.page(tx, app, table.id, replace(asked, fields=(), limit=1))).total
    sample = await texts_of(tx, app, table, chosen, page.rows) if not isinstance(view, Chart) else ()
    said = _of_rows(app.spec, view, table, chosen, total, rows_max)
    if isinstance(view, Chart) and (alone := await few.said(tx, app, table, view)):
        said = (*said[:-1], alone, said[-1])
    return replace(found, rows=total, sample=sample, sentences=said)


def _exposed(app: App, table: Table, view: Published, field: AnyField, chosen: tuple[str, ...]) -> Exposed:
    must = field.id in needed(view) or isinstance(view, (Form, Chart))
    warns = "" if isinstance(view, Form) else warning(app, table, field)
    return Exposed(field.id, field.name, field.kind, field.id in chosen, must, _shows(app, field), warns)


def _shows(app: App, field: AnyField) -> str:
    match field:
        case Link():
            there = app.table(field.to)
            title = there.title_field if there else None
            return f"what the linked rows of {there.name} are called ({title.name})" if there and title else "linked rows"
        case Lookup() | Rollup():
            return "values of another table, read through a link"
        case Formula():
            return f"computed: {field.formula[:120]}"
        case _:
            return field.kind.replace("_", " ")


def _of_form(app: App, view: Form, table: Table, chosen: tuple[str, ...]) -> tuple[str, ...]:
    asked = listed([f.name for id in chosen if (f := table.field(id))])
    return (
        f"Anybody with the address can add rows to {table.name} of {app.name}, answering {asked}.",
        "They see the questions, the form's words and the names of its choices. They see no rows, not even their own afterwards.",
        "Automations that start with a new row start with theirs as well.",
    )


def _of_rows(app: App, view: Published, table: Table, chosen: tuple[str, ...], total: int, most: int) -> tuple[str, ...]:
    shown = listed([f.name for id in chosen if (f := table.field(id))])
    some = isinstance(view, (Form, Dashboard)) or bool(view.filter.of)
    which = "that meet the view's conditions" if some else "all of them"
    told = [
        f"Anybody with the address sees {len(chosen)} of the {len(table.fields)} fields of {table.name} in {app.name}: {shown}."
    ]
    if isinstance(view, Chart):
        told[0] = (
            f"Anybody with the address sees figures over {table.name} in {app.name}, by {shown}."
            if shown
            else f"Anybody with the address sees a figure over {table.name} in {app.name}."
        )
        told.append(f"The figures are over {rows_said(total)} now ({which}), and over rows that are added later.")
    else:
        told.append(
            f"These are {rows_said(total)} now, {which}; rows that are added or changed later show up too, {most:,} at the most."
        )
    if not isinstance(view, (Form, Dashboard)) and (
        secret := [f.name for id in dict.fromkeys(fields_in(view.filter)) if id not in chosen and (f := table.field(id))]
    ):
        told.append(f"Which rows are shown tells something of {listed(secret)}, though the values are not shown.")
    told.append("They see no history, no comments, and nothing else of this app.")
    return tuple(told)
