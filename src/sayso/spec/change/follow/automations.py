"""Automations when what they watch or touch goes. Whatever lost a condition is switched off or taken out: it must never do more
than before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sayso.errors import Invalid
from sayso.spec.automation import (
    AggregateRows,
    Ai,
    AskCoworker,
    Automation,
    Branch,
    Call,
    Changes,
    ChartPicture,
    CreateRow,
    DateReached,
    EntersView,
    FindRows,
    ForEach,
    FormSubmitted,
    MessageReceived,
    RowChanged,
    Sheet,
    Switch,
    UpdateRow,
    UpsertRow,
    row_tables,
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
    steps = _Steps(on, row_tables(on.app, automation)).followed(automation.steps, "")
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
            kept = {
                "fields": fields,
                "was": on.filter(trigger.table, trigger.was),
                "filter": on.filter(trigger.table, trigger.filter),
            }
            return trigger.model_copy(update=kept)
        case MessageReceived():
            return None if trigger.coworker in on.gone.coworkers else trigger
        case _ if getattr(trigger, "filter", None) is not None:
            return trigger.model_copy(update={"filter": on.filter(trigger.table, trigger.filter)})
        case _:
            return trigger


@dataclass(frozen=True, slots=True)
class _Steps:
    """`rows` says for each path, as it was, whose row a step is about."""

    on: Following
    rows: dict[str, str | None]

    def followed(self, steps: tuple[Any, ...], at: str) -> tuple[Any, ...]:
        return tuple(s for s in (self.step(step, f"{at}{n}") for n, step in enumerate(steps)) if s is not None)

    def step(self, step: Any, at: str) -> Any | None:
        on, row = self.on, self.rows.get(at)
        if getattr(step, "table", None) in on.gone.tables or getattr(step, "view", None) in on.gone.views:
            return None
        match step:
            case CreateRow():
                return step.model_copy(update={"values": _values(on, step.table, step.values)})
            case UpsertRow():
                values = _values(on, step.table, step.values)
                return step.model_copy(update={"values": values}) if on.ids(step.table, step.match) == step.match else None
            case UpdateRow():
                values = _values(on, step.table, step.values)
                still = values or not step.values
                return step.model_copy(update={"values": values}) if still and _same(on, step.table, step.filter) else None
            case FindRows():
                sorts = on.ordered(step.table, step.sorts)
                return step.model_copy(update={"sorts": sorts}) if _same(on, step.table, step.filter) else None
            case Changes():
                fields = on.ids(step.table, step.fields)
                same = _same(on, step.table, step.filter) and (fields or not step.fields)
                return step.model_copy(update={"fields": fields}) if same else None
            case AggregateRows():
                fields = [f for f in (*(one.field for one in step.figures), step.by and step.by.field) if f]
                return step if _same(on, step.table, step.filter) and _all(on, step.table, fields) else None
            case ChartPicture() if step.table:
                fields = [f for f in (step.figure.field, step.by and step.by.field) if f]
                return step if _same(on, step.table, step.filter) and _all(on, step.table, fields) else None
            case Sheet() if step.table:
                return step if _same(on, step.table, step.filter) else None
            case Branch() | Switch() | ForEach():
                return self._way(step, at, row)
            case Ai():
                slot = "text" if step.slot in on.gone.slots else step.slot
                return None if row and on.gone.field(row, step.into) else step.model_copy(update={"slot": slot})
            case AskCoworker():
                return None if step.coworker in on.gone.coworkers else step
            case Call():
                return None if step.automation in on.gone.automations else step
            case _:
                filter = getattr(step, "filter", None)
                return step if filter is None or _same(on, step.table, filter) else None

    def _way(self, step: Branch | Switch | ForEach, at: str, row: str | None) -> Any | None:
        """A way whose condition has lost something is gone: what stood on it must never be done unasked."""
        match step:
            case Branch():
                then, otherwise = self.followed(step.then, f"{at}/then/"), self.followed(step.otherwise, f"{at}/otherwise/")
                gone = bool(row) and not _same(self.on, row or "", step.filter)
                return None if gone or not (then or otherwise) else step.model_copy(update={"then": then, "otherwise": otherwise})
            case Switch():
                if row and not all(_same(self.on, row, case.filter) for case in step.cases):
                    return None
                cases = tuple(
                    case.model_copy(update={"then": self.followed(case.then, f"{at}/cases/{n}/then/")})
                    for n, case in enumerate(step.cases)
                )
                otherwise = self.followed(step.otherwise, f"{at}/otherwise/")
                return step.model_copy(update={"cases": cases, "otherwise": otherwise})
            case ForEach():
                steps = self.followed(step.steps, f"{at}/steps/")
                return step.model_copy(update={"steps": steps}) if steps or not step.steps else None


def _all(on: Following, table: str, fields: Sequence[str]) -> bool:
    return all(not on.gone.field(table, f) for f in fields)


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
