"""Somebody whose first factor was right, and whose second is still to come. No session: nothing can be read with it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.signin_tables import half_sign_ins as t
from sayso.errors import SignInNeeded
from sayso.team.secret import hashed, new_secret

MINUTES_MAX = 15


@dataclass(frozen=True, slots=True)
class Half:
    person: str
    method: str
    to: str


async def begin(tx: AsyncConnection, person: str, method: str, *, to: str) -> str:
    """The secret for their cookie."""
    now, secret = datetime.now(UTC), new_secret()
    await tx.execute(delete(t).where(t.c.expires_at < now))
    values = {"person": person, "method": method, "to": to, "expires_at": now + timedelta(minutes=MINUTES_MAX)}
    await tx.execute(t.insert().values(hash=hashed(secret), **values))
    return secret


async def read(tx: AsyncConnection, secret: str) -> Half:
    """Raises `SignInNeeded` when it is over."""
    query = select(t.c.person, t.c.method, t.c.to).where(t.c.hash == hashed(secret), t.c.expires_at > datetime.now(UTC))
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise SignInNeeded("That took too long. Sign in from the beginning.")
    return Half(*row)


async def end(tx: AsyncConnection, secret: str) -> bool:
    """Whether it was still there: two answers to one question let in once."""
    return (await tx.execute(delete(t).where(t.c.hash == hashed(secret)))).rowcount == 1


async def end_all(tx: AsyncConnection, person: str) -> None:
    await tx.execute(delete(t).where(t.c.person == person))
