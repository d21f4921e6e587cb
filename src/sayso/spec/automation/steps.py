"""What an automation does, step by step. Declared here; done by `sayso.automations.steps`.

Texts may name values in braces: `{Customer}` is a field of the trigger's row (inside a loop, of the row whose turn it is),
`{Client}.{Name}` one behind a link, `{ask: answer}` an output of the step `ask`, `{trigger: body.id}` what came in.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, StringConstraints
from pydantic import Field as Limit

from sayso.spec.automation.triggers import ConnectionId
from sayso.spec.fields.ai import AiTask
from sayso.spec.fields.link import Summary
from sayso.spec.filter import Filter, Grouping, Sort
from sayso.spec.part import Frozen, Id, Name

RETRIES_MAX = 20
RETRY_SECONDS_MAX = 86_400
ROWS_MAX = 10_000
AT_ONCE_MAX = 20
CASES_MAX = 20
TESTS_MAX = 20
NAMED_MAX = 60
ANSWERS_MAX = 12
STEP_TEXT_CHARACTERS_MAX = 100_000

Text = Annotated[str, StringConstraints(max_length=STEP_TEXT_CHARACTERS_MAX)]
Line = Annotated[str, StringConstraints(max_length=4_000)]


class Retry(Frozen):
    """How often a step is tried again, and how long it is waited before the first time; then twice as long each time."""

    times: Annotated[int, Limit(ge=0, le=RETRIES_MAX)] = 3
    seconds: Annotated[int, Limit(ge=1, le=RETRY_SECONDS_MAX)] = 5


class Step(Frozen):
    """What all steps have. `id` is how later steps name its outputs; a step without one is named by its place (`s2`, `s3_then_1`).

    `failed` says what happens when it cannot be done, all retries included: the run stops, or goes on without it.
    """

    id: Id | None = None
    name: Annotated[str, StringConstraints(max_length=120)] = ""
    retry: Retry | None = None
    failed: Literal["stop", "go_on"] = "stop"


# ── rows ──────────────────────────────────────────────────


class FindRows(Step):
    kind: Literal["find_rows"] = "find_rows"
    table: Id
    filter: Filter = Filter()
    sorts: tuple[Sort, ...] = ()
    limit: Annotated[int, Limit(ge=1, le=ROWS_MAX)] = 100


class CreateRow(Step):
    """Values may name the trigger's fields in braces: `{Customer}`."""

    kind: Literal["create_row"] = "create_row"
    table: Id
    values: dict[Id, Any] = {}


class UpdateRow(Step):
    """The trigger's row (inside a loop: the row whose turn it is), or the rows of `table` that `filter` finds."""

    kind: Literal["update_row"] = "update_row"
    table: Id
    values: dict[Id, Any] = {}
    filter: Filter | None = None


class UpsertRow(Step):
    """Changes the row whose `match` fields have the same values, or adds one."""

    kind: Literal["upsert_row"] = "upsert_row"
    table: Id
    match: Annotated[tuple[Id, ...], Limit(min_length=1, max_length=10)]
    values: dict[Id, Any] = {}


class DeleteRow(Step):
    """To the trash, from where it comes back."""

    kind: Literal["delete_row"] = "delete_row"
    table: Id
    filter: Filter | None = None


class RowFigure(Frozen):
    """One number over rows: how many, or a summary of a field."""

    name: Name
    summary: Summary = "count"
    field: Id | None = None


class AggregateRows(Step):
    """Figures over the rows of a table, for all of them or by a field."""

    kind: Literal["aggregate"] = "aggregate"
    table: Id
    filter: Filter = Filter()
    by: Grouping | None = None
    figures: Annotated[tuple[RowFigure, ...], Limit(max_length=10)] = (RowFigure(name="Rows"),)


class Changes(Step):
    """What changed in a table since this automation's last finished run (or in the last `days`): added, changed, trashed."""

    kind: Literal["changes"] = "changes"
    table: Id
    fields: tuple[Id, ...] = ()
    filter: Filter = Filter()
    days: Annotated[int, Limit(ge=1, le=366)] | None = None
    limit: Annotated[int, Limit(ge=1, le=ROWS_MAX)] = 200


# ── the way through ───────────────────────────────────────


class Test(Frozen):
    """A value against another; both may be texts with names in braces."""

    __test__ = False

    value: Line
    op: Literal["is", "is_not", "contains", "not_contains", "empty", "not_empty", "gt", "gte", "lt", "lte"] = "is"
    to: Line = ""


