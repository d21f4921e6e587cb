"""Drafts: wishes being worked on."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal, Self

import orjson
from fastapi import BackgroundTasks, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from sayso.builder import build, sheet_rows
from sayso.builder import drafts as builder
from sayso.builder.agent.drafting import Drafting
from sayso.data.imports import running
from sayso.db import transaction
from sayso.spec.app import App
from sayso.team.actor import Actor
from sayso.web.actor import By
from sayso.web.api.changes import Change
from sayso.web.parts import Parts, parts
from sayso.web.shapes import AppId, Asked, Choice, Effect, Json, Loss, Shown, Token, Values
from sayso.web.work import Once, Tx

WISH_CHARACTERS_MAX = 100_000

Builder = Literal["auto", "planner", "agent"]
Words = Annotated[str, Field(max_length=WISH_CHARACTERS_MAX)]


class Note(Shown):
    """What the planner has to say about its plan: what was assumed, what was not understood, what it asks."""

    kind: Literal["yours", "assumed", "not_understood", "question"]
    path: str = ""
    words: str = ""
    span: tuple[int, int] | None = None
    choices: list[Choice] = []
    answer: str | None = None


class Suggestion(Shown):
    """Something that apps of the same trade often have: taken by adding its steps to the plan's."""

    sentence: str
    change: Change


class Made(Shown):
    """Who made the plan, with which model, for how much (tokens; dollars as text, null when a price is not known)."""

    builder: Literal["planner", "agent"] = "planner"
    model: str | None = None
    fallback: str | None = None
    """Why it was not the model after all, in a sentence."""
    rounds: int = 0
    input: int = 0
    output: int = 0
    cost: str | None = "0"


class DraftPlan(Shown):
    title: str
    spec: App | None
    change: Change | None
    effects: list[Effect]
    losses: list[Loss]
    notes: list[Note]
    outcome: Literal["plan", "question", "refusal"]
    message: str
    suggestions: list[Suggestion] = []
    made: Made | None = None


class Attached(Shown):
    id: str
    name: str
    type: str


class Message(Shown):
    by: Literal["you", "builder"]
    words: str
    at: datetime | None = None
    files: list[Attached] = []
    builder: Builder = "auto"


class Working(Shown):
    """What a model is at: `doing` is the operation that it writes, empty while it thinks."""

    model: str
    round: int
    doing: str


class Built(Shown):
    app: str
    version: int
    report: list[Effect]
    """What was done, told from what was applied."""
    samples: dict[str, int] = {}
    """How many sample rows each table has."""
    importing: str | None = None
    """The import that is bringing in the rows of the spreadsheet that was part of the wish."""


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
    report: Built | None = None
    """Of a draft that is built."""
    created_at: datetime
    samples: dict[str, list[Values]] = {}
    """Rows that the app would begin with, by table."""
    working: Working | None = None
    """While a model works on it."""

    @classmethod
    def of(cls, draft: builder.Draft) -> Self:
        return cls.model_validate({f: getattr(draft, f) for f in cls.model_fields})


class Drafts(Shown):
    items: list[Draft]
    next: str | None = None


class NewDraft(Asked):
    wish: Words = ""
    app: AppId | None = None
    """The app to change; nothing makes a new one."""
    import_: Annotated[Token | None, Field(alias="import")] = None
    files: Annotated[list[Token], Field(max_length=builder.FILES_MAX)] = []
    """Pictures and documents that belong to the wish, for a model to look at."""
    builder: Builder = "auto"
    """Who plans it: the agent where a text model is connected (`auto`), the built-in planner, or the agent in any case."""
    focus: Annotated[str, Field(max_length=200, pattern=r"^(automations/[a-z][a-z0-9_]{0,62})?$")] = ""
    """The part of the app that is open while I speak, such as `automations/weekly_report`: what words like "it" mean."""


class DraftChange(Asked):
    """The plan's change, edited by hand."""

    change: Change


class NewMessage(Asked):
    wish: Words
    files: Annotated[list[Token], Field(max_length=builder.FILES_MAX)] = []
    builder: Builder = "auto"


class Acceptance(Asked):
    choices: dict[str, Any] = {}
    """Answers to the plan's questions, and how losses are met, by path."""
    samples: bool = True
    """Whether a new app begins with a few believable rows, which one request removes."""


class Who(Shown):
    """Who would plan a wish: a model by its name, or the built-in planner (null)."""

    model: str | None


