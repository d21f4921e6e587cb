"""Drafts: wishes being worked on. A draft is planned, talked about, edited, and then built or discarded.

planning ──► ready ──► built
               │  ▲
               ├──┘   say, edit: the plan follows (with a model it is planning meanwhile, the plan before it kept beside)
               └───► discarded          failed: the planner could not read it; the reason is kept
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso.builder import plan as cards
from sayso.builder import samples, working
from sayso.builder.planner import Column, Plan, Sheet, Turn, Wish, plan
from sayso.builder.working import About, Thinker
from sayso.data import apps, events, finding
from sayso.data.imports import kept
from sayso.db import tables as t
from sayso.db import transaction
from sayso.errors import Conflict, Invalid, NotFound, Problem
from sayso.spec.app import App
from sayso.team.actor import Actor
from sayso.team.ids import new_id

Json = dict[str, Any]
State = Literal["planning", "ready", "building", "built", "discarded", "failed"]
Planner = Callable[[Wish], Plan] | Thinker
"""The built-in planner, which takes a moment, or one with a model, which takes its time and is asked with `think`."""

WISH_CHARACTERS_MAX = 100_000
MESSAGES_MAX = 200
LISTED_MAX = 50
SAMPLES_SHOWN_MAX = 5
PLAN_SECONDS_MAX = 300
PLAN_POLL_SECONDS = 0.1
FORGOTTEN_SECONDS = 10
"""A draft that is being planned and was not touched for so long is planned by nobody any more."""
BEGUN_SECONDS = 1
"""By then whoever is to plan a draft has usually begun."""
FILES_MAX = 8


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it is shown. `plan` is the card of `sayso.builder.plan`; `samples` are rows that a new app would begin with."""

    id: str
    state: State
    app: str | None
    wish: str
    messages: tuple[Json, ...]
    plan: Json | None
    base_version: int | None
    took_ms: int | None
    error: str | None
    report: Json | None
    created_at: datetime
    samples: dict[str, list[Json]] = field(default_factory=dict)
    working: Json | None = None
    """While a model works on it: `{model, round, doing}`."""


async def describe(
    engine: AsyncEngine, words: str, *, app: str | None = None, import_id: str | None = None, by: Actor, planner: Planner = plan
) -> Draft:
    """Begins a draft and plans it: for callers that wait, such as the command line."""
    async with transaction(engine) as tx:
        begun = await begin(tx, words, app=app, import_id=import_id, by=by)
    return await make(engine, begun.id, by=by, planner=planner)


async def begin(
    tx: AsyncConnection,
    words: str,
    *,
    app: str | None = None,
    import_id: str | None = None,
    by: Actor,
    files: Sequence[str] = (),
    builder: str = "auto",
    focus: str = "",
) -> Draft:
    """A new draft, not planned yet. `files` are pictures and documents that belong to the wish, `builder` who is to plan it, `focus` the part
    of the app that is open while the person speaks (`automations/weekly_report`): words such as "it" mean that.

    Raises `NotFound` for an app or a file that is not there, `Invalid` for a wish that is too long.
    """
    if app is None:
        by.must("build")
    _fits(words)
    opened = await apps.open_app(tx, app, by=by, to="build") if app else None
    if import_id:
        await kept.read(tx, import_id, by=by)
    message = _message("you", words) | await _with(tx, files, builder, by) | ({"focus": focus} if focus else {})
    row = {
        "id": new_id("d"), "workspace_id": by.workspace, "app": opened.number if opened else None, "import_id": import_id, "state": "planning", "wish": words,
        "messages": [message], "base_version": opened.version if opened else None, "created_by": by.id,
    }  # fmt: skip
    await tx.execute(t.drafts.insert().values(row))
    return await read(tx, str(row["id"]), by=by)


