"""A draft is planned: by the built-in planner, or by a model that takes its time, with its progress told."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso.builder import plan as cards
from sayso.builder import working
from sayso.builder.drafts.draft import Draft, losses_of, read
from sayso.builder.drafts.messages import begin, fits, focus_of, message, open_to_words
from sayso.builder.drafts.stored import Json, base_of, forgotten, groups_of, row_of, sheets_of, taken, today
from sayso.builder.planner import Plan, Turn, Wish, plan
from sayso.builder.working import About, Thinker
from sayso.data import events
from sayso.db import tables as t
from sayso.db import transaction
from sayso.errors import Conflict
from sayso.spec.app import App
from sayso.team.actor import Actor

Planner = Callable[[Wish], Plan] | Thinker
"""The built-in planner, which takes a moment, or one with a model, which takes its time and is asked with `think`."""

PLAN_SECONDS_MAX = 300
PLAN_POLL_SECONDS = 0.1
BEGUN_SECONDS = 1
"""By then whoever is to plan a draft has usually begun."""


async def describe(
    engine: AsyncEngine, words: str, *, app: str | None = None, import_id: str | None = None, by: Actor, planner: Planner = plan
) -> Draft:
    """Begins a draft and plans it: for callers that wait, such as the command line."""
    async with transaction(engine) as tx:
        begun = await begin(tx, words, app=app, import_id=import_id, by=by)
    return await make(engine, begun.id, by=by, planner=planner)


async def make(engine: AsyncEngine, id: str, *, by: Actor, planner: Planner = plan) -> Draft:
    """Plans a draft that waits for it, unless somebody is at it. No transaction is open while the planner thinks; a draft that is planned
    already stays."""
    async with transaction(engine) as tx:
        row = await row_of(tx, id, by, lock=True)
        base = await base_of(tx, row, by)
        sheets = await sheets_of(tx, row)
        groups = await groups_of(tx, by)
        if row.state != "planning" or not await taken(tx, row):
            return await read(tx, id, by=by)
    started = time.perf_counter()
    before: Json | None = (row.plan or {}).get("before")
    words = row.messages[-1]["words"]
    wish = (
        Wish(row.wish, app=base, today=today(), sheets=sheets, focus=focus_of(row))
        if before is None
        else _more(row, before, words, base)
    )
    wish = replace(wish, groups=groups)
    made, problem = await _thought(engine, row, planner, wish, by)
    took = round((time.perf_counter() - started) * 1000)
    async with transaction(engine) as tx:
        row = await row_of(tx, id, by, lock=True)
        if row.state == "planning":
            values: Json = {"took_ms": took, "updated_at": datetime.now(UTC), "problem": problem}
            if before is not None:
                values |= await _answer(tx, row, made, problem, before, base, wish.app, by) | {"state": "ready", "problem": None}
            elif made is not None:
                values |= {"state": "ready", "plan": cards.card(made, base, losses=await losses_of(tx, row, made, by))}
                values["messages"] = [*row.messages, message("builder", made.message)]
            else:
                values |= {"state": "failed", "plan": None}
            await tx.execute(t.drafts.update().where(t.drafts.c.id == id).values(values))
            await events.write(tx, "draft.changed", payload={"id": id, "state": values["state"]}, by=by)
        return await read(tx, id, by=by)


async def say(engine: AsyncEngine, id: str, words: str, *, by: Actor, planner: Callable[[Wish], Plan] = plan) -> Draft:
    """Something more about a draft: its plan follows. What cannot be understood leaves the plan as it is, and says so."""
    fits(words)
    async with transaction(engine) as tx:
        row = await row_of(tx, id, by, state="ready")
        base = await base_of(tx, row, by)
        groups = await groups_of(tx, by)
    open_to_words(row)
    stored: Json = row.plan or {}
    wish = replace(_more(row, stored, words, base), groups=groups)
    made, problem = await _thought(engine, row, planner, wish, by)
    async with transaction(engine) as tx:
        row = await row_of(tx, id, by, state="ready", lock=True)
        if row.plan != stored:
            raise Conflict("The plan changed while this was read. Say it again.")
        said = [*row.messages, message("you", words)]
        values: Json = {"updated_at": datetime.now(UTC)}
        values |= await _answer(tx, row, made, problem, stored, base, wish.app, by, said=said)
        await tx.execute(t.drafts.update().where(t.drafts.c.id == id).values(values))
        await events.write(tx, "draft.changed", payload={"id": id, "state": "ready"}, by=by)
        return await read(tx, id, by=by)


async def stop(tx: AsyncConnection, id: str, *, by: Actor) -> Draft:
    """Ends the model's work on a draft; what it has proposed by then becomes the plan. Nothing happens when none works on it."""
    row = await row_of(tx, id, by, lock=True)
    if row.state == "planning":
        await tx.execute(t.drafts.update().where(t.drafts.c.id == id).values(plan={**(row.plan or {}), "stop": True}))
    return await read(tx, id, by=by)


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
            alone = await forgotten(tx, id, BEGUN_SECONDS)
        if draft.state == "planning" and alone:
            draft = await make(engine, id, by=by, planner=planner)
    for line in cards.sections(draft.plan) if draft.plan else ():
        yield line
    yield {"type": "ready", "draft": draft}


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


def _more(row: Row[Any], stored: Json, words: str, base: App | None) -> Wish:
    """A follow-up as a wish: about the plan as it stands, else about the app."""
    current = App.model_validate(stored["spec"]) if stored.get("spec") and stored.get("outcome") == "plan" else base
    said = tuple(Turn("", App.model_validate(e)) for e in stored.get("earlier", []))
    return Wish(
        words if current is not None else f"{row.wish}\n{words}", app=current, today=today(), said=said, focus=focus_of(row)
    )


async def _answer(
    tx: AsyncConnection, row: Row[Any], made: Plan | None, problem: str | None, stored: Json, base: App | None, current: App | None, by: Actor, said: list[Json] | None = None
) -> Json:  # fmt: skip
    """What a follow-up changes of a draft: one that came to no plan leaves the plan that there was."""
    messages = said or list(row.messages)
    if made is None:
        return {"messages": [*messages, message("builder", problem or "I could not read that.")], "plan": stored}
    values: Json = {"messages": [*messages, message("builder", made.message)], "plan": stored}
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
    card = cards.card(made, base, losses=await losses_of(tx, row, made, by), earlier=earlier)
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
