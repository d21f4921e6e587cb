"""A picture of figures: of a chart view, or of a table's rows by one of their fields."""

from __future__ import annotations

import asyncio
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.charts import Chart, Series, png, svg
from sayso.automations.charts.chart import Style
from sayso.automations.steps import outward
from sayso.automations.steps.made import MakingStep, file_name, kept
from sayso.automations.steps.opened import table_of
from sayso.automations.steps.step import Doing, Done, Output, StepFailed
from sayso.data import apps, groups
from sayso.data.groups import Figure
from sayso.data.open_app import OpenApp
from sayso.spec.automation import ChartPicture as Step
from sayso.spec.fields import AnyField, Duration, Money, Number, Percent
from sayso.spec.fields.money import digits
from sayso.spec.filter import Filter, Grouping
from sayso.spec.table import Table
from sayso.spec.view import Chart as ChartView
from sayso.spec.view import ChartTile, Dashboard, Measure

TITLE_CHARACTERS_MAX = 120
FIGURES_KEPT_MAX = 200
STYLES: dict[str, Style] = {
    "bar": "bar",
    "line": "line",
    "area": "line",
    "pie": "pie",
    "donut": "pie",
    "scatter": "bar",
    "number": "bar",
}
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"}
ADDING = frozenset(("count", "sum", "filled", "empty"))
"""Summaries whose figures for several names may be added up."""


class ChartPicture(MakingStep):
    kind = "chart"

    def outputs(self, app: Any, automation: Any, step: Any) -> tuple[Output, ...]:
        return (
            Output("picture", "The chart, as a picture", "file"), Output("svg", "The chart, as a drawing (SVG)", "file"),
            Output("figures", "Its figures", "list"), Output("total", "The figure over all", "number"),
        )  # fmt: skip

    async def prepared(self, step: Step, doing: Doing) -> dict[str, Any]:
        writing = await outward.writing(doing)
        filter = doing.names.filter(step.filter).model_dump(mode="json")
        return {"title": writing.line(step.title, TITLE_CHARACTERS_MAX), "filter": filter}

    async def made(self, tx: AsyncConnection, prepared: dict[str, Any], step: Step, doing: Doing) -> Done:
        app = await apps.open_app(tx, doing.run.app_id, by=doing.by)
        asked = _asked(app, step, Filter.model_validate(prepared["filter"]))
        table = table_of(app, asked["table"])
        figures, total = await groups.aggregated(
            tx, app, table.id, by=asked["by"], split=asked["split"], measure=asked["measure"], filter=asked["filter"]
        )
        title = prepared["title"] or asked["name"] or _titled(table, asked)
        chart = _chart(title, asked, table, figures, total, app.spec.hue)
        picture = await asyncio.to_thread(png, chart)
        return Done(
            {
                "picture": await kept(tx, doing, file_name(title, "Chart", "png"), picture),
                "svg": await kept(tx, doing, file_name(title, "Chart", "svg"), svg(chart)),
                "figures": [
                    {"name": one.name, **({"split": one.split_name} if one.split_name else {}), "value": one.value}
                    for one in figures[:FIGURES_KEPT_MAX]
                ],
                "total": total,
            },
            f"Drew {title}.",
        )


def _asked(app: OpenApp, step: Step, filter: Filter) -> dict[str, Any]:
    """Which figures: those of the view, or those that the step names itself."""
    if step.view is None:
        measure = Measure(summary=step.figure.summary, field=step.figure.field)
        return {
            "table": step.table or "",
            "filter": filter,
            "by": step.by,
            "split": None,
            "measure": measure,
            "style": step.style,
            "name": "",
        }
    view: Any = app.spec.view(step.view)
    if isinstance(view, Dashboard):
        view = next((tile for tile in view.tiles if isinstance(tile, ChartTile)), None)
    if view is None or getattr(view, "table", None) is None or getattr(view, "kind", "") == "form":
        raise StepFailed("The view of this step has no figures to draw, or is not there any more.")
    both = Filter(of=(view.filter, filter)) if filter.of else view.filter
    common = {"table": view.table, "filter": both, "name": view.name}
    if isinstance(view, (ChartView, ChartTile)):
        by = Grouping(field=view.by, bucket=view.bucket) if view.by else None
        split = Grouping(field=view.split) if view.split else None
        return {**common, "by": by, "split": split, "measure": view.measure, "style": STYLES[view.shape]}
    by = step.by or next(iter(view.groups), None) or (Grouping(field=view.by) if getattr(view, "by", None) else None)
    measure = Measure(summary=step.figure.summary, field=step.figure.field)
    return {**common, "by": by, "split": None, "measure": measure, "style": step.style}


def _titled(table: Table, asked: dict[str, Any]) -> str:
    measure, by = asked["measure"], asked["by"]
    field = table.field(measure.field) if measure.field else None
    what = f"{field.name}" if field else table.name
    grouped = table.field(by.field) if by else None
    return f"{what} by {grouped.name}" if grouped else what


def _chart(title: str, asked: dict[str, Any], table: Table, figures: list[Figure], total: Any, hue: int) -> Chart:
    measure: Measure = asked["measure"]
    field = table.field(measure.field) if measure.field and measure.summary != "count" else None
    before, after, places, times = _written(field)
    names, series = _series(figures, total, times, field.name if field else table.name)
    return Chart(title, asked["style"], names, series, before, after, places, hue, measure.summary in ADDING)


def _series(figures: list[Figure], total: Any, times: float, called: str) -> tuple[tuple[str, ...], tuple[Series, ...]]:
    if not figures:
        value = _number(total, times)
        return (("All",), (Series(called, (value,)),)) if value is not None else ((), ())
    names = list(dict.fromkeys(one.name for one in figures))
    splits = list(dict.fromkeys(one.split_name for one in figures))
    found = {(one.name, one.split_name): _number(one.value, times) for one in figures}
    return tuple(names), tuple(Series(split or called, tuple(found.get((name, split)) for name in names)) for split in splits)


def _number(value: Any, times: float) -> float | None:
    try:
        return float(Decimal(str(value))) * times if value is not None and not isinstance(value, (dict, list)) else None
    except InvalidOperation:
        return None


def _written(field: AnyField | None) -> tuple[str, str, int | None, float]:
    """What stands before and after a figure of this field, its decimals, and what it is multiplied by to be read."""
    match field:
        case Money():
            sign = SIGNS.get(field.currency)
            return (sign, "", digits(field.currency), 1) if sign else ("", f" {field.currency}", digits(field.currency), 1)
        case Percent():
            return "", " %", None, 100
        case Duration():
            return "", " h", None, 1 / 3600
        case Number() if field.unit:
            return "", f" {field.unit}", None, 1
        case _:
            return "", "", None, 1