async def make(engine: AsyncEngine, id: str, *, by: Actor, planner: Planner = plan) -> Draft:
    """Plans a draft that waits for it, unless somebody is at it. No transaction is open while the planner thinks; a draft that is planned
    already stays."""
    async with transaction(engine) as tx:
        row = await _row(tx, id, by, lock=True)
        base = await _base(tx, row, by)
        sheets = await _sheets(tx, row)
        if row.state != "planning" or not await _taken(tx, row):
            return await read(tx, id, by=by)
    started = time.perf_counter()
    before: Json | None = (row.plan or {}).get("before")
    words = row.messages[-1]["words"]
    wish = (
        Wish(row.wish, app=base, today=_today(), sheets=sheets, focus=_focus(row))
        if before is None
        else _more(row, before, words, base)
    )
    made, problem = await _thought(engine, row, planner, wish, by)
    took = round((time.perf_counter() - started) * 1000)
    async with transaction(engine) as tx:
        row = await _row(tx, id, by, lock=True)
        if row.state == "planning":
            values: Json = {"took_ms": took, "updated_at": datetime.now(UTC), "problem": problem}
            if before is not None:
                values |= await _answer(tx, row, made, problem, before, base, wish.app, by) | {"state": "ready", "problem": None}
            elif made is not None:
                values |= {"state": "ready", "plan": cards.card(made, base, losses=await _losses(tx, row, made, by))}
                values["messages"] = [*row.messages, _message("builder", made.message)]
            else:
                values |= {"state": "failed", "plan": None}
            await tx.execute(t.drafts.update().where(t.drafts.c.id == id).values(values))
            await events.write(tx, "draft.changed", payload={"id": id, "state": values["state"]}, by=by)
        return await read(tx, id, by=by)


async def say(engine: AsyncEngine, id: str, words: str, *, by: Actor, planner: Callable[[Wish], Plan] = plan) -> Draft:
    """Something more about a draft: its plan follows. What cannot be understood leaves the plan as it is, and says so."""
    _fits(words)
    async with transaction(engine) as tx:
        row = await _row(tx, id, by, state="ready")
        base = await _base(tx, row, by)
    _open_to_words(row)
    stored: Json = row.plan or {}
    wish = _more(row, stored, words, base)
    made, problem = await _thought(engine, row, planner, wish, by)
    async with transaction(engine) as tx:
        row = await _row(tx, id, by, state="ready", lock=True)
        if row.plan != stored:
            raise Conflict("The plan changed while this was read. Say it again.")
        said = [*row.messages, _message("you", words)]
        values: Json = {"updated_at": datetime.now(UTC)}
        values |= await _answer(tx, row, made, problem, stored, base, wish.app, by, said=said)
        await tx.execute(t.drafts.update().where(t.drafts.c.id == id).values(values))
        await events.write(tx, "draft.changed", payload={"id": id, "state": "ready"}, by=by)
        return await read(tx, id, by=by)


async def wait_for(
    tx: AsyncConnection, id: str, words: str, *, by: Actor, files: Sequence[str] = (), builder: str = "auto"
) -> Draft:
    """Something more about a draft, which a model will read: the draft is planning again until `make` has done so."""
    _fits(words)
    row = await _row(tx, id, by, state="ready", lock=True)
    _open_to_words(row)
    stored: Json = row.plan or {}
    message = _message("you", words) | await _with(tx, files, builder, by)
    values = {"state": "planning", "messages": [*row.messages, message], "updated_at": datetime.now(UTC)}
    await tx.execute(t.drafts.update().where(t.drafts.c.id == id).values({**values, "plan": {**stored, "before": stored}}))
    return await read(tx, id, by=by)


async def stop(tx: AsyncConnection, id: str, *, by: Actor) -> Draft:
    """Ends the model's work on a draft; what it has proposed by then becomes the plan. Nothing happens when none works on it."""
    row = await _row(tx, id, by, lock=True)
    if row.state == "planning":
        await tx.execute(t.drafts.update().where(t.drafts.c.id == id).values(plan={**(row.plan or {}), "stop": True}))
    return await read(tx, id, by=by)


def _more(row: Row[Any], stored: Json, words: str, base: App | None) -> Wish:
    """A follow-up as a wish: about the plan as it stands, else about the app."""
    current = App.model_validate(stored["spec"]) if stored.get("spec") and stored.get("outcome") == "plan" else base
    said = tuple(Turn("", App.model_validate(e)) for e in stored.get("earlier", []))
    return Wish(
        words if current is not None else f"{row.wish}\n{words}", app=current, today=_today(), said=said, focus=_focus(row)
    )


def _focus(row: Row[Any]) -> str:
    """The part of the app that the person had open when the draft began."""
    return str(row.messages[0].get("focus", "")) if row.messages else ""


