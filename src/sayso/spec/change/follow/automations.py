"""Automations when what they watch or touch goes. Whatever lost a condition is switched off or taken out: it must never do more
than before."""

from __future__ import annotations

from typing import Any

from sayso.errors import Invalid
from sayso.spec.automation import (
    Ai,
    Automation,
    Branch,
    CreateRow,
    DateReached,
    DeleteRow,
    EntersView,
    FindRows,
    ForEach,
    FormSubmitted,
    RowChanged,
    UpdateRow,
)
from sayso.spec.change.follow.filters import Following
from sayso.spec.filter import Filter
from sayso.spec.shape import shape_of
from sayso.spec.stands_on import DAYS


def followed(on: Following, automation: Automation) -> Automation | None:
    """The automation without what is gone; `None` when its trigger is."""
    trigger = _trigger(on, automation.trigger)
    if trigger is None:
        return None
    steps = _steps(on, automation.steps, _table_of(on, trigger))
    if (trigger, steps) == (automation.trigger, automation.steps):
        return automation
    if automation.steps and not steps:
        return None
    return automation.model_copy(update={"trigger": trigger, "steps": steps, "on": False})


def _trigger(on: Following, trigger: Any) -> Any | None:
    table = getattr(trigger, "table", None)
    if table in on.gone.tables:
        return None
    match trigger:
        case EntersView() | FormSubmitted():
            return None if trigger.view in on.gone.views else trigger
        case DateReached() if on.gone.field(trigger.table, trigger.field) or not _is_day(on, trigger):
            return None
        case RowChanged():
            fields = on.ids(trigger.table, trigger.fields)
            if trigger.fields and not fields:
                return None
            return trigger.model_copy(update={"fields": fields, "filter": on.filter(trigger.table, trigger.filter)})
        case _ if getattr(trigger, "filter", None) is not None:
            return trigger.model_copy(update={"filter": on.filter(trigger.table, trigger.filter)})
        case _:
            return trigger


def _table_of(on: Following, trigger: Any) -> str | None:
    """The table whose row the steps work with."""
    if view_id := getattr(trigger, "view", None):
        return getattr(on.app.view(view_id), "table", None)
    return getattr(trigger, "table", None)


def _steps(on: Following, steps: tuple[Any, ...], table: str | None) -> tuple[Any, ...]:
    return tuple(s for s in (_step(on, step, table) for step in steps) if s is not None)


def _step(on: Following, step: Any, table: str | None) -> Any | None:
    match step:
        case FindRows() | CreateRow() | UpdateRow() | DeleteRow() if step.table in on.gone.tables:
            return None
        case CreateRow():
            return step.model_copy(update={"values": _values(on, step.table, step.values)})
        case UpdateRow():
            values = _values(on, step.table, step.values)
            still = values or not step.values
            return step.model_copy(update={"values": values}) if still and _same(on, step.table, step.filter) else None
        case DeleteRow():
            return step if _same(on, step.table, step.filter) else None
        case FindRows():
            sorts = on.ordered(step.table, step.sorts)
            return step.model_copy(update={"sorts": sorts}) if _same(on, step.table, step.filter) else None
        case Branch():
            if table and not _same(on, table, step.filter):
                return None
            inner = {"then": _steps(on, step.then, table), "otherwise": _steps(on, step.otherwise, table)}
            return step.model_copy(update=inner) if any(inner.values()) else None
        case ForEach():
            steps = _steps(on, step.steps, table)
            return step.model_copy(update={"steps": steps}) if steps or not step.steps else None
        case Ai():
            slot = "text" if step.slot in on.gone.slots else step.slot
            return None if table and on.gone.field(table, step.into) else step.model_copy(update={"slot": slot})
        case _:
            return step


def _values(on: Following, table: str, values: dict[str, Any]) -> dict[str, Any]:
    """Without fields that are gone or turned into another kind, and without choices that are gone."""
    lost = {(f, o) for t, f, o in on.gone.options if t == table}
    turned = {f for t, f in on.gone.turned if t == table}
    kept = on.keyed(table, values)
    return {
        f: v
        for f, v in kept.items()
        if not (isinstance(v, str) and (f, v) in lost) and (f not in turned or _reads(on, table, f, v))
    }


def _reads(on: Following, table_id: str, field_id: str, value: Any) -> bool:
    """Whether a field of another kind can still be given the value. What is filled in at run time is seen then."""
    table = on.app.table(table_id)
    field = table.field(field_id) if table else None
    if isinstance(value, str) and "{" in value:
        return True
    if field is None or not field.writable:
        return False
    try:
        field.parse(value)
    except Invalid:
        return False
    return True


def _is_day(on: Following, trigger: DateReached) -> bool:
    table = on.app.table(trigger.table)
    field = table.field(trigger.field) if table else None
    turned = (trigger.table, trigger.field) in on.gone.turned
    return not turned or (table is not None and field is not None and shape_of(on.app, table, field) in DAYS)


def _same(on: Following, table: str, filter: Filter | None) -> bool:
    return filter is None or on.filter(table, filter) == filter
