"""A sleeping run is taken up again."""

from __future__ import annotations

from sqlalchemy import func, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.runs.run import CHANNEL
from sayso.db.automation_tables import runs as t


async def wake(tx: AsyncConnection, run: str) -> None:
    """What it waits for may have come: it is taken up, and looks. A worker that has it just now looks again when it has let go."""
    asleep = update(t).where(t.c.id == run, t.c.state == "sleeping").values(wake_at=func.now())
    if not (await tx.execute(asleep)).rowcount:
        await tx.execute(update(t).where(t.c.id == run, t.c.state.in_(("running", "waiting"))).values(woken=True))
    await tx.execute(text("select pg_notify(:channel, '')"), {"channel": CHANNEL})
