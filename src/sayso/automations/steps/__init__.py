"""Kinds of step, by the `kind` of the spec. One file a kind; here is the list.

The ways through (`branch`, `switch`, `for_each`, `wait`, `stop`) are done by `work/` itself.
"""

from typing import Any

from sayso.automations.steps.aggregate import Aggregate
from sayso.automations.steps.ai import Ai
from sayso.automations.steps.approval import Approval
from sayso.automations.steps.ask_coworker import AskCoworker
from sayso.automations.steps.call import Call
from sayso.automations.steps.changes import Changes
from sayso.automations.steps.chart import ChartPicture
from sayso.automations.steps.create_row import CreateRow
from sayso.automations.steps.delete_row import DeleteRow
from sayso.automations.steps.document import Document
from sayso.automations.steps.find_rows import FindRows
from sayso.automations.steps.http_request import HttpRequest
from sayso.automations.steps.mcp_tool import McpTool
from sayso.automations.steps.notify import Notify
from sayso.automations.steps.operation import Operation
from sayso.automations.steps.respond import Respond
from sayso.automations.steps.send_email import SendEmail
from sayso.automations.steps.send_message import SendMessage
from sayso.automations.steps.set_values import SetFormulas, SetValues
from sayso.automations.steps.sheet import Sheet
from sayso.automations.steps.sql import Sql
from sayso.automations.steps.step import StepFailed, StepKind
from sayso.automations.steps.update_row import UpdateRow
from sayso.automations.steps.upsert_row import UpsertRow
from sayso.automations.steps.webhook_out import WebhookOut

KINDS: dict[str, StepKind] = {
    one.kind: one
    for one in (
        FindRows(),
        CreateRow(),
        UpdateRow(),
        UpsertRow(),
        DeleteRow(),
        Aggregate(),
        Changes(),
        SetValues(),
        Call(),
        Respond(),
        Ai(),
        AskCoworker(),
        Approval(),
        Document(),
        ChartPicture(),
        Sheet(),
        SendEmail(),
        SendMessage(),
        Notify(),
        HttpRequest(),
        WebhookOut(),
        McpTool(),
        Operation(),
        Sql(),
    )
}
_FORMULAS = SetFormulas()


def of(step: Any) -> StepKind:
    """Raises `StepFailed` when this version of Sayso has no such kind."""
    if step.kind == "set_values" and any(text.lstrip().startswith("=") for text in step.values.values()):
        return _FORMULAS
    if step.kind not in KINDS:
        raise StepFailed(f"A step of the kind {step.kind!r} cannot be done by this version of Sayso.")
    return KINDS[step.kind]
