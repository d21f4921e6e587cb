"""What a kind of step is: what it is given, what it gives back, and how it says that it could not be done.

A kind is one small class in a file of its own, and one line in `steps/__init__.py`:

RowsStep      reads or writes rows, in the very transaction that keeps what it did: exactly once, whatever crashes
OutsideStep   reaches out: first what would be done is prepared and kept, then it is done with no transaction open. After a crash in
              between it is done again with the same key; `repeats` says what that means for the world outside
PlainStep     neither: values, words, the end

The ways through (`branch`, `switch`, `for_each`, `wait`, `stop`) are the engine's own, see `work/`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso.data.files import FileStore
from sayso.spec.app import App
from sayso.team.actor import Actor

if TYPE_CHECKING:
    from sayso.automations.names.names import Names

Repeats = Literal["safe", "keyed", "may_repeat"]
"""Of a step that was interrupted: doing it again changes nothing; the other side knows it by its key; it may happen twice."""
Kind = Literal["text", "number", "checkbox", "date", "file", "row", "rows", "list", "object", "any"]


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of an automation, as a step sees it.

    `trigger` is what began it: `{"kind", "table"?, "rows"?: [ids], "body"?, "headers"?, "query"?, "inputs"?, "slot"?, "message"?, "values"?: {id: {…}}, …}`.
    """

    id: str
    workspace: str
    app_id: str
    app_number: int
    automation: str
    name: str
    trigger: Mapping[str, Any]
    hops: int
    dry: bool
    url: str
    """Where a person sees it."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RowRef:
    """The row that a step is about: the trigger's, or inside a loop the one whose turn it is."""

    table: str
    id: int


@dataclass(frozen=True, slots=True)
class Parts:
    """What steps need of this process, put together where all parts are. `asks` are doors to parts that automations do not know
    (`"coworker"`), `told` is how a person is notified (see `notices.py`)."""

    engine: AsyncEngine
    url: str
    files: FileStore | None = None
    gateway: Any = None
    connections: Any = None
    fills: Any = None
    asks: Mapping[str, Callable[..., Awaitable[Any]]] = field(default_factory=dict[str, Callable[..., Awaitable[Any]]])
    told: Callable[..., Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Doing:
    """What a step is given, besides itself. `key` is the same on every attempt: whoever is reached is given it.

    `app` is the app as it was when the run began; rows are written to the app as it is now (`apps.open_app(tx, run.app_id, by=by)`).
    """

    run: Run
    step: str
    """How the step's outputs are named."""
    key: str
    by: Actor
    app: App
    names: Names
    parts: Parts
    attempt: int = 1
    row: RowRef | None = None
    trial: AsyncConnection | None = None
    """In a dry run: the transaction in which everything happens that is taken back at the end."""

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        """To look something up while a step is prepared; in a dry run it sees what the steps before would have written."""
        if self.trial is not None:
            yield self.trial
            return
        async with self.parts.engine.begin() as tx:
            yield tx


@dataclass(frozen=True, slots=True)
class Waits:
    """The run goes on at `until`, or earlier when what it waits for comes: an answer, a call. Without `until`, only then.

    When it goes on, `OutsideStep.woken` says what came of it. `id` is the kind's own (of an approval).
    """

    until: datetime | None = None
    for_: Literal["time", "approval", "webhook"] = "time"
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a step: `output` (JSON) for later steps, `told` in one sentence for people, dollars that it cost."""

    output: Mapping[str, Any] = field(default_factory=dict[str, Any])
    told: str = ""
    cost: Decimal | None = None
    wait: Waits | None = None


class StepFailed(Exception):
    """It could not be done. `message` is for people, `again` says that another try may help, `after` seconds at the soonest."""

    def __init__(self, message: str, *, again: bool = False, after: float | None = None, detail: str = "") -> None:
        super().__init__(message)
        self.message, self.again, self.after, self.detail = message, again, after, detail


@dataclass(frozen=True, slots=True)
class Output:
    """One thing that later steps may name: `{step: key}`. `table` is whose row or rows it holds."""

    key: str
    label: str
    kind: Kind = "text"
    table: str | None = None


class StepKind(ABC):
    kind: ClassVar[str]
    repeats: ClassVar[Repeats] = "safe"

    def outputs(self, app: App, automation: Any, step: Any) -> tuple[Output, ...]:
        """For whoever picks names from a list."""
        return ()

    def ends(self, step: Any, output: Mapping[str, Any]) -> bool:
        """Whether the run is over with what came of this step, without having failed: somebody said no."""
        return False


class PlainStep(StepKind):
    """Neither rows nor the world outside."""

    @abstractmethod
    def do(self, step: Any, doing: Doing) -> Done: ...


class RowsStep(StepKind):
    @abstractmethod
    async def do(self, tx: AsyncConnection, step: Any, doing: Doing) -> Done:
        """In the transaction of its checkpoint, which it neither commits nor rolls back. Errors of `sayso.errors` are told as they are."""


class OutsideStep(StepKind):
    repeats: ClassVar[Repeats] = "may_repeat"

    @abstractmethod
    async def prepared(self, step: Any, doing: Doing) -> dict[str, Any]:
        """What would be sent, as JSON without secrets: kept as the step's input, shown by a dry run. No socket is opened."""

    @abstractmethod
    async def done(self, prepared: dict[str, Any], step: Any, doing: Doing) -> Done:
        """Does it, with no transaction open. It may be called again after a crash, with the same `prepared` and `doing.key`."""

    async def tried(self, prepared: dict[str, Any], step: Any, doing: Doing) -> Done | None:
        """In a dry run, what can be told without reaching out: a document, a picture. None: nothing but that it would be done."""
        return None

    async def woken(self, prepared: dict[str, Any], waited: Waits, step: Any, doing: Doing) -> Done:
        """After a wait that `done` asked for: what came of it. Another `Done` with a wait goes on waiting."""
        return Done()
