"""Which doors are open: for the page that asks how one wants to come in, before anybody has said who they are.

It answers the same for an address that nobody has as for one that somebody has: else it would be a way to find out who is here. What it
tells of an address hangs on its domain alone.
"""

from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.db.signin_tables import sign_in_policies
from sayso.team.signin import policy
from sayso.team.signin.policy import Policy
from sayso.team.sso import ways as sso_ways


@dataclass(frozen=True, slots=True)
class SsoDoor:
    """A button such as "Go on with Okta", and the address of ours that it leads to."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Ways:
    """What the sign-in page shows. `leads_to` is where this address of e-mail goes at once: its domain belongs to a provider."""

    name: str = ""
    """Of the workspace, where the server has one only."""
    hue: int | None = None
    password: bool = True
    link: bool = True
    passkey: bool = True
    sso: tuple[SsoDoor, ...] = ()
    leads_to: str | None = None


async def open_for(tx: AsyncConnection, email: str | None = None) -> Ways:
    """The doors for this address; without one, those that are open for anybody at all."""
    w, p = t.workspaces.c, sign_in_policies.c
    query = select(w.name, w.hue, *policy.COLUMNS).select_from(t.workspaces)
    rows = (await tx.execute(query.join(sign_in_policies, p.workspace_id == w.id, isouter=True).limit(100))).all()
    alone = rows[0] if len(rows) == 1 else None
    known = [policy.of(row) for row in rows] or [Policy()]
    takes = {method for one in known for method in one.methods}
    led = await sso_ways.for_address(tx, email) if email else None
    return Ways(
        sso=tuple(SsoDoor(f"Go on with {one.name}", one.url) for one in await sso_ways.shown(tx)),
        leads_to=f"{led.url}?hint={quote(email, safe='')}" if led and email else None,
        name=alone.name if alone else "",
        hue=alone.hue if alone else None,
        password="password" in takes,
        link="link" in takes,
        passkey="passkey" in takes or any(one.methods == ("sso",) for one in known),  # owners' way round it
    )
