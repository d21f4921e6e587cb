"""Who is signed in: a random cookie, known here by its hash. Rights are read at each request, so taking them away works at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.db.net import through_all
from sayso.db.signin_tables import passkeys, passwords, sign_in_policies, totps
from sayso.db.sso_tables import sso_sessions
from sayso.errors import SignInNeeded
from sayso.team import standing
from sayso.team.actor import Actor
from sayso.team.ids import new_id
from sayso.team.secret import hashed, new_secret
from sayso.team.signin import policy

SESSION_DAYS_MAX = policy.SESSION_DAYS_MAX
"""The longest that a workspace may allow; its policy says how long a session really lasts."""
BEFORE_SECONDS = 10
"""How long the secret before this one still reads."""
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


@through_all
async def actor(tx: AsyncConnection, secret: str) -> Actor:
    """Who shows this cookie. Raises `SignInNeeded` when it is unknown, over, or of somebody who has left, or when their workspace does not
    take how they signed in any more; `SecondFactorNeeded` when it asks for more."""
    now = datetime.now(UTC)
    s = t.sessions.c
    columns = (s.hash, s.seen_at, s.created_at, s.method, s.id.label("session"), s.proved_at, s.strong, s.address)
    columns = (*columns, sso_sessions.c.workspace_id.label("vouched"), _elsewhere_too)
    query = standing.standing(*columns, provable(s.person), *policy.COLUMNS)
    query = query.join(t.sessions, s.member == t.members.c.id).where(_shown(secret, now), s.expires_at > now)
    query = query.join(sign_in_policies, sign_in_policies.c.workspace_id == t.members.c.workspace_id, isouter=True)
    query = query.join(sso_sessions, sso_sessions.c.session == s.id, isouter=True)
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise SignInNeeded("Sign in to go on.")
    elsewhere = row.vouched is not None and row.vouched != row.workspace_id
    policy.of(row).must_take(
        row.method,
        strong=row.strong,
        begun=row.created_at,
        seen=row.seen_at,
        now=now,
        owner=row.role == "owner",
        elsewhere=elsewhere,
    )
    if row.seen_at < now - timedelta(minutes=SEEN_MINUTES):
        await tx.execute(t.sessions.update().where(s.hash == row.hash).values(seen_at=now))
    proved = row.proved_at if row.hash == hashed(secret) else None
    return standing.actor_of(
        row, session=row.session, proved_at=proved if row.provable else now, strong=row.strong, address=row.address,
        vouched=row.vouched is not None and row.elsewhere_too,
    )  # fmt: skip


async def person_of(tx: AsyncConnection, secret: str) -> str:
    """The person whose session this is, whatever their workspace asks for. Raises `SignInNeeded`."""
    now = datetime.now(UTC)
    s = t.sessions.c
    query = select(s.person).join(t.members, s.member == t.members.c.id)
    query = query.where(_shown(secret, now), s.expires_at > now, standing.here, s.person.is_not(None))
    person = (await tx.execute(query)).scalar_one_or_none()
    if person is None:
        raise SignInNeeded("Sign in to go on.")
    return person


async def renew(tx: AsyncConnection, secret: str, *, strong: bool = False) -> str:
    """Another secret for the same session, which has just proved who it is; `strong` when with a second factor. The one before reads for
    a moment more, for requests that are under way, and counts as proved no longer. Raises `SignInNeeded`."""
    now, fresh = datetime.now(UTC), new_secret()
    s = t.sessions.c
    values = {"hash": hashed(fresh), "before": s.hash, "before_until": now + timedelta(seconds=BEFORE_SECONDS), "proved_at": now}
    mine = t.sessions.update().where(s.hash == hashed(secret), s.expires_at > now)
    if (await tx.execute(mine.values(**values, strong=s.strong | strong))).rowcount == 0:
        raise SignInNeeded("Sign in to go on.")
    return fresh


def at(by: Actor, address: str) -> Actor:
    """The same, coming from this network address."""
    return replace(by, address=address)


def provable(person: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether this person has anything to prove with who they are: else nobody can ask them to."""
    with_password = select(passwords.c.person).where(passwords.c.person == person).exists()
    with_passkey = select(passkeys.c.id).where(passkeys.c.person == person).exists()
    with_codes = select(totps.c.person).where(totps.c.person == person, totps.c.on_at.is_not(None)).exists()
    return or_(with_password, with_passkey, with_codes).label("provable")


def _shown(secret: str, now: datetime) -> ColumnElement[bool]:
    """The session of this secret, or of the one before it while that still reads."""
    s = t.sessions.c
    return (s.hash == hashed(secret)) | ((s.before == hashed(secret)) & (s.before_until > now))


async def end(tx: AsyncConnection, secret: str) -> None:
    """Signs out. Nothing happens when nobody was signed in."""
    await tx.execute(t.sessions.delete().where(_shown(secret, datetime.now(UTC))))


_other = t.members.alias("other")
_elsewhere_too = (
    select(_other.c.id)
    .where(
        _other.c.person == t.members.c.person, _other.c.workspace_id != t.members.c.workspace_id, _other.c.removed_at.is_(None)
    )
    .correlate(t.members)
    .exists()
    .label("elsewhere_too")
)
"""Whether this person is in another workspace as well."""


@through_all
async def end_of(tx: AsyncConnection, person: str, *, but: str | None = None) -> int:
    """Signs this person out everywhere, in all workspaces, `but` in the session of this id; gives how many ended."""
    s = t.sessions.c
    mine = t.sessions.delete().where(s.person == person)
    return (await tx.execute(mine if but is None else mine.where(s.id != but))).rowcount


async def end_all(tx: AsyncConnection, *, by: Actor) -> None:
    """Signs this member out everywhere."""
    await tx.execute(t.sessions.delete().where(t.sessions.c.member == by.member))
