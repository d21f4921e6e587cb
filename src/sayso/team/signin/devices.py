"""Browsers that somebody signed in with before: known by a cookie of their own, so that a new one is told of and an old one is not locked out."""

from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.signin_tables import devices as t
from sayso.team.secret import hashed, new_secret

DEVICES_OF_ONE_MAX = 50


async def is_known(tx: AsyncConnection, person: str | None, secret: str) -> bool:
    query = select(t.c.person).where(t.c.person == person, t.c.hash == hashed(secret))
    return bool(secret) and (await tx.execute(query)).first() is not None


async def seen(tx: AsyncConnection, person: str, secret: str) -> tuple[str, bool]:
    """The secret that this browser keeps from now on, and whether it is new while others were known before: then they are told."""
    others = (await tx.execute(select(func.count()).select_from(t).where(t.c.person == person))).scalar_one()
    known = await is_known(tx, person, secret)
    kept = secret if secret else new_secret()
    now = datetime.now(UTC)
    mine = insert(t).values(person=person, hash=hashed(kept), created_at=now, seen_at=now)
    await tx.execute(mine.on_conflict_do_update(index_elements=[t.c.person, t.c.hash], set_={"seen_at": now}))
    old = select(t.c.hash).where(t.c.person == person).order_by(t.c.seen_at.desc()).offset(DEVICES_OF_ONE_MAX)
    await tx.execute(delete(t).where(t.c.person == person, t.c.hash.in_(old)))
    return kept, not known and others > 0


async def forget(tx: AsyncConnection, person: str) -> None:
    """After a reset: none of them is trusted any more."""
    await tx.execute(delete(t).where(t.c.person == person))