async def who(request: Request, by: By) -> Who:
    """Who would plan my next wish."""
    return Who(model=drafting(parts(request)).shown(None, by) if by.may("build") else None)


async def listed(tx: Tx, by: By) -> Drafts:
    """My drafts that are not built yet, newest first."""
    return Drafts(items=[Draft.of(one) for one in await builder.listed(tx, by=by)])


async def create(new: NewDraft, request: Request, tasks: BackgroundTasks, tx: Tx, by: By) -> Draft:
    """Say what you need: answered at once, while the plan is being made."""
    draft = await builder.begin(
        tx, new.wish, app=new.app, import_id=new.import_, by=by, files=new.files, builder=new.builder, focus=new.focus
    )
    tasks.add_task(_plans, parts(request), draft.id, by)
    return Draft.of(draft)


async def _plans(known: Parts, id: str, by: Actor) -> None:
    """Once the draft is committed. A model takes its time: that goes on after this request."""
    known.jobs.begin(builder.make(known.engine, id, by=by, planner=drafting(known)))


def drafting(known: Parts) -> Drafting:
    """Who plans wishes here: a model where one is connected, else the built-in planner."""
    return Drafting(known.engine, known.gateway, lambda: known.shelf.directory, known.settings.builder)


async def show(id: Token, tx: Tx, by: By) -> Draft:
    """A draft and its plan."""
    return Draft.of(await builder.read(tx, id, by=by))


async def update(id: Token, edited: DraftChange, tx: Tx, by: By) -> Draft:
    """Put an edited change in place of the planned one."""
    return Draft.of(await builder.edit(tx, id, edited.change.read().portable(), by=by))


async def say(id: Token, new: NewMessage, request: Request, by: By, once: Once) -> Draft:
    """Say something more; the plan follows: at once by the built-in planner, while `state` is planning by a model."""
    known = parts(request)
    async with transaction(known.engine) as tx:
        draft = await builder.read(tx, id, by=by)
        spec = (draft.plan or {}).get("spec")
        thinker = drafting(known)
        if thinker.model(App.model_validate(spec) if spec else None, new.wish, new.builder, by) is not None or new.files:
            waiting = await builder.wait_for(tx, id, new.wish, by=by, files=new.files, builder=new.builder)
        else:
            waiting = None
    if waiting is None:
        return Draft.of(await builder.say(known.engine, id, new.wish, by=by))
    known.jobs.begin(builder.make(known.engine, id, by=by, planner=thinker))
    return Draft.of(waiting)


async def stop(id: Token, tx: Tx, by: By) -> Draft:
    """End a model's work on the plan; what it has proposed by then becomes the plan."""
    return Draft.of(await builder.stop(tx, id, by=by))


async def accept(id: Token, how: Acceptance, request: Request, tasks: BackgroundTasks, tx: Tx, by: By) -> Built:
    """Build it, in one transaction. Asked again, it gives the same answer and builds nothing."""
    done = await build.accepted(tx, id, by=by, choices=how.choices, with_samples=how.samples)
    coming = await sheet_rows.begun(tx, id, done.app, by=by)
    if coming is not None:
        tasks.add_task(_imports, parts(request), coming, by)
    return Built.model_validate({**asdict(done), "importing": coming})


async def _imports(known: Parts, id: str, by: Actor) -> None:
    """Once the app is committed, so that its table is there."""
    known.jobs.begin(running.run(known.engine, known.imports, id, by=by))


async def remove(id: Token, tx: Tx, by: By) -> Response:
    """Discard a draft."""
    await builder.discard(tx, id, by=by)
    return Response(status_code=204)


async def events(id: Token, request: Request, tx: Tx, by: By) -> StreamingResponse:
    """The plan as it comes, one JSON object a line: what a model is at, a section each, then the draft."""
    await builder.read(tx, id, by=by)
    known = parts(request)
    return StreamingResponse(
        _lines(builder.stream(known.engine, id, by=by, planner=drafting(known))), media_type="application/x-ndjson"
    )


async def _lines(told: AsyncIterator[Json]) -> AsyncIterator[bytes]:
    async for line in told:
        if isinstance(line.get("draft"), builder.Draft):
            line = {**line, "draft": Draft.of(line["draft"]).model_dump(mode="json")}
        yield orjson.dumps(line) + b"\n"
