"""Rules: a trigger and the steps that follow. Declared here; run by `sayso.automations`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator

from sayso.spec.fields.ai import AiTask
from sayso.spec.filter import Filter, Sort
from sayso.spec.part import Frozen, Id, Part

STEPS_MAX = 100
STEP_DEPTH_MAX = 5


# ── triggers ──────────────────────────────────────────────


class Schedule(Frozen):
    """Five-field cron in a time zone (the app's when left out); `words` is what the person said."""

    kind: Literal["schedule"] = "schedule"
    cron: str
    zone: str | None = None
    words: str = ""
    table: Id | None = None


class RowCreated(Frozen):
    kind: Literal["row_created"] = "row_created"
    table: Id
    filter: Filter = Filter()


class RowChanged(Frozen):
    """A row came to meet `filter` by a change to one of `fields` (any field when empty)."""

    kind: Literal["row_changed"] = "row_changed"
    table: Id
    fields: tuple[Id, ...] = ()
    filter: Filter = Filter()


class RowDeleted(Frozen):
    kind: Literal["row_deleted"] = "row_deleted"
    table: Id


class EntersView(Frozen):
    kind: Literal["enters_view"] = "enters_view"
    view: Id


class DateReached(Frozen):
    """`days` before (negative) or after the date in `field`, at `time` in the app's zone."""

    kind: Literal["date_reached"] = "date_reached"
    table: Id
    field: Id
    days: int = 0
    time: str = "09:00"
    filter: Filter = Filter()


class FormSubmitted(Frozen):
    kind: Literal["form_submitted"] = "form_submitted"
    view: Id


class ButtonPressed(Frozen):
    kind: Literal["button"] = "button"
    table: Id
    label: str


class WebhookReceived(Frozen):
    kind: Literal["webhook"] = "webhook"


class EmailReceived(Frozen):
    kind: Literal["email"] = "email"


class Called(Frozen):
    """By another automation, a co-worker, MCP or the API."""

    kind: Literal["called"] = "called"


AnyTrigger = Annotated[
    Schedule
    | RowCreated
    | RowChanged
    | RowDeleted
    | EntersView
    | DateReached
    | FormSubmitted
    | ButtonPressed
    | WebhookReceived
    | EmailReceived
    | Called,
    Discriminator("kind"),
]


# ── steps ─────────────────────────────────────────────────


class FindRows(Frozen):
    kind: Literal["find_rows"] = "find_rows"
    table: Id
    filter: Filter = Filter()
    sorts: tuple[Sort, ...] = ()
    limit: int = 100


class CreateRow(Frozen):
    """Values may name the trigger's fields in braces: `{Customer}`."""

    kind: Literal["create_row"] = "create_row"
    table: Id
    values: dict[Id, Any] = {}


class UpdateRow(Frozen):
    """The trigger's row, or the rows of `table` that `filter` finds."""

    kind: Literal["update_row"] = "update_row"
    table: Id
    values: dict[Id, Any] = {}
    filter: Filter | None = None


class DeleteRow(Frozen):
    kind: Literal["delete_row"] = "delete_row"
    table: Id
    filter: Filter | None = None


class SendEmail(Frozen):
    """`to` is an address, a field in braces, a role or `everyone`."""

    kind: Literal["send_email"] = "send_email"
    to: str = ""
    subject: str = ""
    body: str = ""


class SendMessage(Frozen):
    kind: Literal["send_message"] = "send_message"
    via: Literal["slack", "teams", "discord", "telegram", "sms"] = "slack"
    to: str = ""
    body: str = ""


class Notify(Frozen):
    """In the workspace."""

    kind: Literal["notify"] = "notify"
    to: str = ""
    body: str = ""


class HttpRequest(Frozen):
    kind: Literal["http_request"] = "http_request"
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    url: str = ""
    body: str = ""


class Ai(Frozen):
    """A model's work; the answer goes into `into` of the trigger's row, or on to the next steps."""

    kind: Literal["ai"] = "ai"
    task: AiTask = "generate"
    slot: Id = "text"
    prompt: str = ""
    into: Id | None = None


class Approval(Frozen):
    kind: Literal["approval"] = "approval"
    by: str = ""
    question: str = ""


class Wait(Frozen):
    kind: Literal["wait"] = "wait"
    seconds: int


class Branch(Frozen):
    """Goes on with `then` when the trigger's row meets `filter`, else with `otherwise`."""

    kind: Literal["branch"] = "branch"
    filter: Filter
    then: tuple[AnyStep, ...] = ()
    otherwise: tuple[AnyStep, ...] = ()


class ForEach(Frozen):
    """Once for each row that the last `find_rows` found."""

    kind: Literal["for_each"] = "for_each"
    steps: tuple[AnyStep, ...] = ()


AnyStep = Annotated[
    FindRows
    | CreateRow
    | UpdateRow
    | DeleteRow
    | SendEmail
    | SendMessage
    | Notify
    | HttpRequest
    | Ai
    | Approval
    | Wait
    | Branch
    | ForEach,
    Discriminator("kind"),
]
Branch.model_rebuild()
ForEach.model_rebuild()


class Automation(Part):
    """A rule. It arrives off: a person switches it on."""

    on: bool = False
    trigger: AnyTrigger
    steps: tuple[AnyStep, ...] = ()
