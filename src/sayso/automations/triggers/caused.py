"""Runs that are caused by runs: rules that set one another off are stopped, what is too much at once is spread, and their owner is told once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

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
"""Of one automation, by other runs; more of them begin in the minutes after. What people and the world outside start is not counted."""
CAUSED_WAITING_MAX = 100_000
"""Of one automation, by other runs. More are not begun at all."""

LOOKED_AT = 5_000
"""Of the newest runs, to see how many were caused within a minute."""

LOOP = "{name} was stopped: it was started by what it had done itself, or by rules that it starts, {hops} times in a row."
OFTEN = "{name} is held back: other runs started it more than {most:,} times within a minute. What is more begins in the minutes after."
TOO_MANY = "{name} was stopped: {most:,} runs of it that other runs started wait already."


async def begin(tx: AsyncConnection, registered: Registered, begun: Sequence[Begun]) -> list[str]:
    """Begins what may begin. What would go round in a circle is left out, and told."""
    allowed = [one for one in begun if one.hops <= HOPS_MAX]
    if len(allowed) < len(begun):
        await tell(tx, registered, LOOP.format(name=registered.automation.name, hops=HOPS_MAX))
    if any(one.hops for one in allowed):
        allowed = await _paced(tx, registered, allowed)
    ids = await begin_many(tx, registered, allowed) if allowed else []
    return [id for id in ids if id is not None]


async def _paced(tx: AsyncConnection, registered: Registered, begun: Sequence[Begun]) -> list[Begun]:
    """So many a minute, each as late as those before it ask for; what would wait behind far too many is left out. Both are told."""
    ahead, name = await _ahead(tx, registered), registered.automation.name
    moment, kept, late = datetime.now(UTC), list[Begun](), False
    for one in begun:
        if one.hops and ahead >= CAUSED_WAITING_MAX:
            continue
        minutes = ahead // CAUSED_PER_MINUTE_MAX if one.hops else 0
        kept.append(replace(one, at=moment + timedelta(minutes=minutes)) if minutes else one)
        ahead, late = ahead + (one.hops > 0), late or minutes > 0
    if len(kept) < len(begun):
        await tell(tx, registered, TOO_MANY.format(name=name, most=CAUSED_WAITING_MAX))
    elif late:
        await tell(tx, registered, OFTEN.format(name=name, most=CAUSED_PER_MINUTE_MAX))
    return kept


async def _ahead(tx: AsyncConnection, registered: Registered) -> int:
    """Those that wait, and those of the last minute that were taken up already."""
    mine = (t.c.app == registered.app_number) & (t.c.automation == registered.automation.id)
    wait = select(func.count()).where(mine, t.c.wake_at.is_not(None), t.c.state == "waiting", t.c.hops > 0)
    newest = select(t.c.created_at, t.c.state, t.c.hops).where(mine).order_by(t.c.position.desc()).limit(LOOKED_AT).subquery().c
    recent = newest.created_at > func.now() - timedelta(minutes=1)
    begun = select(func.count()).where(recent, newest.state != "waiting", newest.hops > 0)
    return (await tx.execute(select(wait.scalar_subquery() + begun.scalar_subquery()))).scalar_one()


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
