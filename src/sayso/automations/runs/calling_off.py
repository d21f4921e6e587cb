"""All runs of an automation that wait for their turn, called off at once: after a change of very many rows that was a mistake."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import events
from sayso.data.open_app import OpenApp
from sayso.db.automation_tables import automations as a
from sayso.db.automation_tables import follow
from sayso.db.automation_tables import runs as t
from sayso.db.trigger_tables import bulks
from sayso.errors import NotFound
from sayso.team import audit
from sayso.team.actor import Actor

HEARD_BY = "triggers"
"""Who follows events for triggers: whoever is at it has this place locked."""


async def call_off(tx: AsyncConnection, app: OpenApp, automation: str, *, by: Actor) -> int:
    """How many. What is under way goes on, and what it has done stays. Rows of which it has not heard yet start nothing either."""
    app.must("write")
    one = next((one for one in app.spec.automations if one.id == automation), None)
    if one is None:
        raise NotFound(f"{app.spec.name} has no automation {automation[:60]!r}.")
    await tx.execute(
        select(follow.c.name).where(follow.c.name == HEARD_BY).with_for_update()
    )  # what is being begun just now is there then
    await tx.execute(delete(bulks).where(bulks.c.app == app.number, bulks.c.automation == automation))
    known = (a.c.app == app.number) & (a.c.automation == automation) & a.c.on_since.is_not(None)
    await tx.execute(
        update(a).where(known).values(on_since=func.clock_timestamp())
    )  # what happened before, and was not heard yet
    mine = (t.c.app == app.number) & (t.c.automation == automation) & t.c.wake_at.is_not(None) & (t.c.state == "waiting")
    over = {"state": "cancelled", "wake_at": None, "ended_at": func.now(), "problem": f"{by.name} called it off."}
    many = (await tx.execute(update(t).where(mine).values(over))).rowcount
    said = f"called off {many:,} runs of {one.name} that waited"
    await audit.write(tx, "run.cancelled", said, by=by, subject=app.id)
    payload = {"id": "", "automation": automation, "state": "cancelled", "dry": False, "problem": "", "many": many}
    await events.write(tx, "run.changed", app=app.id, payload=payload, by=by)
    return many