class Branch(Step):
    """Goes on with `then` when the row meets `filter` and the `tests` hold (all, or any of them), else with `otherwise`."""

    kind: Literal["branch"] = "branch"
    filter: Filter = Filter()
    tests: Annotated[tuple[Test, ...], Limit(max_length=TESTS_MAX)] = ()
    match: Literal["all", "any"] = "all"
    then: tuple[AnyStep, ...] = ()
    otherwise: tuple[AnyStep, ...] = ()


class Case(Frozen):
    """One of several ways: the first that fits is taken."""

    name: Annotated[str, StringConstraints(max_length=120)] = ""
    filter: Filter = Filter()
    tests: Annotated[tuple[Test, ...], Limit(max_length=TESTS_MAX)] = ()
    match: Literal["all", "any"] = "all"
    then: tuple[AnyStep, ...] = ()


class Switch(Step):
    kind: Literal["switch"] = "switch"
    cases: Annotated[tuple[Case, ...], Limit(max_length=CASES_MAX)] = ()
    otherwise: tuple[AnyStep, ...] = ()


class ForEach(Step):
    """Once for each row that the last `find_rows` found, or for each item of the list that `over` names; `at_once` of them together."""

    kind: Literal["for_each"] = "for_each"
    over: Line = ""
    at_once: Annotated[int, Limit(ge=1, le=AT_ONCE_MAX)] = 1
    limit: Annotated[int, Limit(ge=1, le=ROWS_MAX)] = 1_000
    steps: tuple[AnyStep, ...] = ()


class Wait(Step):
    """For `seconds`, until the day or moment that `until` names, or until its own web address is called (at most `seconds`)."""

    kind: Literal["wait"] = "wait"
    seconds: int = 0
    until: Line = ""
    webhook: bool = False


class Stop(Step):
    """Ends the run here: as done, or as failed with this message."""

    kind: Literal["stop"] = "stop"
    message: Line = ""
    as_failed: bool = False


class SetValues(Step):
    """Values for later steps, by name: a text with braces, or `=` and a formula over the trigger's row."""

    kind: Literal["set_values"] = "set_values"
    values: Annotated[dict[Name, Text], Limit(max_length=NAMED_MAX)] = {}


class Approval(Step):
    """Waits until somebody says yes or no, in the app or by the link in an e-mail; at most `seconds`.

    `by` is a member, a role, `everyone` or a field in braces. After a no the run stops, or goes on with `approved` false.
    """

    kind: Literal["approval"] = "approval"
    by: Line = ""
    question: Line = ""
    seconds: Annotated[int, Limit(ge=60, le=366 * 86_400)] = 7 * 86_400
    declined: Literal["stop", "go_on"] = "stop"


class Call(Step):
    """Starts another automation of this app, whose trigger is `called`."""

    kind: Literal["call"] = "call"
    automation: Id
    inputs: Annotated[dict[Name, Text], Limit(max_length=NAMED_MAX)] = {}


# ── models ────────────────────────────────────────────────


class NamedAnswer(Frozen):
    """One named part of what a model is to answer."""

    name: Name
    kind: Literal["text", "number", "checkbox", "choice"] = "text"
    choices: Annotated[tuple[Annotated[str, StringConstraints(max_length=120)], ...], Limit(max_length=100)] = ()


class Ai(Step):
    """A model's work; the answer goes into `into` of the trigger's row, or on to the next steps: as `answer`, or as `answers` by name."""

    kind: Literal["ai"] = "ai"
    task: AiTask = "generate"
    slot: Id = "text"
    prompt: str = ""
    into: Id | None = None
    answers: Annotated[tuple[NamedAnswer, ...], Limit(max_length=ANSWERS_MAX)] = ()


class AskCoworker(Step):
    kind: Literal["ask_coworker"] = "ask_coworker"
    coworker: Id
    ask: Text = ""


# ── things made ───────────────────────────────────────────


class Document(Step):
    """A document from a template in Markdown or HTML. The output `file` can be attached."""

    kind: Literal["document"] = "document"
    template: Text = ""
    written_in: Literal["markdown", "html"] = "markdown"
    format: Literal["pdf", "html"] = "pdf"
    file_name: Line = ""


