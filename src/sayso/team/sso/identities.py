"""Whom a provider calls what. An identity is its provider, its issuer and the subject: never an address, which changes hands.

It holds for the one workspace that trusts the provider: another one that names the same issuer has said nothing about it.
"""

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.people_tables import people
from sayso.db.sso_tables import identities as t
from sayso.db.sso_tables import sso_sessions
from sayso.db.tables import sessions
from sayso.errors import Conflict, Forbidden
from sayso.team import audit
from sayso.team.actor import Actor
from sayso.team.sso.arrival import Arrival
from sayso.team.sso.providers import Provider


async def locked(tx: AsyncConnection, provider: Provider, arrival: Arrival) -> None:
    """One first time only, however often somebody presses at once."""
    key = f"{provider.id}\0{arrival.issuer}\0{arrival.subject}"
    await tx.execute(text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key.replace("\0", "\n")})


async def person(tx: AsyncConnection, provider: Provider, arrival: Arrival) -> str | None:
    """Who this is, when they were here before and have not been deleted."""
    query = (
        select(t.c.person).join(people, people.c.id == t.c.person).where(_this(provider, arrival), people.c.deleted_at.is_(None))
    )
    return (await tx.execute(query)).scalar_one_or_none()


async def keep(tx: AsyncConnection, provider: Provider, arrival: Arrival, person: str) -> None:
    await tx.execute(delete(t).where(_this(provider, arrival), t.c.person != person))
    values = {"provider": provider.id, "issuer": arrival.issuer, "subject": arrival.subject, "workspace_id": provider.workspace}
    await tx.execute(t.insert().values(**values, person=person, email=arrival.email))


async def used(tx: AsyncConnection, provider: Provider, arrival: Arrival) -> None:
    await tx.execute(update(t).where(_this(provider, arrival)).values(used_at=func.now(), email=arrival.email))


async def link(tx: AsyncConnection, provider: Provider, arrival: Arrival, *, by: Actor) -> None:
    """A member who is signed in has shown that this is them. Raises `Conflict` when it is somebody else's."""
    if by.person is None or by.workspace != provider.workspace:
        raise Forbidden("Only a member of this workspace can be known by its provider.")
    await locked(tx, provider, arrival)
    known = await person(tx, provider, arrival)
    if known == by.person:
        return
    if known is not None:
        raise Conflict(f"{provider.name} knows somebody else here by this account.")
    await tx.execute(delete(t).where(t.c.provider == provider.id, t.c.person == by.person))
    await keep(tx, provider, arrival, by.person)
    await audit.write(tx, "sso.linked", f"is known by {provider.name} from now on", by=by, subject=provider.id)


async def has(tx: AsyncConnection, person: str | None, workspace: str) -> bool:
    """Whether this person could come in by a provider of this workspace."""
    query = select(t.c.person).where(t.c.person == person, t.c.workspace_id == workspace)
    return person is not None and (await tx.execute(query)).first() is not None


async def end_sessions(
    tx: AsyncConnection, provider: Provider, issuer: str, *, subject: str | None, sid: str | None
) -> list[str]:
    """Ends what the provider says is over: one session by its `sid`, else all of a subject. Gives whose each was."""
    s = sso_sessions.c
    asked = select(s.session).where(s.provider == provider.id, s.issuer == issuer)
    asked = asked.where(s.sid == sid) if sid else asked
    asked = asked.where(s.subject == subject) if subject else asked
    gone = delete(sessions).where(sessions.c.id.in_(asked)).returning(sessions.c.member)
    return list((await tx.execute(gone)).scalars())


def _this(provider: Provider, arrival: Arrival) -> ColumnElement[bool]:
    return (t.c.provider == provider.id) & (t.c.issuer == arrival.issuer) & (t.c.subject == arrival.subject)
