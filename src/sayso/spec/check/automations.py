"""Triggers and steps."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    Ai,
    Branch,
    CreateRow,
    DateReached,
    DeleteRow,
    EntersView,
    FindRows,
    ForEach,
    FormSubmitted,
    RowChanged,
    Schedule,
    UpdateRow,
    Wait,
)
from sayso.spec.change.renamed import trigger_table
from sayso.spec.check.fields import slot_problems
from sayso.spec.check.views import known, unknown_table
from sayso.spec.conditions import unknown_field
from sayso.spec.fields import AnyField
from sayso.spec.shape import shape_of
from sayso.spec.stands_on import DAYS
from sayso.spec.table import Table
from sayso.spec.view import Form

WAIT_SECONDS_MAX = 366 * 86_400
_RELATIVE = ("today", "tomorrow", "yesterday", "now", "me")


def problems(app: App) -> Iterator[Problem]:
    for automation in app.automations:
        at = f"automations/{automation.id}"
        yield from _trigger(app, f"{at}/trigger", automation.trigger)
        table = app.table(trigger_table(app, automation) or "")
        count, depth = _size(automation.steps)
        if count > STEPS_MAX or depth > STEP_DEPTH_MAX:
            yield Problem(f"{at}/steps", f"at most {STEPS_MAX} steps, nested {STEP_DEPTH_MAX} deep, fit into one automation")
        else:
            yield from _steps(app, f"{at}/steps", table, automation.steps)


def _size(steps: tuple[Any, ...], depth: int = 1) -> tuple[int, int]:
    if depth > STEP_DEPTH_MAX:
        return 0, depth
    inner = [_size(s, depth + 1) for step in steps for s in _inside(step) if s]
    return len(steps) + sum(n for n, _ in inner), max((d for _, d in inner), default=depth)


def _inside(step: Any) -> tuple[tuple[Any, ...], ...]:
    match step:
        case Branch():
            return step.then, step.otherwise
        case ForEach():
            return (step.steps,)
        case _:
            return ()


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


def _steps(app: App, at: str, table: Table | None, steps: tuple[Any, ...]) -> Iterator[Problem]:
    for number, step in enumerate(steps):
        yield from _step(app, f"{at}/{number}", table, step)


def _step(app: App, at: str, table: Table | None, step: Any) -> Iterator[Problem]:
    match step:
        case FindRows() | CreateRow() | UpdateRow() | DeleteRow():
            target = app.table(step.table)
            if target is None:
                yield unknown_table(app, at, step.table)
                return
            if filter := getattr(step, "filter", None):
                yield from conditions.problems(app, at, target, filter)
            if isinstance(step, FindRows):
                yield from known(f"{at}/sorts", target, [s.field for s in step.sorts])
            elif not isinstance(step, DeleteRow):
                yield from _values(f"{at}/values", target, step.values)
        case Branch():
            if table:
                yield from conditions.problems(app, at, table, step.filter)
            yield from _steps(app, f"{at}/then", table, step.then)
            yield from _steps(app, f"{at}/otherwise", table, step.otherwise)
        case ForEach():
            yield from _steps(app, f"{at}/steps", table, step.steps)
        case Ai():
            yield from slot_problems(app, at, step.slot)
            if table and step.into:
                yield from known(f"{at}/into", table, [step.into])
        case Wait() if not 1 <= step.seconds <= WAIT_SECONDS_MAX:
            yield Problem(f"{at}/seconds", "a wait lasts from a second to a year", "86400")
        case _:
            return


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
