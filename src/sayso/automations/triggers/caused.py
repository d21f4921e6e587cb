"""Runs that are caused by runs: rules that set one another off are stopped, and their owner is told once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.registered import Registered
from sayso.automations.runs import Begun, begin_many
from sayso.db.automation_tables import runs as t
from sayso.team import notifications
from sayso.team.actor import system

HOPS_MAX = 5
"""So many runs may follow from one another."""
CAUSED_PER_MINUTE_MAX = 600
"""Of one automation, by other runs. What people and the world outside start is not counted."""

LOOP = "{name} was stopped: it was started by what it had done itself, or by rules that it starts, {hops} times in a row."
OFTEN = "{name} was held back: other runs started it more than {most:,} times within a minute."


async def begin(tx: AsyncConnection, registered: Registered, begun: Sequence[Begun]) -> list[str]:
    """Begins what may begin. What would go round in a circle is left out, and told."""
    allowed = [one for one in begun if one.hops <= HOPS_MAX]
    if len(allowed) < len(begun):
        await tell(tx, registered, LOOP.format(name=registered.automation.name, hops=HOPS_MAX))
    if any(one.hops for one in allowed):
        room = CAUSED_PER_MINUTE_MAX - await _caused(tx, registered)
        held_back = {id(one) for one in [one for one in allowed if one.hops][max(0, room) :]}
        kept = [one for one in allowed if id(one) not in held_back]
        if len(kept) < len(allowed):
            await tell(tx, registered, OFTEN.format(name=registered.automation.name, most=CAUSED_PER_MINUTE_MAX))
        allowed = kept
    ids = await begin_many(tx, registered, allowed) if allowed else []
    return [id for id in ids if id is not None]


async def _caused(tx: AsyncConnection, registered: Registered) -> int:
    recent = t.c.created_at > func.now() - timedelta(minutes=1)
    mine = (t.c.app == registered.app_number) & (t.c.automation == registered.automation.id) & (t.c.hops > 0)
    some = select(t.c.id).where(mine, recent).order_by(t.c.position.desc()).limit(CAUSED_PER_MINUTE_MAX).subquery()
    return (await tx.execute(select(func.count()).select_from(some))).scalar_one()


async def tell(tx: AsyncConnection, registered: Registered, said: str) -> None:
    """The owner hears it as one line, which counts while it is unread."""
    await notifications.tell(
        tx,
        [registered.owner],
        "failure",
        said,
        by=system(registered.workspace),
        link=f"/a/{registered.app_id}/automations/{registered.automation.id}",
        app=registered.app_id,
        about=f"caused {registered.app_number} {registered.automation.id}",
    )
