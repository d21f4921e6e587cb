"""Imports that were being read or run when the process that did it ended."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.data.imports import kept
from sayso.data.imports.running import unmade
from sayso.data.imports.target import Target
from sayso.db.tables import imports as t
from sayso.team.actor import Actor, system

PATIENCE_SECONDS = 3
MESSAGE = "Sayso was stopped while this was running. Nothing of it stays; start it again."


async def abandoned(engine: AsyncEngine, *, patience_seconds: int = PATIENCE_SECONDS) -> None:
    """At the start of a server: such imports are marked as failed, and what was made for them goes.

    Their rows were never committed. One that another process is running now holds its lock and is left alone.
    """
    async with db.transaction(engine) as tx:
        c, patience = t.c, func.make_interval(0, 0, 0, 0, 0, 0, patience_seconds)
        stale = select(c.id, c.workspace_id).where(c.state.in_(["reading", "running"]), c.updated_at <= func.now() - patience)
        for id, workspace in (await tx.execute(stale)).all():
            free = select(func.pg_try_advisory_xact_lock(func.hashtextextended(id, 0)))
            if (await tx.execute(free)).scalar_one():
                await _over(tx, id, system(workspace))


async def _over(tx: AsyncConnection, id: str, by: Actor) -> None:
    one = await kept.read(tx, id, by=by)
    if await kept.set_state(tx, id, "failed", by=by, only_from=("reading", "running"), problem=MESSAGE) and one.target:
        await unmade(tx, Target.of(one.target), by)
