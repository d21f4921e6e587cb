"""Tells every process, and every open tab of the workspace, that somebody's standing has changed: at the commit, by an event.

The event says whose; what they may do now is read again by whoever needs to know.
"""

from collections.abc import Iterable

from sqlalchemy import Text, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.tables import EVENTS_CHANNEL, events
from sayso.team.actor import Actor


async def changed(tx: AsyncConnection, members: Iterable[str] | None = None, *, by: Actor) -> None:
    """`members` are ids; None is anybody, such as when a group or a role has changed."""
    whose = None if members is None else sorted(set(members))
    values = {"workspace_id": by.workspace, "kind": "team.changed", "by_actor": by.id}
    written = events.insert().values(**values, payload={"whose": whose, "by_name": by.name}).returning(events.c.id).cte("written")
    await tx.execute(select(func.pg_notify(EVENTS_CHANNEL, written.c.id.cast(Text))))
