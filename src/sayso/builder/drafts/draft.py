"""A draft as it is shown and edited by hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.builder import plan as cards
from sayso.builder import samples
from sayso.builder.drafts.stored import Json, State, base_of, opened_of, row_of, slug_of, today
from sayso.builder.planner import Plan
from sayso.data import apps, finding
from sayso.db import tables as t
from sayso.errors import Conflict, Invalid
from sayso.spec.app import App
from sayso.team.actor import Actor

LISTED_MAX = 50
SAMPLES_SHOWN_MAX = 5


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


async def read(tx: AsyncConnection, id: str, *, by: Actor) -> Draft:
    """One of my drafts. Raises `NotFound`."""
    return await _shown(tx, await row_of(tx, id, by))


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
    row = await row_of(tx, id, by, lock=True)
    if row.state == "built":
        raise Conflict("This draft is built already; its app can be removed instead.")
    await tx.execute(t.drafts.update().where(t.drafts.c.id == id).values(state="discarded", updated_at=datetime.now(UTC)))


async def edit(tx: AsyncConnection, id: str, change: Json, *, by: Actor) -> Draft:
    """Puts an edited change in place of the planned one. Raises `Invalid` with every problem, and leaves the draft as it was."""
    row = await row_of(tx, id, by, state="ready", lock=True)
    if not row.plan or not row.plan.get("spec"):
        raise Invalid("There is no plan to edit yet: say what you need first.")
    base = await base_of(tx, row, by)
    card = cards.edited(row.plan, change, base)
    if row.app is not None and base is not None:
        opened = await opened_of(tx, row, by)
        planned = await apps.planned(tx, opened, cards.read_change(card["change"]))
        card["losses"] = [_loss(loss) for loss in planned.losses]
    await tx.execute(t.drafts.update().where(t.drafts.c.id == id).values(plan=card, updated_at=datetime.now(UTC)))
    return await read(tx, id, by=by)


async def _shown(tx: AsyncConnection, row: Row[Any]) -> Draft:
    stored: Json | None = row.plan
    rows: dict[str, list[Json]] = {}
    if stored and stored.get("spec") and row.app is None and row.state == "ready":
        spec = App.model_validate(stored["spec"])
        made = samples.rows_of_app(spec, today())
        rows = {table: many[:SAMPLES_SHOWN_MAX] for table, many in made.items()}
        stored = {**stored, "suggestions": cards.suggested(spec, " ".join(m["words"] for m in row.messages if m["by"] == "you"))}
    return Draft(
        row.id, row.state, await slug_of(tx, row.app), row.wish, tuple(row.messages), cards.shown(stored), row.base_version, row.took_ms, row.problem, row.report, row.created_at, rows,
        _working(row),
    )  # fmt: skip


async def losses_of(tx: AsyncConnection, row: Row[Any], made: Plan, by: Actor) -> list[Json]:
    """What a plan would lose of the app that it changes, as the card tells it."""
    if row.app is None or made.outcome != "plan":
        return []
    opened = await opened_of(tx, row, by)
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


def _working(row: Row[Any]) -> Json | None:
    """What a model is at; nothing while the planner plans, or the model is still being chosen."""
    now: Json | None = (row.plan or {}).get("working") if row.state == "planning" else None
    return now if now and now["model"] else None
