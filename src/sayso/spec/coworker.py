"""AI agents that live in an app, and the slots that models are plugged into."""

from typing import Annotated, Literal

from pydantic import Field as Limit
from pydantic import StringConstraints

from sayso.spec.part import Description, Frozen, Id, Part

SlotKind = Literal["text", "vision", "image", "embedding"]
GRANTS_MAX = 400
KNOWLEDGE_MAX = 100
TOOLS_MAX = 100
CENTS_MAX = 100_000_000


class Slot(Part):
    """A place for a model. Every AI part names a slot, never a vendor."""

    kind: SlotKind = "text"
    model: str | None = None


class Grant(Frozen):
    """What a co-worker may do with one table. Writing always asks first, unless it is among `allowed`.

    `app` is only for co-workers of the workspace, whose tables are in several apps.
    """

    table: Id
    may: Literal["read", "write", "never"] = "read"
    app: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$")] | None = None


class Knowledge(Frozen):
    """Something that it has read beforehand and can find by meaning: all rows of a table that it may see, or one file."""

    table: Id | None = None
    app: str | None = None
    file: Annotated[str, StringConstraints(pattern=r"^f_[A-Za-z0-9_-]{1,80}$")] | None = None


class Hours(Frozen):
    """When it does something without being asked: five-field cron in the app's time zone, and what it is then told."""

    cron: Annotated[str, StringConstraints(max_length=100)]
    ask: Annotated[str, StringConstraints(min_length=1, max_length=4_000)]


ToolName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Cents = Annotated[int, Limit(ge=1, le=CENTS_MAX)]


class Coworker(Part):
    """It acts with the rights of whoever asks, and with no more than this.

    `tools` None means every tool that reads or writes rows; `allowed` are tools that write without asking (never what would
    lose something: that always asks). `budget_cents` bounds a calendar month, `run_cents` one answer, both in US cents.
    """

    instructions: Description = ""
    slot: Id = "text"
    grants: Annotated[tuple[Grant, ...], Limit(max_length=GRANTS_MAX)] = ()
    tools: Annotated[tuple[ToolName, ...], Limit(max_length=TOOLS_MAX)] | None = None
    allowed: Annotated[tuple[ToolName, ...], Limit(max_length=TOOLS_MAX)] = ()
    knowledge: Annotated[tuple[Knowledge, ...], Limit(max_length=KNOWLEDGE_MAX)] = ()
    memory: bool = True
    schedule: Hours | None = None
    budget_cents: Cents | None = None
    run_cents: Cents | None = None
