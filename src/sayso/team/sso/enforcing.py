"""Single sign-on as the only way in. It is the sign-in policy that says so; here is what stands against it, said before and not after.

Owners keep two ways round it, for the day when the provider cannot be reached: their passkey, and the one-time link that whoever runs the
machine prints.
"""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.signin_tables import passkeys
from sayso.db.sso_tables import sso_providers as t
from sayso.db.tables import members as m
from sayso.errors import Conflict
from sayso.team import audit
from sayso.team.actor import Actor
from sayso.team.signin import policy
from sayso.team.signin.policy import Policy
from sayso.team.sso import identities
from sayso.team.sso.providers import Provider

ONLY = ("sso",)


async def read(tx: AsyncConnection, *, by: Actor) -> dict[str, Any]:
    now = await policy.read(tx, by.workspace)
    return {"enforced": now.methods == ONLY, "owners": await _owners(tx, by), "problems": await _problems(tx, by)}


async def put(tx: AsyncConnection, enforced: bool, *, by: Actor) -> None:
    """Raises `Conflict` with what stands against it."""
    now = await policy.read(tx, by.workspace)
    if enforced == (now.methods == ONLY):
        return
    if enforced and (problems := await _problems(tx, by)):
        raise Conflict(" ".join(problems))
    methods = ONLY if enforced else policy.METHODS
    await policy.put(tx, Policy(methods, now.second_factor, now.session_days, now.idle_minutes), by=by)
    said = "let people in by single sign-on only" if enforced else "let people in by other ways than single sign-on again"
    await audit.write(tx, "sso.enforced", said, by=by)


async def must_keep_one(tx: AsyncConnection, provider: Provider, *, by: Actor) -> None:
    """While it is the only way in, its last provider stays. Raises `Conflict`."""
    now = await policy.read(tx, by.workspace)
    if now.methods != ONLY:
        return
    others = select(t.c.id).where(t.c.workspace_id == by.workspace, t.c.on, t.c.id != provider.id)
    if (await tx.execute(others.limit(1))).first() is None:
        raise Conflict(f"{provider.name} is the only way into this workspace. Let people in by other ways first.")


async def _problems(tx: AsyncConnection, by: Actor) -> list[str]:
    """Why nobody should be made to sign in so yet."""
    ready = select(t.c.id).where(t.c.workspace_id == by.workspace, t.c.on)
    if (await tx.execute(ready.limit(1))).first() is None:
        return ["There is no provider that is on."]
    if by.kind == "member" and not await identities.has(tx, by.person, by.workspace):
        return ["No provider knows you yet: press “Connect me” first, so that you can come in yourself."]
    return []


async def _owners(tx: AsyncConnection, by: Actor) -> int:
    query = select(func.count(m.c.id.distinct())).join(passkeys, passkeys.c.person == m.c.person)
    here = (m.c.workspace_id == by.workspace) & (m.c.role == "owner") & m.c.removed_at.is_(None) & m.c.suspended_at.is_(None)
    return (await tx.execute(query.where(here))).scalar_one()
