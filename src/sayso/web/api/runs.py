"""Runs of automations: what happened step by step, and what people do with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

import orjson
from fastapi import Query, Request
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import definitions, names, registry, runs
from sayso.automations import steps as kinds
from sayso.automations.registered import Registered
from sayso.automations.runs import reading, sentences
from sayso.automations.runs.run import OVER, RunState
from sayso.automations.steps.step import StepFailed
from sayso.automations.work import bounded, dry
from sayso.automations.work.plan import Plan
from sayso.data import apps
from sayso.db import tables as system
from sayso.errors import Invalid, NotFound, Problem
from sayso.spec.app import App
from sayso.spec.automation import at as step_at
from sayso.spec.automation import trigger_table
from sayso.team.actor import Actor
from sayso.team.roles import Right
from sayso.web.actor import By
from sayso.web.api import run_titles
from sayso.web.cursor import Cursor, number, written
from sayso.web.parts import parts
from sayso.web.shapes import AppId, Asked, Json, PartId, RowId, Shown, Token
from sayso.web.work import Once, Tx

ROWS_TOLD_MAX = 20
TRIED_ROWS_MAX = 100
TRY_BYTES_MAX = 200_000
States = Annotated[str | None, Query(max_length=120, description="States, with commas between them")]
Words = Annotated[str, Query(max_length=200)]
Limit = Annotated[int, Query(ge=1, le=reading.PAGE_RUNS_MAX)]


class RunTrigger(Shown):
    """What began it, in a sentence."""

    kind: str
    sentence: str
    table: str | None = None
    rows: list[int] = []
    row_count: int = 0
    row_name: str = ""
    """What the first of them is called now."""


class FailedStep(Shown):
    place: str
    name: str


class RunMay(Shown):
    cancel: bool
    pause: bool
    resume: bool
    retry: bool
    replay: bool


class RunLine(Shown):
    """What is said of a run wherever it is shown."""

    id: str
    app: str
    automation: str
    name: str
    state: RunState
    trigger: RunTrigger
    started_by: str
    """Who pressed, called or tried it."""
    of: str | None
    """The run that this one does again, or that called it."""
    dry: bool
    hops: int
    problem: str
    failed_step: FailedStep | None
    waits_for: str | None
    wake_at: datetime | None
    told: str
    """What its last step said."""
    cost: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    ms: int | None
    may: RunMay


class Run(RunLine):
    """One execution of an automation."""

    steps: int
    """How many are done."""


class Runs(Shown):
    items: list[Run]
    next: str | None = None


class RunWait(Shown):
    """`for`: time, approval or webhook; `url` is where a call is waited for."""

    for_: Literal["time", "approval", "webhook"] = Field(alias="for")
    until: datetime | None = None
    url: str | None = None


class RunStep(Shown):
    """`place` names it among all; `path` is where it stands in the definition, `turn` counts the turns of loops around it."""

    place: str
    step: str
    path: str | None
    turn: list[int]
    n: int
    kind: str
    name: str
    sentence: str
    state: Literal["begun", "again", "waiting", "done", "failed", "skipped"]
    attempts: int
    input: Any
    output: Any
    cut: bool
    told: str
    problem: str
    detail: str
    wait: RunWait | None
    wake_at: datetime | None
    cost: str | None
    began_at: datetime
    ended_at: datetime | None
    ms: int
    repeats: Literal["safe", "keyed", "may_repeat"]


class RunOwner(Shown):
    id: str
    name: str


class RunOpened(RunLine):
    """With all that was kept of it."""

    detail: str
    version: int
    """Of the app, when it began."""
    now: int
    """Of the app."""
    owner: RunOwner | None
    input: Any
    definition: Json
    """The automation as it was."""
    changed: bool
    """Whether it says something else now."""
    steps: list[RunStep]
    step_count: int
    """How many are done; of very many the first and the last are among `steps`."""
    answer: Any


class FailureShown(Shown):
    """The same step of the same automation with the same message."""

    app: str
    app_name: str
    automation: str
    name: str
    step: str
    step_name: str
    message: str
    count: int
    first_at: datetime
    last_at: datetime
    runs: list[str]


class Failures(Shown):
    items: list[FailureShown]


class OfferShown(Shown):
    """One name to choose."""

    text: str
    label: str
    kind: str
    from_step: str
    from_label: str
    path: str | None
    example: str | None


class Offers(Shown):
    items: list[OfferShown]


class RunRetry(Asked):
    """`step` is a place of the run; left out, the one that failed. `skip` leaves that step out."""

    step: Annotated[str, Field(max_length=200)] | None = None
    skip: bool = False


class NothingMore(Asked):
    pass


class NewRunTry(Asked):
    """What it is tried with: rows, a body as a webhook would bring it, or inputs. `dry`: nothing is written, nothing goes out."""

    row: RowId | None = None
    rows: Annotated[list[RowId], Field(min_length=1, max_length=TRIED_ROWS_MAX)] | None = None
    body: Any = None
    inputs: Json = {}
    dry: bool = True


class CalledOff(Shown):
    cancelled: int


async def listed(
    tx: Tx, by: By, app: AppId | None = None, automation: PartId | None = None, state: States = None, search: Words = "",
    cursor: Cursor = None, limit: Limit = 50,
) -> Runs:  # fmt: skip
    """Runs of all apps, newest first."""
    one = (await apps.open_app(tx, app, by=by)).number if app else None
    return await _page(tx, by, one, automation, state, search, cursor, limit)


async def of_automation(
    app: AppId,
    automation: PartId,
    tx: Tx,
    by: By,
    state: States = None,
    search: Words = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Runs:
    """Runs of an automation, newest first."""
    opened = await apps.open_app(tx, app, by=by)
    return await _page(tx, by, opened.number, automation, state, search, cursor, limit)


async def call_off(app: AppId, automation: PartId, nothing: NothingMore, tx: Tx, by: By) -> CalledOff:
    """Call off all runs of an automation that wait for their turn. What is under way goes on."""
    opened = await apps.open_app(tx, app, by=by, to="write")
    return CalledOff(cancelled=await runs.call_off(tx, opened, automation, by=by))


async def _page(
    tx: AsyncConnection,
    by: Actor,
    app: int | None,
    automation: str | None,
    state: str | None,
    search: str,
    cursor: str | None,
    limit: int,
) -> Runs:
    states = tuple(one.strip() for one in (state or "").split(",") if one.strip())
    asked = runs.Asked(app, automation, states, search, number(cursor), limit)
    rows, following = await runs.listed(tx, asked, by=by)
    may_in = {row.app: await runs.may_in(tx, row, by=by) for row in {row.app: row for row in rows}.values()}
    shown = [await _run(tx, row, may_in[row.app]) for row in rows]
    whole = await runs.wholly(tx, by=by)
    items = [run if row.app in whole else run.model_copy(update=UNSAID) for run, row in zip(shown, rows, strict=True)]
    called = await run_titles.named(tx, [about for one in items if (about := _about(one))], by=by)
    return Runs(items=[_titled(one, called) for one in items], next=written(following))


async def show(run: Token, request: Request, tx: Tx, by: By) -> RunOpened:
    """One run, step by step."""
    return await _opened(tx, await runs.found(tx, run, by=by), by, parts(request).settings.url)


async def cancel(run: Token, nothing: NothingMore, request: Request, tx: Tx, by: By) -> RunOpened:
    """Call a run off. What it has done stays."""
    return await _opened(tx, await runs.cancel(tx, run, by=by), by, parts(request).settings.url)


async def pause(run: Token, nothing: NothingMore, request: Request, tx: Tx, by: By) -> RunOpened:
    """Hold a run, after the step that is being done."""
    return await _opened(tx, await runs.pause(tx, run, by=by), by, parts(request).settings.url)


async def resume(run: Token, nothing: NothingMore, request: Request, tx: Tx, by: By) -> RunOpened:
    """Let a paused run go on."""
    return await _opened(tx, await runs.resume(tx, run, by=by), by, parts(request).settings.url)


async def retry(run: Token, asked: RunRetry, request: Request, tx: Tx, by: By) -> RunOpened:
    """Let a run go on with the step that failed, or from another one again, or without it."""
    row = await runs.retry(tx, run, by=by, step=asked.step, skip=asked.skip)
    return await _opened(tx, row, by, parts(request).settings.url)


async def replay(run: Token, nothing: NothingMore, tx: Tx, by: By) -> Run:
    """Do the same again as a new run, with the same input and the definition of now."""
    row = await runs.found(tx, run, by=by)
    registered = await registry.read(tx, await apps.open_app(tx, row.app_id, by=by, to="build"), row.automation)
    begun = await runs.replay(tx, run, _owned(registered, by), by=by)
    new = await runs.found(tx, begun, by=by)
    return await _run(tx, new, await runs.may_in(tx, new, by=by))


async def create(app: AppId, automation: PartId, new: NewRunTry, request: Request, once: Once, by: By) -> RunOpened:
    """Try an automation on a chosen row: dry, or really."""
    at = parts(request)
    async with at.engine.begin() as tx:
        opened = await apps.open_app(tx, app, by=by, to="build")
        registered = _owned(await registry.read(tx, opened, automation), by)
        trigger = _trigger(opened.spec, registered, new, by)
        run = None if new.dry else await runs.begin(tx, registered, trigger, key=None, by=by)
    if run is None:
        run = await dry.tried(at.automations.parts, registered, trigger, by=by)
    async with at.engine.begin() as tx:
        return await _opened(tx, await runs.found(tx, run, by=by), by, at.settings.url)


async def offered(app: AppId, automation: PartId, tx: Tx, by: By, step: Annotated[str, Query(max_length=200)] = "end") -> Offers:
    """What can be named in braces at a step of an automation."""
    spec = (await apps.open_app(tx, app, by=by)).spec
    found = next((one for one in spec.automations if one.id == automation), None)
    if found is None:
        raise NotFound(f"{spec.name} has no automation {automation!r}.")
    items = names.offered(spec, found, step)
    return Offers(items=[OfferShown(**{k: getattr(o, k) for k in OfferShown.model_fields}) for o in items])


async def failures(
    tx: Tx, by: By, app: AppId | None = None, days: Annotated[int, Query(ge=1, le=reading.FAILURE_DAYS_MAX)] = 7
) -> Failures:
    """What failed lately, grouped by step and message."""
    of = (await apps.open_app(tx, app, by=by)).number if app else None
    items: list[FailureShown] = []
    for one in await runs.failures(tx, by=by, days=days, app=of):
        plan = await _plan(tx, await runs.found(tx, one.runs[0], by=by))
        items.append(
            FailureShown(
                app=one.app_id, app_name=one.app_name, automation=one.automation, name=one.name, step=one.step,
                step_name=_named(plan, one.step) if one.step else "", message=one.message, count=one.count, first_at=one.first_at,
                last_at=one.last_at, runs=list(one.runs),
            )
        )  # fmt: skip
    return Failures(items=items)


def _owned(registered: Registered, by: Actor) -> Registered:
    """What nobody has switched on yet is tried with the rights of who tries it."""
    return registered if registered.owner else replace(registered, owner=by.member or "")


def _trigger(spec: App, registered: Registered, new: NewRunTry, by: Actor) -> dict[str, Any]:
    """What would have begun it."""
    if len(orjson.dumps([new.body, new.inputs], default=str)) > TRY_BYTES_MAX:
        raise Invalid(Problem("body", f"has at most {TRY_BYTES_MAX:,} bytes"))
    one: Any = registered.automation.trigger
    about: dict[str, Any] = {"kind": one.kind, "tried": True}
    ids = new.rows or ([new.row] if new.row is not None else [])
    table = trigger_table(spec, registered.automation)
    if ids:
        if table is None:
            raise Invalid(Problem("row", "is of no use here: what starts this automation is no row"))
        about |= {"table": table, "rows": ids, "count": len(ids)}
    match one.kind:
        case "webhook":
            about |= {"body": new.body if new.body is not None else {}, "headers": {}, "query": {}, "method": "POST"}
        case "called":
            about |= {"inputs": new.inputs, "by": by.name}
        case "schedule":
            about |= {"slot": datetime.now(UTC).replace(microsecond=0).isoformat()}
        case "email":
            given = new.body if isinstance(new.body, dict) else {}
            about |= {key: str(given.get(key) or "") for key in ("from", "to", "cc", "subject", "text", "html")}
            about |= {"attachments": files if isinstance(files := given.get("attachments"), list) else []}
        case "message":
            about |= {"text": str(new.body or ""), "by": by.name}
        case _:
            about |= {"by": by.member, "by_name": by.name}
    return about


async def _plan(tx: AsyncConnection, row: Any) -> Plan | None:
    try:
        return Plan.of(await definitions.read(tx, row.definition), await definitions.app_of(tx, row.app, row.version))
    except (NotFound, ValueError):
        return None


def _named(plan: Plan | None, name: str) -> str:
    if plan is None:
        return name
    path = next((path for path, named in plan.names.items() if named == name), None)
    step: Any = step_at(plan.automation.steps, path) if path else None
    return step.name or sentences.step(plan.app, step) if step is not None else name


_R = TypeVar("_R", bound=RunLine)


def _about(run: RunLine) -> run_titles.About | None:
    trigger = run.trigger
    return (run.app, trigger.table, trigger.rows[0]) if trigger.table and trigger.rows else None


def _titled(run: _R, called: dict[run_titles.About, str]) -> _R:
    about = _about(run)
    name = called.get(about, "") if about else ""
    return run.model_copy(update={"trigger": run.trigger.model_copy(update={"row_name": name})}) if name else run


async def _run(tx: AsyncConnection, row: Any, may_in: frozenset[Right]) -> Run:
    plan = await _plan(tx, row)
    return Run(**_shown(row, plan, may_in), steps=row.steps)


def _shown(row: Any, plan: Plan | None, may_in: frozenset[Right]) -> dict[str, Any]:
    about = row.trigger
    rows = [int(id) for id in about.get("rows") or ()]
    trigger = RunTrigger(
        kind=str(about.get("kind", "called")), sentence=sentences.trigger(plan.app if plan else None, about), table=about.get("table"),
        rows=rows[:ROWS_TOLD_MAX], row_count=int(about.get("count") or len(rows)),
    )  # fmt: skip
    failed = FailedStep(place=row.failed_step, name=_named(plan, row.failed_step.partition(":")[0])) if row.failed_step else None
    over, writes, builds = row.state in OVER, "write" in may_in, "build" in may_in
    may = RunMay(
        cancel=writes and not over, pause=writes and not over and row.state != "paused" and not row.pause,
        resume=writes and (row.state == "paused" or row.pause), retry=builds and not row.dry and row.state in ("failed", "cancelled", "quarantined", "paused", "done"),
        replay=builds and not row.dry,
    )  # fmt: skip
    ms = round((row.ended_at - row.started_at).total_seconds() * 1000) if row.ended_at and row.started_at else None
    return {
        "id": row.id, "app": row.app_id, "automation": row.automation, "name": row.name, "state": row.state, "trigger": trigger,
        "started_by": row.started_by, "of": row.of, "dry": row.dry, "hops": row.hops, "problem": row.problem, "failed_step": failed,
        "waits_for": row.waits_for if row.state == "sleeping" else None, "wake_at": row.wake_at if row.state == "sleeping" else None,
        "told": row.told, "cost": f"{row.cost:f}" if row.cost is not None else None, "created_at": row.created_at,
        "started_at": row.started_at, "ended_at": row.ended_at, "ms": ms, "may": may,
    }  # fmt: skip


async def _opened(tx: AsyncConnection, row: Any, by: Actor, url: str) -> RunOpened:
    plan = await _plan(tx, row)
    a, m = system.apps.c, system.members.c
    now = (await tx.execute(select(a.version, a.spec).where(a.number == row.app))).one()
    owner = (await tx.execute(select(m.id, m.name).where(m.id == row.owner, m.workspace_id == row.workspace_id))).one_or_none()
    mine = next((one for one in now.spec.get("automations", ()) if one["id"] == row.automation), None)
    then = definitions.portable(plan.automation) if plan else {}
    may_in = await runs.may_in(tx, row, by=by)
    steps = [_step(one, plan, url, builds="build" in may_in) for one in await runs.steps(tx, row.id)]
    whole = await runs.whole(tx, row, by=by)
    run = RunOpened(
        **_shown(row, plan, may_in), detail=row.detail, version=row.version, now=now.version,
        owner=RunOwner(id=owner.id, name=owner.name) if owner else None, input=bounded.shown(row.trigger)[0], definition=then,
        changed=mine is None or {**mine, "on": False} != {**then, "on": False}, steps=steps, step_count=row.steps, answer=row.answer,
    )  # fmt: skip
    about = _about(run)
    run = _titled(run, await run_titles.named(tx, [about], by=by)) if about else run
    return run if whole else _without_trace(run)


def _without_trace(run: RunOpened) -> RunOpened:
    """For whoever began it and sees only some of its app: how it went, and not what went through it. It acted with its owner's rights."""
    steps = [
        one.model_copy(update={"input": None, "output": None, "told": "", "problem": "", "detail": "", "wait": None})
        for one in run.steps
    ]
    return run.model_copy(update={**UNSAID, "detail": "", "input": {}, "definition": {}, "steps": steps})