async def _answer(
    tx: AsyncConnection, row: Row[Any], made: Plan | None, problem: str | None, stored: Json, base: App | None, current: App | None, by: Actor, said: list[Json] | None = None
) -> Json:  # fmt: skip
    """What a follow-up changes of a draft: one that came to no plan leaves the plan that there was."""
    messages = said or list(row.messages)
    if made is None:
        return {"messages": [*messages, _message("builder", problem or "I could not read that.")], "plan": stored}
    values: Json = {"messages": [*messages, _message("builder", made.message)], "plan": stored}
    if made.outcome == "plan" or stored.get("outcome") != "plan":
        values["plan"] = await _followed(tx, row, made, stored, base, current, by)
    return values


async def _followed(
    tx: AsyncConnection, row: Row[Any], made: Plan, stored: Json, base: App | None, current: App | None, by: Actor
) -> Json:
    """The next card: notes of the first wish that still have their part stay; an undo takes the newest earlier state away."""
    before = stored.get("spec")
    earlier: list[Json] = list(stored.get("earlier", []))
    undone = bool(earlier) and current is not None and made.spec == App.model_validate(earlier[-1])
    earlier = earlier[:-1] if undone else [*earlier, before] if before and stored.get("outcome") == "plan" else earlier
    card = cards.card(made, base, losses=await _losses(tx, row, made, by), earlier=earlier)
    for one in card["notes"]:
        one["span"] = None
    paths = {n["path"] for n in card["notes"]}
    spec = made.spec
    alive = (
        {f"tables/{x.id}" for x in spec.tables}
        | {f"tables/{x.id}/fields/{f.id}" for x in spec.tables for f in x.fields}
        | {f"views/{v.id}" for v in spec.views}
        | {f"automations/{a.id}" for a in spec.automations}
        | {f"roles/{r.id}" for r in spec.roles}
    )
    kept = [
        n
        for n in stored.get("notes", [])
        if n["path"] not in paths and (n["path"] in alive or (n["kind"] == "not_understood" and n["span"]))
    ]
    return {**card, "notes": kept + card["notes"]} if stored.get("outcome") == "plan" else card


async def edit(tx: AsyncConnection, id: str, change: Json, *, by: Actor) -> Draft:
    """Puts an edited change in place of the planned one. Raises `Invalid` with every problem, and leaves the draft as it was."""
    row = await _row(tx, id, by, state="ready", lock=True)
    if not row.plan or not row.plan.get("spec"):
        raise Invalid("There is no plan to edit yet: say what you need first.")
    base = await _base(tx, row, by)
    card = cards.edited(row.plan, change, base)
    if row.app is not None and base is not None:
        opened = await _opened(tx, row, by)
        planned = await apps.planned(tx, opened, cards.read_change(card["change"]))
        card["losses"] = [_loss(loss) for loss in planned.losses]
    await tx.execute(t.drafts.update().where(t.drafts.c.id == id).values(plan=card, updated_at=datetime.now(UTC)))
    return await read(tx, id, by=by)


async def read(tx: AsyncConnection, id: str, *, by: Actor) -> Draft:
    """One of my drafts. Raises `NotFound`."""
    return await _shown(tx, await _row(tx, id, by))


async def listed(tx: AsyncConnection, *, by: Actor) -> tuple[Draft, ...]:
    """My drafts that are neither built nor discarded, newest first."""
    c = t.drafts.c
    query = select(t.drafts).where(
        c.workspace_id == by.workspace, c.created_by == by.id, c.state.in_(("planning", "ready", "failed"))
    )
    rows = (await tx.execute(query.order_by(c.created_at.desc(), c.id).limit(LISTED_MAX))).all()
    mine = {app.number for app in await finding.every(tx, by) if app.may("build")}
    return tuple([await _shown(tx, row) for row in rows if row.app in mine or (row.app is None and by.may("build"))])


