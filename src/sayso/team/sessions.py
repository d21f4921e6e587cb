"""Who is signed in: a random cookie, known here by its hash. Rights are read at each request, so taking them away works at once."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.errors import SignInNeeded
from sayso.team.actor import Actor
from sayso.team.secret import hashed, new_secret

SESSION_DAYS_MAX = 30
SEEN_MINUTES = 5
"""How often the time of the last visit is written down; more often would make every page a write."""
AGENT_LENGTH_MAX = 300


async def begin(tx: AsyncConnection, *, by: Actor, agent: str = "") -> str:
    """Signs a member in; gives the secret for their cookie. `agent` is what their browser calls itself."""
    secret = new_secret()
    await tx.execute(
        t.sessions.insert().values(
            hash=hashed(secret),
            workspace_id=by.workspace,
            member=by.member,
            agent=agent[:AGENT_LENGTH_MAX],
            expires_at=datetime.now(UTC) + timedelta(days=SESSION_DAYS_MAX),
        )
    )
    return secret


async def actor(tx: AsyncConnection, secret: str) -> Actor:
    """Who shows this cookie. Raises `SignInNeeded` when it is unknown, over, or of somebody who has left."""
    now = datetime.now(UTC)
    m, s = t.members.c, t.sessions.c
    query = (
        select(m.workspace_id, m.id, m.role, m.name, s.seen_at)
        .join_from(t.sessions, t.members, s.member == m.id)
        .where(s.hash == hashed(secret), s.expires_at > now, m.removed_at.is_(None))
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise SignInNeeded("Sign in to go on.")
    if row.seen_at < now - timedelta(minutes=SEEN_MINUTES):
        await tx.execute(t.sessions.update().where(s.hash == hashed(secret)).values(seen_at=now))
    return Actor("member", row.workspace_id, row.id, row.role, row.name)


async def end(tx: AsyncConnection, secret: str) -> None:
    """Signs out. Nothing happens when nobody was signed in."""
    await tx.execute(t.sessions.delete().where(t.sessions.c.hash == hashed(secret)))


async def end_all(tx: AsyncConnection, *, by: Actor) -> None:
    """Signs this member out everywhere."""
    await tx.execute(t.sessions.delete().where(t.sessions.c.member == by.member))
