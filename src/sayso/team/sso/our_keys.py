"""Our own keys for a SAML provider, as they are kept: sealed, and changed in three steps that nobody at the door notices.

A new one is `next`: it is shown in our metadata beside the one in use and already opens what is encrypted for it. When the provider has
taken it over it is used (`now`), and the one before (`before`) stays good for opening until it is dropped.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import case, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.sso_tables import sso_keys as t
from sayso.errors import Conflict
from sayso.team import audit
from sayso.team.actor import Actor
from sayso.team.ids import new_id
from sayso.team.sso.providers import Provider

State = Literal["next", "now", "before"]


@dataclass(frozen=True, slots=True)
class OurKey:
    """`sealed` is the private key in PEM, closed under the key's own id."""

    id: str
    state: State
    certificate: str
    sealed: bytes = field(repr=False)
    created_at: datetime


async def listed(tx: AsyncConnection, provider: Provider) -> tuple[OurKey, ...]:
    """The one in use first, then the next, then the one before."""
    order = case({"now": 0, "next": 1}, value=t.c.state, else_=2)
    columns = (t.c.id, t.c.state, t.c.certificate, t.c.sealed, t.c.created_at)
    mine = (t.c.provider == provider.id) & (t.c.workspace_id == provider.workspace)
    return tuple(OurKey(*row) for row in await tx.execute(select(*columns).where(mine).order_by(order)))


def named() -> str:
    """The id of one to come: its private key is sealed under it."""
    return new_id("sk")


async def add(tx: AsyncConnection, provider: Provider, id: str, certificate: str, sealed: bytes, *, by: Actor) -> None:
    """The first one is used at once. Raises `Conflict` while a change is under way."""
    by.must("own")
    known = {one.state for one in await listed(tx, provider)}
    if "next" in known or "before" in known:
        raise Conflict("A certificate is being changed already. Finish that first.")
    state: State = "next" if known else "now"
    values = {"id": id, "workspace_id": provider.workspace, "provider": provider.id, "certificate": certificate, "sealed": sealed}
    await tx.execute(t.insert().values(**values, state=state))
    await audit.write(tx, "sso.key", f"made a certificate of ours for {provider.name}", by=by, subject=provider.id)


async def change(tx: AsyncConnection, provider: Provider, *, by: Actor) -> None:
    """The next one is used from now on. Raises `Conflict` where there is none."""
    by.must("own")
    mine = (t.c.provider == provider.id) & (t.c.workspace_id == by.workspace)
    if "next" not in {one.state for one in await listed(tx, provider)}:
        raise Conflict("There is no new certificate to change to. Make one first.")
    await tx.execute(delete(t).where(mine, t.c.state == "before"))
    await tx.execute(update(t).where(mine, t.c.state == "now").values(state="before"))
    await tx.execute(update(t).where(mine, t.c.state == "next").values(state="now"))
    await audit.write(tx, "sso.key", f"changed our certificate for {provider.name}", by=by, subject=provider.id)


async def drop(tx: AsyncConnection, provider: Provider, *, by: Actor) -> None:
    """Ends a change: only the one in use stays."""
    by.must("own")
    mine = (t.c.provider == provider.id) & (t.c.workspace_id == by.workspace) & (t.c.state != "now")
    if (await tx.execute(delete(t).where(mine))).rowcount:
        await audit.write(tx, "sso.key", f"dropped a certificate of ours for {provider.name}", by=by, subject=provider.id)