class ChartPicture(Step):
    """A picture of a chart view, or of a figure of a table by one of its fields."""

    kind: Literal["chart"] = "chart"
    view: Id | None = None
    table: Id | None = None
    filter: Filter = Filter()
    by: Grouping | None = None
    figure: RowFigure = RowFigure(name="Rows")
    style: Literal["bar", "line", "pie"] = "bar"
    title: Line = ""


class Sheet(Step):
    """A file of rows: of a table (those that `filter` finds), of a view, or of those that an earlier step found (`rows`)."""

    kind: Literal["sheet"] = "sheet"
    view: Id | None = None
    table: Id | None = None
    filter: Filter = Filter()
    rows: Line = ""
    format: Literal["csv", "xlsx"] = "xlsx"
    file_name: Line = ""


# ── outwards ──────────────────────────────────────────────


class SendEmail(Step):
    """`to` is an address, a member's name, a field in braces, a role or `everyone`; several with commas. `body` is Markdown.

    `attachments` name files in braces; `{find: table}` in the body draws a table of rows, `{chart: picture}` a chart.
    """

    kind: Literal["send_email"] = "send_email"
    connection: ConnectionId | None = None
    to: Line = ""
    cc: Line = ""
    subject: Line = ""
    body: Text = ""
    attachments: Annotated[tuple[Line, ...], Limit(max_length=20)] = ()


class SendMessage(Step):
    kind: Literal["send_message"] = "send_message"
    via: Literal["slack", "teams", "discord", "telegram", "sms"] = "slack"
    connection: ConnectionId | None = None
    to: Line = ""
    body: Text = ""


class Notify(Step):
    """In the workspace: to a member, a role, `everyone` or a field in braces."""

    kind: Literal["notify"] = "notify"
    to: Line = ""
    body: Text = ""


class HttpRequest(Step):
    kind: Literal["http_request"] = "http_request"
    connection: ConnectionId | None = None
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    url: Line = ""
    headers: Annotated[dict[Annotated[str, StringConstraints(max_length=100)], Line], Limit(max_length=NAMED_MAX)] = {}
    body: Text = ""


class Respond(Step):
    """What whoever called the webhook is answered."""

    kind: Literal["respond"] = "respond"
    status: Annotated[int, Limit(ge=200, le=599)] = 200
    body: Text = ""


class WebhookOut(Step):
    """Sends an event to an address, signed by Standard Webhooks with the connection's or the automation's own secret."""

    kind: Literal["webhook_out"] = "webhook_out"
    connection: ConnectionId | None = None
    url: Line = ""
    event: Annotated[str, StringConstraints(max_length=120)] = ""
    body: Text = ""


class Sql(Step):
    """One statement on a connected database. `:name` in the query is bound to the value of that name; nothing is spliced in."""

    kind: Literal["sql"] = "sql"
    connection: ConnectionId | None = None
    query: Text = ""
    values: Annotated[dict[Name, Text], Limit(max_length=NAMED_MAX)] = {}
    write: bool = False


class McpTool(Step):
    """A tool of a connected MCP server."""

    kind: Literal["mcp_tool"] = "mcp_tool"
    connection: ConnectionId | None = None
    tool: Annotated[str, StringConstraints(max_length=200)] = ""
    arguments: Annotated[dict[Annotated[str, StringConstraints(max_length=120)], Text], Limit(max_length=NAMED_MAX)] = {}


class Operation(Step):
    """An operation of a connected OpenAPI document."""

    kind: Literal["operation"] = "operation"
    connection: ConnectionId | None = None
    operation: Annotated[str, StringConstraints(max_length=200)] = ""
    arguments: Annotated[dict[Annotated[str, StringConstraints(max_length=120)], Text], Limit(max_length=NAMED_MAX)] = {}


AnyStep = Annotated[
    FindRows
    | CreateRow
    | UpdateRow
    | UpsertRow
    | DeleteRow
    | AggregateRows
    | Changes
    | Branch
    | Switch
    | ForEach
    | Wait
    | Stop
    | SetValues
    | Approval
    | Call
    | Ai
    | AskCoworker
    | Document
    | ChartPicture
    | Sheet
    | SendEmail
    | SendMessage
    | Notify
    | HttpRequest
    | Respond
    | WebhookOut
    | Sql
    | McpTool
    | Operation,
    Discriminator("kind"),
]
Branch.model_rebuild()
Case.model_rebuild()
Switch.model_rebuild()
ForEach.model_rebuild()