UNSAID = {"told": "", "problem": ""}
"""What a run says in its own words may hold what its rows hold."""


def _step(one: Any, plan: Plan | None, url: str, *, builds: bool) -> RunStep:
    path = next((path for path, name in plan.names.items() if name == one.step), None) if plan else None
    step: Any = step_at(plan.automation.steps, path) if plan and path else None
    turn = one.place.partition(":")[2]
    given, cut = bounded.shown(one.input)
    gave, also = bounded.shown(one.output)
    wait = one.wait
    waits = None
    if wait:
        open_ = wait.get("token") and one.state == "waiting" and builds  # whoever has the address lets the run go on
        address = f"{url}/hooks/{wait['token']}" if open_ else None
        waits = RunWait(**{"for": wait["for"]}, until=wait.get("until"), url=address)
    return RunStep(
        place=one.place, step=one.step, path=path, turn=[int(n) for n in turn.split(".")] if turn else [], n=one.n, kind=one.kind,
        name=step.name if step is not None else "", sentence=sentences.step(plan.app, step) if plan and step is not None else one.kind,
        state=one.state, attempts=one.attempts, input=given, output=gave, cut=cut or also, told=one.told, problem=one.problem, detail=one.detail,
        wait=waits, wake_at=one.wake_at, cost=f"{one.cost:f}" if one.cost is not None else None, began_at=one.began_at, ended_at=one.ended_at,
        ms=one.ms, repeats=_repeats(step),
    )  # fmt: skip


def _repeats(step: Any) -> Literal["safe", "keyed", "may_repeat"]:
    try:
        return kinds.of(step).repeats if step is not None else "safe"
    except StepFailed:
        return "safe"