async def discard(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    """Puts a draft away; one that is built stays what it is. Discarding twice is no error."""
    row = await _row(tx, id, by, lock=True)
    if row.state == "built":
        raise Conflict("This draft is built already; its app can be removed instead.")
    await tx.execute(t.drafts.update().where(t.drafts.c.id == id).values(state="discarded", updated_at=datetime.now(UTC)))


async def stream(engine: AsyncEngine, id: str, *, by: Actor, planner: Planner = plan) -> AsyncIterator[Json]:
    """The plan as it comes: what a model is working on, a line for each section, then the whole draft.

    A draft that nobody plans (any more) is planned here.
    """
    async with transaction(engine) as tx:
        draft = await read(tx, id, by=by)
    waited, told, seen = 0.0, None, dict[str, Any]()
    while draft.state == "planning" and waited < PLAN_SECONDS_MAX:
        if draft.working and draft.working != told:
            told = draft.working
            yield {"type": "working", **told}
        for line in cards.sections(draft.plan) if draft.plan and draft.working else ():
            if seen.get(line["section"]) != line["value"]:
                seen[line["section"]] = line["value"]
                yield line
        await asyncio.sleep(PLAN_POLL_SECONDS)
        waited += PLAN_POLL_SECONDS
        async with transaction(engine) as tx:
            draft = await read(tx, id, by=by)
            forgotten = await _forgotten(tx, id, BEGUN_SECONDS)
        if draft.state == "planning" and forgotten:
            draft = await make(engine, id, by=by, planner=planner)
    for line in cards.sections(draft.plan) if draft.plan else ():
        yield line
    yield {"type": "ready", "draft": draft}


async def _taken(tx: AsyncConnection, row: Row[Any]) -> bool:
    """Notes down that the draft is being planned from now on; false when somebody is at it already, who would only be paid twice."""
    if (row.plan or {}).get("working") is not None and not await _forgotten(tx, row.id, FORGOTTEN_SECONDS):
        return False
    plan = {**(row.plan or {}), "working": {"model": "", "round": 0, "doing": ""}}
    await tx.execute(t.drafts.update().where(t.drafts.c.id == row.id).values(plan=plan, updated_at=datetime.now(UTC)))
    return True


async def _forgotten(tx: AsyncConnection, id: str, seconds: float) -> bool:
    c = t.drafts.c
    touched = (
        await tx.execute(select(func.extract("epoch", func.clock_timestamp() - c.updated_at)).where(c.id == id))
    ).scalar_one_or_none()
    return touched is not None and float(touched) > seconds


# ── inside ───────────────────────────────────────────────


def _fits(words: str) -> None:
    if len(words) > WISH_CHARACTERS_MAX:
        raise Invalid(
            Problem("wish", f"is longer than {WISH_CHARACTERS_MAX:,} characters", "the first few pages; the rest as a follow-up")
        )


def _open_to_words(row: Row[Any]) -> None:
    if len(row.messages) >= MESSAGES_MAX:
        raise Invalid(f"A draft takes {MESSAGES_MAX} messages. Build it, and go on from the app.")


def _today() -> date:
    return datetime.now(UTC).date()


def _message(by: Literal["you", "builder"], words: str) -> Json:
    return {"by": by, "words": words, "at": datetime.now(UTC).isoformat()}


async def _thought(engine: AsyncEngine, row: Row[Any], planner: Planner, wish: Wish, by: Actor) -> tuple[Plan | None, str | None]:
    """The plan, made beside the event loop. A planner that trips must not take the draft with it."""
    try:
        if isinstance(planner, Thinker):
            return await working.thought(engine, planner, wish, _about(row, wish, by)), None
        return await asyncio.to_thread(planner, wish), None
    except Exception as wrong:
        return None, f"The planner could not read this ({type(wrong).__name__}). Try fewer words, or say it another way."


def _about(row: Row[Any], wish: Wish, by: Actor) -> About:
    """What a model may know of the draft beside the wish. All that the person has said counts, what the builder said does not."""
    mine = [m for m in row.messages if m["by"] == "you"]
    outcome = ((row.plan or {}).get("before") or {}).get("outcome")
    files = tuple(f["id"] for m in mine for f in m.get("files", ()))
    words = "\n".join(dict.fromkeys([*(m["words"] for m in mine), wish.words]))
    return About(
        row.id,
        by,
        row.app if row.base_version is not None else None,
        words,
        files,
        outcome == "question",
        mine[-1].get("builder", "auto") if mine else "auto",
    )


async def _with(tx: AsyncConnection, files: Sequence[str], builder: str, by: Actor) -> Json:
    """What else a message carries: its files, by name, and who is to read it. Raises `NotFound`, `Invalid`."""
    if len(files) > FILES_MAX:
        raise Invalid(Problem("files", f"are more than {FILES_MAX}", "the pages that matter most"))
    found: list[Json] = []
    c = t.files.c
    for id in dict.fromkeys(files):
        one = (
            await tx.execute(
                select(c.id, c.name, c.type).where(c.id == id, c.workspace_id == by.workspace, c.deleted_at.is_(None))
            )
        ).one_or_none()
        if one is None:
            raise NotFound("There is no such file.")
        found.append({"id": one.id, "name": one.name, "type": one.type})
    return ({"files": found} if found else {}) | ({"builder": builder} if builder != "auto" else {})


async def row_of(tx: AsyncConnection, id: str, by: Actor, *, lock: bool = False) -> Row[Any]:
    """The stored draft, for `build`."""
    return await _row(tx, id, by, lock=lock)


async def _row(tx: AsyncConnection, id: str, by: Actor, *, state: State | None = None, lock: bool = False) -> Row[Any]:
    c = t.drafts.c
    query = select(t.drafts).where(c.id == id, c.workspace_id == by.workspace, c.created_by == by.id)
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None or not await _builds(tx, row, by):
        by.must("build")
    if row is None:
        raise NotFound(f"There is no draft {id[:40]!r}.")
    if state is not None and row.state != state:
        raise Conflict(f"This draft is {row.state}; that can be done only while it is {state}.")
    return row


async def _builds(tx: AsyncConnection, row: Row[Any], by: Actor) -> bool:
    """Whether somebody may build what a draft is of: in the workspace, or the one app that it changes."""
    slug = await _slug(tx, row.app)
    if slug is None:
        return by.may("build")
    return (await apps.open_app(tx, slug, by=by)).may("build")


async def _slug(tx: AsyncConnection, number: int | None) -> str | None:
    if number is None:
        return None
    return (
        await tx.execute(select(t.apps.c.id).where(t.apps.c.number == number, t.apps.c.deleted_at.is_(None)))
    ).scalar_one_or_none()


async def _opened(tx: AsyncConnection, row: Row[Any], by: Actor) -> apps.OpenApp:
    slug = await _slug(tx, row.app)
    if slug is None:
        raise NotFound("The app of this draft is gone.")
    return await apps.open_app(tx, slug, by=by, to="build")


async def _base(tx: AsyncConnection, row: Row[Any], by: Actor) -> App | None:
    """The app that the draft changes, as it is now; None for a new app, or once the draft's own app is built."""
    return (await _opened(tx, row, by)).spec if row.app is not None and row.base_version is not None else None


async def _losses(tx: AsyncConnection, row: Row[Any], made: Plan, by: Actor) -> list[Json]:
    if row.app is None or made.outcome != "plan":
        return []
    opened = await _opened(tx, row, by)
    try:
        planned = await apps.planned(tx, opened, cards.difference(opened.spec, made.spec))
    except Invalid:
        return []
    return [_loss(loss) for loss in planned.losses]


def _loss(loss: apps.Loss) -> Json:
    return {
        "path": loss.path,
        "sentence": loss.sentence,
        "rows": loss.rows,
        "choices": [{"id": c, "label": c} for c in loss.choices],
    }


async def _sheets(tx: AsyncConnection, row: Row[Any]) -> tuple[Sheet, ...]:
    """What an attached import read, as a wish takes it."""
    if row.import_id is None:
        return ()
    c = t.imports.c
    found = (
        await tx.execute(select(c.name, c.preview).where(c.id == row.import_id, c.workspace_id == row.workspace_id))
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such import.")
    columns = [
        Column(
            str(x.get("name", "")),
            str(x.get("kind", "text")),
            tuple(o["name"] if isinstance(o, dict) else str(o) for o in x.get("options") or ()),
        )
        for x in found.preview.get("columns", [])
    ]
    return (Sheet(found.name, tuple(columns)),) if columns else ()


def _working(row: Row[Any]) -> Json | None:
    """What a model is at; nothing while the planner plans, or the model is still being chosen."""
    now: Json | None = (row.plan or {}).get("working") if row.state == "planning" else None
    return now if now and now["model"] else None


async def _shown(tx: AsyncConnection, row: Row[Any]) -> Draft:
    stored: Json | None = row.plan
    rows: dict[str, list[Json]] = {}
    if stored and stored.get("spec") and row.app is None and row.state == "ready":
        spec = App.model_validate(stored["spec"])
        made = samples.rows_of_app(spec, _today())
        rows = {table: many[:SAMPLES_SHOWN_MAX] for table, many in made.items()}
        stored = {**stored, "suggestions": cards.suggested(spec, " ".join(m["words"] for m in row.messages if m["by"] == "you"))}
    return Draft(
        row.id, row.state, await _slug(tx, row.app), row.wish, tuple(row.messages), cards.shown(stored), row.base_version, row.took_ms, row.problem, row.report, row.created_at, rows,
        _working(row),
    )  # fmt: skip
