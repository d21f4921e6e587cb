"""What starts an automation, in a sentence."""

from __future__ import annotations

from typing import Any

from sayso.automations.schedule.sentence import sentence
from sayso.errors import Invalid
from sayso.spec.app import App
from sayso.spec.automation import (
    AnyTrigger,
    ButtonPressed,
    Called,
    DateReached,
    EmailReceived,
    EntersView,
    FormSubmitted,
    MessageReceived,
    RowChanged,
    RowCreated,
    RowDeleted,
    Schedule,
    WebhookReceived,
)

FIELDS_NAMED_MAX = 3


def trigger_sentence(app: App, trigger: AnyTrigger) -> str:
    """Such as `Every weekday at 08:30`, `When Priority of a row in Tickets changes`."""
    match trigger:
        case Schedule():
            said = _clock(trigger)
        case RowCreated(table=table):
            said = f"when a row is added to {_table(app, table)}{_if(trigger)}"
        case RowChanged():
            said = f"when {_fields(app, trigger)} in {_table(app, trigger.table)} changes{_if(trigger)}"
        case RowDeleted(table=table):
            said = f"when a row of {_table(app, table)} goes to the trash{_if(trigger)}"
        case EntersView(view=view):
            said = f"when a row enters the view {_view(app, view)}"
        case DateReached():
            said = f"{_days(trigger.days)} {_field(app, trigger.table, trigger.field)} of a row in {_table(app, trigger.table)}, at {trigger.time}"
        case FormSubmitted(view=view):
            said = f"when the form {_view(app, view)} is sent"
        case ButtonPressed(label=label, table=table):
            said = f"when the button {label} of a row in {_table(app, table)} is pressed"
        case WebhookReceived():
            said = "when its web address is called"
        case EmailReceived(connection=connection, folder=folder):
            said = f"when an e-mail comes into {folder}" if connection else "when an e-mail comes to its own address"
        case MessageReceived(coworker=coworker):
            named = next((one.name for one in app.coworkers if one.id == coworker), coworker)
            said = f"when somebody writes to {named}"
        case Called():
            said = "when another automation or a program calls it"
    return said[:1].upper() + said[1:]


def _clock(trigger: Schedule) -> str:
    try:
        said = sentence(trigger.cron)
    except Invalid:
        said = trigger.words or trigger.cron
    return f"{said} ({trigger.zone})" if trigger.zone else said


def _if(trigger: Any) -> str:
    return ", if it meets its conditions" if trigger.filter.of else ""


def _table(app: App, id: str) -> str:
    table = app.table(id)
    return table.name if table else id


def _view(app: App, id: str) -> str:
    view = app.view(id)
    return view.name if view else id


def _field(app: App, table_id: str, id: str) -> str:
    table = app.table(table_id)
    field = table.field(id) if table else None
    return field.name if field else id


def _fields(app: App, trigger: RowChanged) -> str:
    if not trigger.fields:
        return "a row"
    names = [_field(app, trigger.table, id) for id in trigger.fields]
    if len(names) > FIELDS_NAMED_MAX:
        return f"one of {len(names)} fields of a row"
    return f"{' or '.join(names)} of a row"


def _days(days: int) -> str:
    if days == 0:
        return "on the day of"
    many = "1 day" if abs(days) == 1 else f"{abs(days)} days"
    return f"{many} {'before' if days < 0 else 'after'}"
