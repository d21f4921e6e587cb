"""Rules: a trigger and the steps that follow. Declared here; run by `sayso.automations`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as Limit

from sayso.spec.automation.scope import row_tables, trigger_table
from sayso.spec.automation.steps import (
    AggregateRows,
    Ai,
    AnyStep,
    Approval,
    AskCoworker,
    Branch,
    Call,
    Case,
    Changes,
    ChartPicture,
    CreateRow,
    DeleteRow,
    Document,
    FindRows,
    ForEach,
    HttpRequest,
    McpTool,
    NamedAnswer,
    Notify,
    Operation,
    Respond,
    Retry,
    RowFigure,
    SendEmail,
    SendMessage,
    SetValues,
    Sheet,
    Sql,
    Step,
    Stop,
    Switch,
    Test,
    UpdateRow,
    UpsertRow,
    Wait,
    WebhookOut,
)
from sayso.spec.automation.triggers import (
    AnyTrigger,
    ButtonPressed,
    Called,
    ConnectionId,
    DateReached,
    EmailReceived,
    EntersView,
    FormSubmitted,
    Input,
    Many,
    MessageReceived,
    RowChanged,
    RowCreated,
    RowDeleted,
    Schedule,
    WebhookReceived,
)
from sayso.spec.automation.walk import at, every, inner, mapped, named
from sayso.spec.part import Part

STEPS_MAX = 100
STEP_DEPTH_MAX = 5
RUNS_AT_ONCE_MAX = 100


class Automation(Part):
    """A rule. It arrives off: a person switches it on. `at_once` bounds how many of its runs go on together; None leaves it to Sayso."""

    on: bool = False
    trigger: AnyTrigger
    steps: tuple[AnyStep, ...] = ()
    at_once: Annotated[int, Limit(ge=1, le=RUNS_AT_ONCE_MAX)] | None = None


__all__ = [
    "STEPS_MAX",
    "STEP_DEPTH_MAX",
    "AggregateRows",
    "Ai",
    "AnyStep",
    "AnyTrigger",
    "Approval",
    "AskCoworker",
    "Automation",
    "Branch",
    "ButtonPressed",
    "Call",
    "Called",
    "Case",
    "Changes",
    "ChartPicture",
    "ConnectionId",
    "CreateRow",
    "DateReached",
    "DeleteRow",
    "Document",
    "EmailReceived",
    "EntersView",
    "FindRows",
    "ForEach",
    "FormSubmitted",
    "HttpRequest",
    "Input",
    "Many",
    "McpTool",
    "MessageReceived",
    "NamedAnswer",
    "Notify",
    "Operation",
    "Respond",
    "Retry",
    "RowChanged",
    "RowCreated",
    "RowDeleted",
    "RowFigure",
    "Schedule",
    "SendEmail",
    "SendMessage",
    "SetValues",
    "Sheet",
    "Sql",
    "Step",
    "Stop",
    "Switch",
    "Test",
    "UpdateRow",
    "UpsertRow",
    "Wait",
    "WebhookOut",
    "WebhookReceived",
    "at",
    "every",
    "inner",
    "mapped",
    "named",
    "row_tables",
    "trigger_table",
]  # fmt: skip
