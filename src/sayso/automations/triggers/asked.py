"""Which rows of an event a trigger asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, false, func
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.registry.reading import Entry
from sayso.automations.triggers.states import Met, States, Told, asked, meets
from sayso.data.open_app import OpenApp
from sayso.data.scope import Scope
from sayso.spec.automation import EntersView, FormSubmitted, RowChanged, RowCreated, RowDeleted
from sayso.spec.filter import Filter

CREATED = ("row.created", "row.imported")
HEARD: dict[str, tuple[str, ...]] = {
    "row_created": CREATED,
    "form_submitted": ("row.created",),
    "row_changed": ("row.changed",),
    "row_deleted": ("row.trashed",),
    "enters_view": (*CREATED, "row.changed", "row.restored"),
}
"""By the trigger's kind: the events that it may be about."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a trigger asks of the rows of an event. Without `sql` every row of it is meant."""

    states: States
    scopes: tuple[Scope, ...] = ()
    sql: tuple[ColumnElement[Any], ...] = ()

    @property
    def is_open(self) -> bool:
        return not self.sql

    async def met(self, tx: AsyncConnection, *, after: int = 0, limit: int) -> list[Met]:
        return await self.states.met(tx, self.scopes, self.sql, after=after, limit=limit)


def question(app: OpenApp, entry: Entry, told: Told) -> Question:
    """Raises `Invalid` when the trigger asks for what is not there any more. `me` in a filter is the automation's owner."""
    registered = entry.registered
    by = replace(app.by, kind="automation", member=registered.owner, name=registered.automation.name)
    states = States(replace(app, by=by), told)
    trigger = entry.registered.automation.trigger
    match trigger:
        case RowCreated(filter=filter) | RowDeleted(filter=filter):
            return _after(states, filter)
        case RowChanged():
            return _changed(states, trigger)
        case EntersView():
            return _entered(states, getattr(app.spec.view(trigger.view), "filter", Filter()))
        case _:
            return Question(states)


def is_about(entry: Entry, event: Any) -> bool:
    """Whether this event may start it at all: told without asking the rows."""
    registered = entry.registered
    if event.kind not in HEARD.get(entry.kind, ()) or event.table_no != entry.table_no:
        return False
    if entry.on_since is None or event.at < entry.on_since:
        return False
    trigger = registered.automation.trigger
    return not isinstance(trigger, FormSubmitted) or event.payload.get("form") == trigger.view


def _after(states: States, filter: Filter) -> Question:
    if not filter.of:
        return Question(states)
    after = states.after()
    return Question(states, (after,), (meets(after, filter),))


def _changed(states: States, trigger: RowChanged) -> Question:
    """Came to meet the filter: so it did not before, unless the filter looks at other fields than those that are watched."""
    before, after = states.before(), states.after()
    sql: list[ColumnElement[Any]] = []
    if trigger.fields:
        sql.append(states.changed(before, after, trigger.fields))
    if trigger.was.of:
        sql.append(meets(before, trigger.was))
    if trigger.filter.of:
        sql.append(meets(after, trigger.filter))
        if not trigger.fields or asked(trigger.filter) <= set(trigger.fields):
            sql.append(~func.coalesce(meets(before, trigger.filter), false()))
    return Question(states, (before, after), tuple(sql))


def _entered(states: States, filter: Filter) -> Question:
    if states.told.kind != "row.changed":
        return _after(states, filter)
    before, after = states.before(), states.after()
    return Question(states, (before, after), (meets(after, filter), ~func.coalesce(meets(before, filter), false())))
