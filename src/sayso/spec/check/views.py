"""Views and tiles: that they show what is there, in a way that suits it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sayso.errors import Problem
from sayso.spec import conditions
from sayso.spec.app import App
from sayso.spec.check.fields import summary_problems
from sayso.spec.conditions import unknown_field
from sayso.spec.fields import Select
from sayso.spec.shape import shape_of
from sayso.spec.stands_on import DAYS, stands_on
from sayso.spec.table import Table
from sayso.spec.view import Board, Chart, ChartTile, Dashboard, Form, Grid, ListTile, Measure, NumberTile


def problems(app: App) -> Iterator[Problem]:
    for view in app.views:
        at = f"views/{view.id}"
        if isinstance(view, Dashboard):
            for tile in view.tiles:
                yield from _tile(app, f"{at}/tiles/{tile.id}", tile)
            continue
        table = app.table(view.table)
        if table is None:
            yield unknown_table(app, at, view.table)
        elif isinstance(view, Form):
            yield from _form(at, table, view)
        else:
            yield from _rows(app, at, table, view)


def unknown_table(app: App, at: str, id: str) -> Problem:
    known = ", ".join(t.id for t in app.tables[:10])
    return Problem(f"{at}/table", f"there is no table with the id {id!r}", f"one of: {known}" if known else None)


def _rows(app: App, at: str, table: Table, view: Any) -> Iterator[Problem]:
    yield from conditions.problems(app, at, table, view.filter)
    for rule in view.colours:
        yield from conditions.problems(app, f"{at}/colours", table, rule.filter)
    yield from known(f"{at}/hidden", table, view.hidden)
    yield from known(f"{at}/order", table, view.order)
    yield from known(f"{at}/sorts", table, [s.field for s in view.sorts])
    yield from known(f"{at}/groups", table, [g.field for g in view.groups])
    for group in view.groups:
        yield from _bucket(app, f"{at}/groups", table, group.field, group.bucket)
    yield from _needs(app, at, view.table, view)
    match view:
        case Grid():
            yield from known(f"{at}/widths", table, view.widths)
            yield from known(f"{at}/summaries", table, view.summaries)
            for id, summary in view.summaries.items():
                if field := table.field(id):
                    yield from summary_problems(app, f"{at}/summaries", table, field, summary)
        case Board():
            yield from _limits(at, table, view)
        case Chart():
            yield from _chart(app, at, table, view)
        case _:
            return


def known(at: str, table: Table, ids: Iterable[str]) -> Iterator[Problem]:
    yield from (unknown_field(at, table, id) for id in ids if table.field(id) is None)


def _needs(app: App, at: str, table_id: str, view: Any) -> Iterator[Problem]:
    table = app.table(table_id)
    for need in stands_on(view):
        if table is None or need.field is None:
            continue
        field = table.field(need.field)
        if field is None:
            yield unknown_field(f"{at}/{need.key}", table, need.field)
        elif not need.suits(app, table_id):
            fits = [f.id for f in table.fields if shape_of(app, table, f) in need.shapes]
            example = f"one of: {', '.join(fits[:8])}" if fits else f"add {need.like} to {table.name} first"
            yield Problem(f"{at}/{need.key}", f"this takes {need.like}, and {field.name} is {field.kind}", example)


def _limits(at: str, table: Table, view: Board) -> Iterator[Problem]:
    by = table.field(view.by)
    if not isinstance(by, Select):
        return
    options = [o.id for o in by.options]
    for option in view.limits:
        if option not in options:
            yield Problem(f"{at}/limits", f"{by.name} has no choice with the id {option!r}", f"one of: {', '.join(options[:8])}")


def _chart(app: App, at: str, table: Table, chart: Chart | ChartTile) -> Iterator[Problem]:
    if chart.by is None and chart.shape != "number":
        yield Problem(f"{at}/by", f"a {chart.shape} chart needs a field to go by", table.fields[0].id if table.fields else None)
    yield from _bucket(app, at, table, chart.by, chart.bucket)
    yield from _measure(app, at, table, chart.measure)


def _bucket(app: App, at: str, table: Table, id: str | None, bucket: str | None) -> Iterator[Problem]:
    field = table.field(id) if id else None
    if bucket and field and shape_of(app, table, field) not in (*DAYS, "unknown"):
        yield Problem(f"{at}/bucket", f"only dates are gathered by {bucket}, and {field.name} is {field.kind}")


def _measure(app: App, at: str, table: Table, measure: Measure) -> Iterator[Problem]:
    field = table.field(measure.field) if measure.field else None
    if measure.field and field is None:
        yield unknown_field(f"{at}/measure", table, measure.field)
    else:
        yield from summary_problems(app, f"{at}/measure", table, field, measure.summary)


def _form(at: str, table: Table, form: Form) -> Iterator[Problem]:
    asked = [f.field for f in form.fields]
    yield from known(f"{at}/fields", table, asked)
    for id in dict.fromkeys(asked):
        field = table.field(id)
        if field and not field.writable:
            yield Problem(
                f"{at}/fields/{id}", f"{field.name} cannot be filled in: its kind, {field.kind}, is not written by people"
            )
        if asked.count(id) > 1:
            yield Problem(f"{at}/fields/{id}", f"the form asks for {id!r} twice")
    for field in table.fields:
        if field.required and field.writable and field.id not in asked and not getattr(field, "default", None):
            yield Problem(f"{at}/fields", f"{field.name} is required, so a form has to ask for it", f'{{"field": "{field.id}"}}')


def _tile(app: App, at: str, tile: Any) -> Iterator[Problem]:
    table = app.table(tile.table)
    if table is None:
        yield unknown_table(app, at, tile.table)
        return
    yield from conditions.problems(app, at, table, tile.filter)
    yield from _needs(app, at, tile.table, tile)
    match tile:
        case NumberTile():
            yield from _measure(app, at, table, tile.measure)
            if (tile.span is None) != (tile.over is None):
                yield Problem(
                    f"{at}/span", "a comparison needs both a date (over) and a span", '"over": "created", "span": "month"'
                )
        case ChartTile():
            yield from _chart(app, at, table, tile)
        case ListTile():
            yield from known(f"{at}/fields", table, tile.fields)
            yield from known(f"{at}/sorts", table, [s.field for s in tile.sorts])
        case _:
            return
