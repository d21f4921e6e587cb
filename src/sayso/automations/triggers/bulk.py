"""Events of very many rows: begun in batches, so that a row that somebody edits meanwhile does not wait for 100,000 others."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import registry
from sayso.automations.registry.reading import Entry
from sayso.automations.triggers import caused
from sayso.automations.triggers.asked import Question, question
from sayso.automations.triggers.happened import Happened
from sayso.automations.triggers.rows_begun import TOGETHER_ROWS_MAX, begun, is_together, together
from sayso.automations.triggers.states import Told
from sayso.data import apps
from sayso.db.trigger_tables import bulks as t
from sayso.errors import NotFound, SaysoError
from sayso.team.actor import system

BATCH_ROWS = 5_000
COUNTED_ROWS_MAX = 1_000_000


async def step(tx: AsyncConnection) -> bool:
    """Begins one batch of the oldest that no other process has. False when there is none."""
    mine = select(t).order_by(t.c.id).limit(1).with_for_update(skip_locked=True)
    bulk = (await tx.execute(mine)).one_or_none()
    if bulk is None:
        return False
    try:
        async with tx.begin_nested():
            last = await _batch(tx, bulk)
    except SaysoError:
        last = None  # the app, the automation or what it looks at is gone
    if last is None:
        await tx.execute(delete(t).where(t.c.id == bulk.id))
    else:
        await tx.execute(update(t).where(t.c.id == bulk.id).values(after=last))
    return True


async def _batch(tx: AsyncConnection, bulk: Any) -> int | None:
    """The last row that was looked at; None when that were all."""
    app = await apps.open_app(tx, bulk.app_id, by=system(bulk.workspace_id))
    entry = await registry.entry(tx, app, bulk.automation)
    happened = Happened.read(bulk.event, bulk.happened_at)
    table = app.spec.table(happened.table)
    if table is None or not entry.starts:
        raise NotFound("It was switched off meanwhile.")
    asked = question(app, entry, Told(table, happened.kind, happened.at, None))
    if is_together(entry):
        await _all(tx, entry, asked, happened)
        return None
    met = await asked.met(tx, after=bulk.after, limit=BATCH_ROWS)
    await caused.begin(tx, entry.registered, await begun(tx, entry, asked, happened, met))
    return met[-1].id if len(met) == BATCH_ROWS else None


async def _all(tx: AsyncConnection, entry: Entry, asked: Question, happened: Happened) -> None:
    met = await asked.met(tx, limit=COUNTED_ROWS_MAX)
    if met:
        await caused.begin(tx, entry.registered, [together(entry, happened, met[:TOGETHER_ROWS_MAX], len(met), {})])
