"""While a model works on a draft: what it does is written beside the draft, and whether the person has stopped it is looked up.

The database is the only place for both, so that the work may be done in one process, watched in another and stopped from a third.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.builder import plan as cards
from sayso.builder.planner import Plan, Wish
from sayso.db import tables as t
from sayso.db import transaction
from sayso.spec.app import App
from sayso.spec.change import difference
from sayso.team.actor import Actor

Json = dict[str, Any]
LOOK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class About:
    """A draft, beside its wish. `app` is the number of the app that it changes, `words` all that the person said, `builder` who is to plan."""

    draft: str
    by: Actor
    app: int | None
    words: str
    files: tuple[str, ...] = ()
    asked_before: bool = False
    builder: str = "auto"


@dataclass(slots=True)
class Told:
    """What is being done, for whoever watches. `app` is the app as it stands by now."""

    model: str = ""
    round: int = 0
    doing: str = ""
    app: App | None = None

    def __call__(self, round: int, doing: str, app: App | None) -> None:
        self.round, self.doing, self.app = round, doing, app or self.app


@runtime_checkable
class Thinker(Protocol):
    """Plans a wish in its own time. Cancelled, it raises `Stopped` with what it has by then."""

    async def think(self, wish: Wish, about: About, told: Told) -> Plan: ...


class Stopped(Exception):
    """The person has stopped the model. `plan` is what it had proposed by then."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("stopped")
        self.plan = plan


async def thought(engine: AsyncEngine, thinker: Thinker, wish: Wish, about: About) -> Plan:
    """The plan, with its making written down as it goes. A draft that is stopped ends with what there is."""
    told = Told()
    task = asyncio.create_task(thinker.think(wish, about, told))
    seen: tuple[Json, App | None] | None = None
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=LOOK_SECONDS)
            if not task.done():
                now: Json = {"model": told.model, "round": told.round, "doing": told.doing}
                if await _looked(engine, about.draft, now, _partial(wish, told.app) if (now, told.app) != seen else None):
                    task.cancel()
                    break
                seen = now, told.app
        return await task
    except Stopped as stopped:
        return stopped.plan
    finally:
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError, Stopped):
                await task


async def _looked(engine: AsyncEngine, id: str, now: Json, partial: Json | None) -> bool:
    """Writes what is being done; true when the work is to stop, because the person wants that or the draft is gone."""
    c = t.drafts.c
    async with transaction(engine) as tx:
        row = (await tx.execute(select(c.state, c.plan).where(c.id == id).with_for_update())).one_or_none()
        if row is None or row.state != "planning" or (row.plan or {}).get("stop"):
            return True
        stored: Json = row.plan or {}
        plan = {**stored, **({} if "before" in stored else partial or {}), "working": now}
        await tx.execute(t.drafts.update().where(c.id == id).values(plan=plan, updated_at=datetime.now(UTC)))
    return False


def _partial(wish: Wish, app: App | None) -> Json | None:
    """The card as far as it is; of a first wish only, since a follow-up keeps showing the plan before it."""
    if app is None:
        return None
    before = wish.app or cards.empty(app)
    return cards.card(Plan(app, difference(before, app, title=app.name)), wish.app)
