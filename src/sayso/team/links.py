"""Links that let somebody in, once, as a member. What is let out, again and again, is a share: see `team.shares`."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.errors import SignInNeeded
from sayso.team import audit, standing
from sayso.team.actor import Actor
from sayso.team.secret import hashed, new_secret

SIGN_IN_MINUTES_MAX = 15


async def sign_in(tx: AsyncConnection, *, by: Actor, to: str = "/") -> str:
    """A secret that signs the member behind `by` in: once, within 15 minutes. `to` is the page that they want then."""
    secret = new_secret()
    await tx.execute(
        t.links.insert().values(
            hash=hashed(secret),
            workspace_id=by.workspace,
            kind="sign_in",
            member=by.member,
            settings={"to": to},
            created_by=by.id,
            expires_at=datetime.now(UTC) + timedelta(minutes=SIGN_IN_MINUTES_MAX),
        )
    )
    return secret


async def redeem(tx: AsyncConnection, secret: str) -> Actor:
    """The member whom this link signs in. It is used up now. Raises `SignInNeeded` when it was before, or is too old."""
    c = t.links.c
    used = (
        t.links.update()
        .where(c.hash == hashed(secret), c.kind == "sign_in", c.used_at.is_(None), c.revoked_at.is_(None))
        .where(c.expires_at > datetime.now(UTC))
        .values(used_at=func.now())
        .returning(c.member)
    )
    member = (await tx.execute(used)).scalar_one_or_none()
    actor = await standing.read(tx, member) if member else None
    if actor is None:
        raise SignInNeeded("This sign-in link was used already, or is too old. `sayso up` prints a fresh one.")
    await audit.write(tx, "member.signed_in", "signed in with a link", by=actor)
    return actor


async def destination(tx: AsyncConnection, secret: str) -> str:
    """The page that a sign-in link leads to: an address of ours, kept with the link, never taken from a request."""
    wanted = select(t.links.c.settings["to"].astext).where(t.links.c.hash == hashed(secret))
    return (await tx.execute(wanted)).scalar_one_or_none() or "/"
