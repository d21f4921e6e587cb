"""A sleeping run is taken up again."""

from __future__ import annotations

from sqlalchemy import case, func, or_, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.runs.run import CHANNEL
from sayso.db.automation_tables import runs as t


async def wake(tx: AsyncConnection, run: str) -> None:
    """What it waits for may have come: it is taken up, and looks. A worker that has it just now looks again when it has let go.

    One statement: between two, a run that has just gone to sleep would be missed by both.
    """
    asleep = t.c.state == "sleeping"
    woken = {"wake_at": case((asleep, func.now()), else_=t.c.wake_at), "woken": or_(t.c.woken, ~asleep)}
    await tx.execute(update(t).where(t.c.id == run, t.c.state.in_(("sleeping", "running", "waiting"))).values(woken))
    await tx.execute(text("select pg_notify(:channel, '')"), {"channel": CHANNEL})
