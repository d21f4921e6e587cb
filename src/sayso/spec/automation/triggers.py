"""What starts an automation. Declared here; watched by `sayso.automations.triggers`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, StringConstraints
from pydantic import Field as Limit

from sayso.spec.filter import Filter
from sayso.spec.part import Frozen, Id, Name

INPUTS_MAX = 30
WORDS_CHARACTERS_MAX = 400
ANSWER_CHARACTERS_MAX = 20_000

ConnectionId = Annotated[str, StringConstraints(pattern=r"^cn_[A-Za-z0-9_-]{1,80}$")]
"""An account with the outside world. Where it is left out, the only or first one of the right kind that the owner may use."""

Many = Literal["each", "together"]
"""When many rows change at once: one run for each row, or one run for all of them."""


class Schedule(Frozen):
    """Five-field cron in a time zone (the app's when left out); `words` is what the person said.

    `catch_up` is for slots that passed while no server ran: one run for all of them, a run for each, or none.
    """

    kind: Literal["schedule"] = "schedule"
    cron: Annotated[str, StringConstraints(max_length=100)]
    zone: str | None = None
    words: Annotated[str, StringConstraints(max_length=WORDS_CHARACTERS_MAX)] = ""
    table: Id | None = None
    catch_up: Literal["once", "all", "none"] = "once"


class RowCreated(Frozen):
    kind: Literal["row_created"] = "row_created"
    table: Id
    filter: Filter = Filter()
    many: Many = "each"


class RowChanged(Frozen):
    """A row came to meet `filter` by a change to one of `fields` (any field when empty); `was` is what it met before."""

    kind: Literal["row_changed"] = "row_changed"
    table: Id
    fields: tuple[Id, ...] = ()
    was: Filter = Filter()
    filter: Filter = Filter()
    many: Many = "each"


class RowDeleted(Frozen):
    """A row went to the trash."""

    kind: Literal["row_deleted"] = "row_deleted"
    table: Id
    filter: Filter = Filter()
    many: Many = "each"


class EntersView(Frozen):
    """A row that the view did not show is now among its rows."""

    kind: Literal["enters_view"] = "enters_view"
    view: Id
    many: Many = "each"


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
    filter: Filter = Filter()
    """The button is there only for rows that meet it."""


class WebhookReceived(Frozen):
    """Its address was called. `verify` says how the caller proves itself; the secret is kept outside the spec.

    `dedupe` names what makes a delivery the same one: a header (`header: X-Id`) or a place in the body (`body: id`); without it,
    the scheme's own id, else the body itself. `answer` is the text sent back, unless a step `respond` answers.
    """

    kind: Literal["webhook"] = "webhook"
    verify: Literal["none", "standard", "github", "stripe", "slack", "secret"] = "none"
    header: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{0,80}$")] = ""
    """Where the shared secret is told, for `secret`; `X-Secret` when left out."""
    dedupe: Annotated[str, StringConstraints(max_length=200)] = ""
    answer: Annotated[str, StringConstraints(max_length=ANSWER_CHARACTERS_MAX)] = ""
    status: Annotated[int, Limit(ge=200, le=299)] = 200


class EmailReceived(Frozen):
    """A new e-mail in a folder of an IMAP connection; without a connection, at the automation's own address of Sayso's mail door."""

    kind: Literal["email"] = "email"
    connection: ConnectionId | None = None
    folder: Annotated[str, StringConstraints(max_length=200)] = "INBOX"


class MessageReceived(Frozen):
    """Somebody wrote to a co-worker."""

    kind: Literal["message"] = "message"
    coworker: Id


class Input(Frozen):
    """What a caller may or must give along."""

    name: Name
    kind: Literal["text", "number", "checkbox", "date"] = "text"
    required: bool = False
    description: Annotated[str, StringConstraints(max_length=400)] = ""


class Called(Frozen):
    """By another automation, a co-worker, MCP or the API."""

    kind: Literal["called"] = "called"
    inputs: Annotated[tuple[Input, ...], Limit(max_length=INPUTS_MAX)] = ()


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
    | MessageReceived
    | Called,
    Discriminator("kind"),
]
