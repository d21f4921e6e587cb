"""What a co-worker remembers of a member: theirs to see and to wipe, and nobody else's."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.coworkers.rendering import visible
from sayso.coworkers.roster import Found
from sayso.db.coworker_tables import memories as t
from sayso.errors import Forbidden, Invalid, NotFound, Problem
from sayso.team.actor import Actor
from sayso.team.ids import new_id

MEMORY_CHARACTERS_MAX = 500
MEMORIES_MAX = 100


@dataclass(frozen=True, slots=True)
class Memory:
    id: str
    text: str
    at: datetime


def _mine(found: Found, by: Actor) -> ColumnElement[bool]:
    app = t.c.app == found.number if found.number is not None else t.c.app.is_(None)
    return (t.c.workspace_id == by.workspace) & (t.c.coworker == found.coworker.id) & (t.c.member == by.member) & app


async def listed(tx: AsyncConnection, found: Found, *, by: Actor) -> list[Memory]:
    """Oldest first."""
    rows = await tx.execute(select(t.c.id, t.c.text, t.c.at).where(_mine(found, by)).order_by(t.c.at, t.c.id))
    return [Memory(*row) for row in rows]


async def add(tx: AsyncConnection, found: Found, text: str, *, by: Actor) -> Memory:
    """Raises `Forbidden` where nothing is remembered, `Invalid` when there is no room."""
    if by.member is None or not found.coworker.memory:
        raise Forbidden(f"{found.coworker.name} remembers nothing.")
    text = " ".join(visible(text).split())[:MEMORY_CHARACTERS_MAX]
    known = await listed(tx, found, by=by)
    if (same := next((m for m in known if m.text.casefold() == text.casefold()), None)) is not None:
        return same
    if not text or len(known) >= MEMORIES_MAX:
        raise Invalid(Problem("text", f"there is room for {MEMORIES_MAX} things; forget some first" if text else "says nothing"))
    values = {"workspace_id": by.workspace, "app": found.number, "coworker": found.coworker.id, "member": by.member}
    row = await tx.execute(insert(t).values(id=new_id("y"), text=text, **values).returning(t.c.id, t.c.text, t.c.at))
    return Memory(*row.one())


async def forget(tx: AsyncConnection, found: Found, id: str, *, by: Actor) -> Memory:
    """Raises `NotFound`."""
    gone = delete(t).where(_mine(found, by), t.c.id == id).returning(t.c.id, t.c.text, t.c.at)
    row = (await tx.execute(gone)).one_or_none()
    if row is None:
        raise NotFound("There is nothing remembered under that id.")
    return Memory(*row)


async def forget_all(tx: AsyncConnection, found: Found, *, by: Actor) -> int:
    return (await tx.execute(delete(t).where(_mine(found, by)))).rowcount
