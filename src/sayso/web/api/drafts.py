"""Drafts: wishes being worked on."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Response
from pydantic import Field

from sayso.errors import Unavailable
from sayso.spec.app import App
from sayso.web.api.changes import Change
from sayso.web.shapes import AppId, Asked, Choice, Effect, Loss, Shown, Token, Values

WISH_CHARACTERS_MAX = 100_000

Words = Annotated[str, Field(max_length=WISH_CHARACTERS_MAX)]


class Note(Shown):
    """What the planner has to say about its plan: what was assumed, what was not understood, what it asks."""

    kind: Literal["yours", "assumed", "not_understood", "question"]
    path: str = ""
    words: str = ""
    span: tuple[int, int] | None = None
    choices: list[Choice] = []
    answer: str | None = None


class DraftPlan(Shown):
    title: str
    spec: App | None
    change: Change | None
    effects: list[Effect]
    losses: list[Loss]
    notes: list[Note]
    outcome: Literal["plan", "question", "refusal"]
    message: str


class Message(Shown):
    by: Literal["you", "builder"]
    words: str
    at: datetime | None = None


class Draft(Shown):
    id: str
    state: Literal["planning", "ready", "building", "built", "discarded", "failed"]
    app: str | None
    wish: str
    messages: list[Message]
    plan: DraftPlan | None
    base_version: int | None
    took_ms: int | None
    error: str | None = None
    samples: dict[str, list[Values]] = {}
    """Rows that the app would begin with, by table."""


class Drafts(Shown):
    items: list[Draft]
    next: str | None = None


class NewDraft(Asked):
    wish: Words = ""
    app: AppId | None = None
    """The app to change; nothing makes a new one."""
    import_: Annotated[Token | None, Field(alias="import")] = None


class DraftChange(Asked):
    """The plan's change, edited by hand."""

    change: Change


class NewMessage(Asked):
    wish: Words


class Acceptance(Asked):
    choices: dict[str, Any] = {}
    """Answers to the plan's questions, and how losses are met, by path."""


class Built(Shown):
    app: str
    version: int
    report: list[Effect]
    """What was done, told from what was applied."""


async def listed() -> Drafts:
    """My drafts that are not built yet, newest first."""
    raise Unavailable("not there yet")


async def create(new: NewDraft) -> Draft:
    """Say what you need: answered at once, while the plan is being made."""
    raise Unavailable("not there yet")


async def show(id: Token) -> Draft:
    """A draft and its plan."""
    raise Unavailable("not there yet")


async def update(id: Token, edited: DraftChange) -> Draft:
    """Put an edited change in place of the planned one."""
    raise Unavailable("not there yet")


async def say(id: Token, new: NewMessage) -> Draft:
    """Say something more; the plan follows."""
    raise Unavailable("not there yet")


async def accept(id: Token, how: Acceptance) -> Built:
    """Build it, in one transaction."""
    raise Unavailable("not there yet")


async def remove(id: Token) -> Response:
    """Discard a draft."""
    raise Unavailable("not there yet")


async def events(id: Token) -> Response:
    """The plan as it comes, one JSON object a line."""
    raise Unavailable("not there yet")
