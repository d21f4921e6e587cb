"""Whose mail server carries a letter. Whoever runs one reads what goes out by it, and may answer in its reader's place.

A connection keeps the hands it went through (`hands`): everybody who has set where it leads or with what, since all of it was entered anew.
It carries a letter when each of them may do, now, what the letter gives.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.connection_tables import connections as t
from sayso.team import rank, standing
from sayso.team.roles import Right

if TYPE_CHECKING:
    from sayso.connections.connections import Connections


async def trusted(tx: AsyncConnection, connections: Connections, workspace: str | None, rights: Collection[Right]) -> str | None:
    """The first mail connection of a workspace (None: of any) whose hands may all do `rights`."""
    query = select(t.c.id, t.c.workspace_id, t.c.hands).where(t.c.kind.in_(connections.keys("email"))).order_by(t.c.position)
    rows = (await tx.execute(query if workspace is None else query.where(t.c.workspace_id == workspace))).all()
    members = await standing.of_all(tx, {hand for row in rows for hand in row.hands})
    for row in rows:
        hands = [members.get((row.workspace_id, hand)) for hand in row.hands]
        if hands and all(one is not None and rank.within(one, rights) for one in hands):
            return row.id
    return None
