"""Triggers and steps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from sayso.errors import Invalid, Problem
from sayso.spec import conditions
from sayso.spec.app import App
from sayso.spec.automation import (
    STEP_DEPTH_MAX,
    STEPS_MAX,
    AggregateRows,
    Ai,
    AskCoworker,
    Automation,
    Branch,
    Call,
    Called,
    Changes,
    ChartPicture,
    CreateRow,
    DateReached,
    EntersView,
    FindRows,
    FormSubmitted,
    MessageReceived,
    RowChanged,
    RowFigure,
    Schedule,
    Sheet,
    Switch,
    UpdateRow,
    UpsertRow,
    Wait,
    every,
    inner,
    row_tables,
)
from sayso.spec.check.fields import slot_problems, summary_problems
from sayso.spec.check.views import known, unknown_table
from sayso.spec.conditions import unknown_field
from sayso.spec.fields import AnyField
from sayso.spec.filter import Condition, Filter
from sayso.spec.shape import shape_of
from sayso.spec.stands_on import DAYS
from sayso.spec.table import Table
from sayso.spec.view import Form

_NAMED = re.compile(r"\{[^{}\"\n]+\}")
WAIT_SECONDS_MAX = 366 * 86_400
_RELATIVE = ("today", "tomorrow", "yesterday", "now", "me")
_TAKEN = ("trigger", "item", "run", "app", "today", "now")
"""What names in braces mean already."""


def problems(app: App) -> Iterator[Problem]:
    for automation in app.automations:
        at = f"automations/{automation.id}"
        yield from _trigger(app, f"{at}/trigger", automation.trigger)
        count, depth = _size(automation.steps)
        if count > STEPS_MAX or depth > STEP_DEPTH_MAX:
            yield Problem(f"{at}/steps", f"at most {STEPS_MAX} steps, nested {STEP_DEPTH_MAX} deep, fit into one automation")
            continue
        yield from _ids(f"{at}/steps", automation)
        rows = row_tables(app, automation)
        for path, step in every(automation.steps):
            yield from _step(app, f"{at}/steps/{path}", app.table(rows[path] or ""), step)


def _size(steps: tuple[Any, ...], depth: int = 1) -> tuple[int, int]:
    if depth > STEP_DEPTH_MAX:
        return 0, depth
    deeper = [_size(some, depth + 1) for step in steps for _, some in inner(step) if some]
    return len(steps) + sum(n for n, _ in deeper), max((d for _, d in deeper), default=depth)


def _ids(at: str, automation: Automation) -> Iterator[Problem]:
    """Later steps name outputs by a step's id: it means one step, and nothing else."""
    seen: set[str] = set()
    for path, step in every(automation.steps):
        if step.id in _TAKEN:
            yield Problem(f"{at}/{path}/id", f"{step.id!r} means something else already", f"{step.id}_2")
        elif step.id in seen:
            yield Problem(f"{at}/{path}/id", f"another step is called {step.id!r} already", f"{step.id}_2")
        seen |= {step.id} if step.id else set()


def _trigger(app: App, at: str, trigger: Any) -> Iterator[Problem]:
    table_id: str | None = getattr(trigger, "table", None)
    table = app.table(table_id) if table_id else None
    if table_id and table is None:
        yield unknown_table(app, at, table_id)
        return
    if table and (filter := getattr(trigger, "filter", None)):
        yield from conditions.problems(app, at, table, filter)
    match trigger:
        case Schedule():
            yield from _schedule(at, trigger)
        case RowChanged() if table:
            yield from known(f"{at}/fields", table, trigger.fields)
            yield from conditions.problems(app, f"{at}/was", table, trigger.was)
        case MessageReceived():
            yield from _coworker(app, at, trigger.coworker)
        case DateReached() if table:
            yield from _date_reached(app, at, table, trigger)
        case EntersView() | FormSubmitted():
            view = app.view(trigger.view)
            if view is None or (isinstance(trigger, FormSubmitted) and not isinstance(view, Form)) or not hasattr(view, "table"):
                views = [
                    v.id for v in app.views if isinstance(v, Form) or (isinstance(trigger, EntersView) and hasattr(v, "table"))
                ]
                example = f"one of: {', '.join(views[:8])}" if views else None
                yield Problem(f"{at}/view", f"there is no such view {trigger.view!r} to watch", example)
        case _:
            return


