"""Rules of an app that start one another in a circle, as far as the spec tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sayso.automations.triggers.states import asked
from sayso.spec.app import App
from sayso.spec.automation import (
    Ai,
    Automation,
    Call,
    CreateRow,
    DeleteRow,
    EntersView,
    RowChanged,
    RowCreated,
    RowDeleted,
    UpdateRow,
    UpsertRow,
    every,
    row_tables,
)


@dataclass(frozen=True, slots=True)
class Act:
    """What a step does to rows. Without `fields` it may be any of them."""

    kind: str
    table: str
    fields: frozenset[str] = frozenset()


def circles(app: App) -> dict[str, tuple[str, ...]]:
    """By automation: the names of those with which it starts itself again, in the order of the app; nothing for most."""
    starts = {one.id: {other.id for other in app.automations if _starts(app, one, other)} for one in app.automations}
    reach = {id: _reach(starts, id) for id in starts}
    names = {one.id: one.name for one in app.automations}
    return {
        id: tuple(names[other] for other in starts if other in reach[id] and id in reach[other])
        for id in starts
        if id in reach[id]
    }


def _reach(starts: dict[str, set[str]], id: str) -> set[str]:
    seen: set[str] = set()
    ahead = list(starts[id])
    while ahead:
        one = ahead.pop()
        if one not in seen:
            seen.add(one)
            ahead += starts[one]
    return seen


def _starts(app: App, one: Automation, other: Automation) -> bool:
    return any(_meets(app, act, other) for act in _acts(app, one))


def _meets(app: App, act: Act | str, other: Automation) -> bool:
    trigger = other.trigger
    if isinstance(act, str):
        return act == other.id
    match trigger:
        case RowCreated(table=table):
            return act.kind == "create" and act.table == table
        case RowDeleted(table=table):
            return act.kind == "delete" and act.table == table
        case RowChanged():
            return (
                act.kind == "change"
                and act.table == trigger.table
                and _touches(act, set(trigger.fields) or asked(trigger.filter))
            )
        case EntersView(view=view):
            shown: Any = app.view(view)
            return getattr(shown, "table", None) == act.table and act.kind != "delete" and _touches(act, asked(shown.filter))
        case _:
            return False


def _touches(act: Act, fields: set[str]) -> bool:
    return act.kind == "create" or not fields or not act.fields or bool(act.fields & fields)


def _acts(app: App, automation: Automation) -> Iterator[Act | str]:
    tables = row_tables(app, automation)
    for path, step in every(automation.steps):
        match step:
            case CreateRow():
                yield Act("create", step.table, frozenset(step.values))
            case UpdateRow():
                yield Act("change", step.table, frozenset(step.values))
            case UpsertRow():
                yield Act("create", step.table, frozenset(step.values))
                yield Act("change", step.table, frozenset(step.values))
            case DeleteRow():
                yield Act("delete", step.table)
            case Ai(into=str(into)) if tables.get(path):
                yield Act("change", tables[path] or "", frozenset({into}))
            case Call():
                yield step.automation
            case _:
                continue
