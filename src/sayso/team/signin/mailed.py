"""Secrets that are sent by mail: a link that signs in, a link to a new password. 256 bits, kept hashed, good once and not for long."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.signin_tables import mailed_secrets as t
from sayso.errors import SaysoError
from sayso.team.secret import hashed, new_secret

Purpose = Literal["link", "reset"]
MINUTES: dict[Purpose, int] = {"link": 15, "reset": 30}
OPEN_OF_ONE_MAX = 5
SECRET_CHARACTERS_MAX = 100


class DoesNotWork(SaysoError):
    """A mailed link that lets nobody in: never was, used, too old, or for something else."""

    status, slug, title = 400, "link-does-not-work", "This link does not work"


@dataclass(frozen=True, slots=True)
class Mailed:
    person: str
    proves: str | None
    to: str


async def create(
    tx: AsyncConnection, person: str, purpose: Purpose, *, proves: str | None, to: str = "/", now: datetime | None = None
) -> str:
    """A secret to send. `proves` is the address that is theirs when they open it; None when that shows nothing, as when whoever runs the machine is shown it. Only the newest few of a person count."""
    now = now or datetime.now(UTC)
    await tx.execute(delete(t).where(t.c.expires_at < now))
    old = (
        select(t.c.hash)
        .where(t.c.person == person, t.c.purpose == purpose)
        .order_by(t.c.created_at.desc())
        .offset(OPEN_OF_ONE_MAX - 1)
    )
    await tx.execute(delete(t).where(t.c.hash.in_(old)))
    secret, expires = new_secret(), now + timedelta(minutes=MINUTES[purpose])
    values = {"person": person, "purpose": purpose, "email": proves, "to": to, "created_at": now, "expires_at": expires}
    await tx.execute(t.insert().values(hash=hashed(secret), **values))
    return secret


async def look(tx: AsyncConnection, secret: str, purpose: Purpose, *, now: datetime | None = None) -> Mailed:
    """Whom it is for; it is not used up. Raises `DoesNotWork`."""
    c = t.c
    query = select(c.person, c.email, c.to).where(
        c.hash == _hash(secret), c.purpose == purpose, c.expires_at > (now or datetime.now(UTC))
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise DoesNotWork("It was used already, or is too old. Ask for a new one.")
    return Mailed(*row)


async def use(tx: AsyncConnection, secret: str, purpose: Purpose, *, now: datetime | None = None) -> Mailed:
    """Whom it is for; it is used up now, and so are all others of this person for the same. Raises `DoesNotWork`."""
    c = t.c
    mine = delete(t).where(c.hash == _hash(secret), c.purpose == purpose, c.expires_at > (now or datetime.now(UTC)))
    row = (await tx.execute(mine.returning(c.person, c.email, c.to))).one_or_none()
    if row is None:
        raise DoesNotWork("It was used already, or is too old. Ask for a new one.")
    await tx.execute(delete(t).where(c.person == row.person, c.purpose == purpose))
    return Mailed(*row)


async def end(tx: AsyncConnection, person: str) -> None:
    """All that was sent to them is void: the password has changed."""
    await tx.execute(delete(t).where(t.c.person == person))


def _hash(secret: str) -> bytes:
    return hashed(secret[:SECRET_CHARACTERS_MAX])
