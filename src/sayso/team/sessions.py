"""Who is signed in: a random cookie, known here by its hash. Rights are read at each request, so taking them away works at once."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.errors import SignInNeeded
from sayso.team import standing
from sayso.team.actor import Actor
from sayso.team.ids import new_id
from sayso.team.secret import hashed, new_secret

SESSION_DAYS_MAX = 30
SEEN_MINUTES = 5
"""How often the time of the last visit is written down; more often would make every page a write."""
AGENT_LENGTH_MAX = 300


async def begin(tx: AsyncConnection, *, by: Actor, agent: str = "", method: str = "link", strong: bool = False) -> str:
    """Signs a member in; gives the secret for their cookie. `agent` is what their browser calls itself, `method` how they proved who
    they are (`link`, `password`, `passkey`, `oidc`, …), `strong` whether with a second factor."""
    secret = new_secret()
    await tx.execute(
        t.sessions.insert().values(
            hash=hashed(secret),
            id=new_id("se"),
            workspace_id=by.workspace,
            member=by.member,
            person=by.person,
            method=method,
            strong=strong,
            address=by.address,
            proved_at=datetime.now(UTC),
            agent=agent[:AGENT_LENGTH_MAX],
            expires_at=datetime.now(UTC) + timedelta(days=SESSION_DAYS_MAX),
        )
    )
    return secret


async def actor(tx: AsyncConnection, secret: str) -> Actor:
    """Who shows this cookie. Raises `SignInNeeded` when it is unknown, over, or of somebody who has left."""
    now = datetime.now(UTC)
    s = t.sessions.c
    query = standing.standing(s.seen_at, s.id.label("session"), s.proved_at, s.strong)
    query = query.join(t.sessions, s.member == t.members.c.id).where(s.hash == hashed(secret), s.expires_at > now)
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise SignInNeeded("Sign in to go on.")
    if row.seen_at < now - timedelta(minutes=SEEN_MINUTES):
        await tx.execute(t.sessions.update().where(s.hash == hashed(secret)).values(seen_at=now))
    return standing.actor_of(row, session=row.session, proved_at=row.proved_at, strong=row.strong)


async def end(tx: AsyncConnection, secret: str) -> None:
    """Signs out. Nothing happens when nobody was signed in."""
    await tx.execute(t.sessions.delete().where(t.sessions.c.hash == hashed(secret)))


async def end_all(tx: AsyncConnection, *, by: Actor) -> None:
    """Signs this member out everywhere."""
    await tx.execute(t.sessions.delete().where(t.sessions.c.member == by.member))