def _schedule(at: str, trigger: Schedule) -> Iterator[Problem]:
    try:
        if len(trigger.cron.split()) != 5:
            raise CronSimError("five fields")
        next(CronSim(trigger.cron, datetime(2026, 1, 1)))
    except (CronSimError, StopIteration):
        yield Problem(
            f"{at}/cron", f"{trigger.cron!r} is no schedule of five fields (minute hour day month weekday)", "0 9 * * 1"
        )
    if trigger.zone is not None:
        try:
            ZoneInfo(trigger.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            yield Problem(f"{at}/zone", f"{trigger.zone!r} is no time zone", "Europe/Berlin")


def _date_reached(app: App, at: str, table: Table, trigger: DateReached) -> Iterator[Problem]:
    field = table.field(trigger.field)
    if field is None:
        yield unknown_field(f"{at}/field", table, trigger.field)
    elif shape_of(app, table, field) not in (*DAYS, "unknown"):
        days = [f.id for f in table.fields if shape_of(app, table, f) in DAYS]
        yield Problem(f"{at}/field", f"{field.name} is no date", f"one of: {', '.join(days)}" if days else None)
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", trigger.time):
        yield Problem(f"{at}/time", f"{trigger.time!r} is no time of day", "09:00")


def _step(app: App, at: str, row: Table | None, step: Any) -> Iterator[Problem]:
    """`row` is the table of the row that the step is about."""
    table_id: str | None = getattr(step, "table", None)
    table = app.table(table_id) if table_id else None
    if table_id and table is None:
        yield unknown_table(app, at, table_id)
        return
    if table and (filter := getattr(step, "filter", None)):
        yield from conditions.problems(app, at, table, _known_now(filter))
    if table:
        yield from _of_table(app, at, table, step)
    match step:
        case Branch() | Switch():
            for n, way in enumerate(step.cases if isinstance(step, Switch) else (step,)):
                if row and way.filter.of:
                    yield from conditions.problems(
                        app, f"{at}/cases/{n}" if isinstance(step, Switch) else at, row, _known_now(way.filter)
                    )
        case Ai():
            yield from slot_problems(app, at, step.slot)
            if row and step.into:
                yield from known(f"{at}/into", row, [step.into])
        case AskCoworker():
            yield from _coworker(app, at, step.coworker)
        case Call():
            yield from _called(app, at, step)
        case ChartPicture() | Sheet() if step.view and app.view(step.view) is None:
            yield Problem(f"{at}/view", f"there is no view with the id {step.view!r}", _some(v.id for v in app.views))
        case Wait():
            if not (1 <= step.seconds <= WAIT_SECONDS_MAX) and not (step.seconds == 0 and (step.until.strip() or step.webhook)):
                yield Problem(f"{at}/seconds", "a wait lasts from a second to a year", "86400")
        case _:
            return


def _known_now(filter: Filter) -> Filter:
    """Of conditions on values that only a run knows (`{Budget}`, `{ask: answer}`), the fields alone can be checked."""
    return filter.model_copy(update={"of": tuple(_known_one(one) for one in filter.of)})


def _known_one(one: Condition | Filter) -> Condition | Filter:
    if isinstance(one, Filter):
        return _known_now(one)
    named = isinstance(one.value, str) and _NAMED.search(one.value)
    return Condition(field=one.field, op="not_empty") if named else one


def _of_table(app: App, at: str, table: Table, step: Any) -> Iterator[Problem]:
    match step:
        case FindRows():
            yield from known(f"{at}/sorts", table, [s.field for s in step.sorts])
        case CreateRow() | UpdateRow():
            yield from _values(f"{at}/values", table, step.values)
        case UpsertRow():
            yield from known(f"{at}/match", table, step.match)
            yield from _values(f"{at}/values", table, step.values)
            for id in step.match:
                if id not in step.values:
                    yield Problem(f"{at}/match", f"rows are matched by {id}, which is given no value", "add it to values")
        case Changes():
            yield from known(f"{at}/fields", table, step.fields)
        case AggregateRows():
            yield from known(f"{at}/by", table, [step.by.field] if step.by else [])
            for n, figure in enumerate(step.figures):
                yield from _figure(app, f"{at}/figures/{n}", table, figure)
        case ChartPicture():
            yield from known(f"{at}/by", table, [step.by.field] if step.by else [])
            yield from _figure(app, f"{at}/figure", table, step.figure)
        case _:
            return


def _figure(app: App, at: str, table: Table, figure: RowFigure) -> Iterator[Problem]:
    field = table.field(figure.field) if figure.field else None
    yield from known(f"{at}/field", table, [figure.field] if figure.field else [])
    if field or not figure.field:
        yield from summary_problems(app, at, table, field, figure.summary)


def _coworker(app: App, at: str, id: str) -> Iterator[Problem]:
    if all(c.id != id for c in app.coworkers):
        yield Problem(f"{at}/coworker", f"there is no co-worker with the id {id!r}", _some(c.id for c in app.coworkers))


def _called(app: App, at: str, step: Call) -> Iterator[Problem]:
    other = next((a for a in app.automations if a.id == step.automation), None)
    if other is None or not isinstance(other.trigger, Called):
        callable = _some(a.id for a in app.automations if isinstance(a.trigger, Called))
        yield Problem(f"{at}/automation", f"there is no automation {step.automation!r} that can be called", callable)


def _some(ids: Iterable[str]) -> str | None:
    known = ", ".join(list(ids)[:8])
    return f"one of: {known}" if known else None


def _values(at: str, table: Table, values: dict[str, Any]) -> Iterator[Problem]:
    for id, value in values.items():
        field = table.field(id)
        if field is None:
            yield unknown_field(at, table, id)
        elif not field.writable:
            yield Problem(f"{at}/{id}", f"{field.name} cannot be written: its kind is {field.kind}")
        else:
            yield from _value(f"{at}/{id}", field, value)


def _value(at: str, field: AnyField, value: Any) -> Iterator[Problem]:
    """What names other fields in braces is known only when it runs; so is who `me` and when `today` is."""
    if isinstance(value, str) and ("{" in value or value in _RELATIVE):
        return
    try:
        field.parse(value)
    except Invalid as wrong:
        yield from (Problem(at, p.reason, p.example) for p in wrong.problems)
