"""What goes into the planner and what comes out of it: plain values."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sayso.spec.app import App
from sayso.spec.change import Change

NoteKind = Literal["yours", "assumed", "not_understood", "question"]
Outcome = Literal["plan", "question", "refusal"]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier message of the conversation, with the app as it was before it."""

    words: str
    before: App | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column that an import inferred: its name, field kind, and options where it is a choice."""

    name: str
    kind: str = "text"
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """An attached spreadsheet page, as the import read it."""

    name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What someone said, and what they said it about.

    `app` is the app to change, `said` the earlier turns (oldest first), `today` settles "this year".
    """

    words: str
    app: App | None = None
    today: date = field(default_factory=date.today)
    said: tuple[Turn, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    zone: str = "UTC"
    focus: str = ""
    """The part of the app that is open before the person while they speak: `automations/weekly_report`."""
    groups: tuple[str, ...] = ()
    """Names of the groups that the workspace has: who is misspelled is meant for one of them."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to tell about a plan: where a part came from, what was assumed, what was not understood, what is asked.

    `path` names the part (`tables/clients/fields/worth`), `span` the characters of the wish that it came from.
    `choices` are ready answers of a question; the first one is taken when nobody answers.
    """

    kind: NoteKind
    path: str
    words: str
    span: Span | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """Who made a plan: the planner, or the agent with a model. `fallback` says why it was not the model after all.

    `input` and `output` are tokens, `cost` dollars as text (None when a price is not known).
    """

    builder: Literal["planner", "agent"] = "planner"
    model: str | None = None
    fallback: str | None = None
    rounds: int = 0
    input: int = 0
    output: int = 0
    cost: str | None = "0"


@dataclass(frozen=True, slots=True)
class Plan:
    """`change` leads from the wish's app (or from an empty one) to `spec`."""

    spec: App
    change: Change
    notes: tuple[Note, ...] = ()
    outcome: Outcome = "plan"
    message: str = ""
    made: Made = Made()

    def told(self, kind: NoteKind) -> tuple[Note, ...]:
        return tuple(n for n in self.notes if n.kind == kind)
