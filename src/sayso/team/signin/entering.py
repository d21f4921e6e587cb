"""Letting somebody in, however they have proved who they are: the one place where a sign-in becomes a session, single sign-on's too."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.db.signin_tables import sign_in_policies
from sayso.errors import Forbidden
from sayso.team import audit, sessions, standing
from sayso.team.actor import Actor
from sayso.team.signin import codes, devices, half, passkeys, policy
from sayso.team.signin.policy import Policy

SAID = {
    "operator": "signed in with a link of this machine",
    "link": "signed in with a link",
    "password": "signed in with a password",
    "passkey": "signed in with a passkey",
}
SECOND_FACTOR_ASKED = ("password", "link")
"""A passkey verifies its user itself; who signs in elsewhere shows a second factor there."""


class NotThisWay(Forbidden):
    """They are who they say, and still may not come in by this way, or are in no workspace any more."""

    slug, title = "not-this-way", "Not this way"


@dataclass(frozen=True, slots=True)
class Entered:
    """Signed in: the secrets for the cookies, and whether this browser is new to them."""

    by: Actor
    secret: str
    device: str
    new_device: bool


@dataclass(frozen=True, slots=True)
class HalfWay:
    """The second factor is still to come. `sets_up`: they have none, and their workspace needs one."""

    secret: str
    sets_up: bool


async def enter(
    tx: AsyncConnection,
    person: str,
    *,
    method: str,
    strong: bool = False,
    to: str = "/",
    agent: str = "",
    address: str = "",
    device: str = "",
    workspace: str | None = None,
) -> Entered | HalfWay:
    """Signs this person in. `strong`: a second factor was shown already; `device` is the secret of their browser's own cookie;
    `workspace` is the one that it has to be. Raises `NotThisWay`."""
    by, asked = await _where(tx, person, method, workspace)
    if not strong and method in SECOND_FACTOR_ASKED:
        has_codes = await codes.since(tx, person) is not None
        if not has_codes and asked.wants_second_factor(method, strong=False) and await passkeys.listed(tx, person):
            raise NotThisWay("Your workspace asks for a second factor. You have one: sign in with your passkey.")
        if has_codes or asked.wants_second_factor(method, strong=False):
            return HalfWay(await half.begin(tx, person, method, to=to), not has_codes)
    by = sessions.at(by, address)
    secret = await sessions.begin(tx, by=by, agent=agent, method=method, strong=strong)
    kept, new = await devices.seen(tx, person, device)
    await audit.write(tx, "member.signed_in", SAID.get(method, "signed in by single sign-on"), by=by)
    return Entered(by, secret, kept, new)


async def _where(tx: AsyncConnection, person: str, method: str, workspace: str | None) -> tuple[Actor, Policy]:
    """The workspace they were in last, or have been in longest, of those that take this method."""
    m, s = t.members.c, t.sessions.c
    last = select(func.max(s.seen_at)).where(s.member == m.id).correlate(t.members).scalar_subquery()
    query = standing.standing(*policy.COLUMNS).join(
        sign_in_policies, sign_in_policies.c.workspace_id == m.workspace_id, isouter=True
    )
    query = query.where(m.person == person, m.kind == "person").order_by(last.desc().nulls_last(), m.created_at, m.id)
    rows = [row for row in await tx.execute(query) if workspace in (None, row.workspace_id)]
    if not rows:
        raise NotThisWay("You are in no workspace here any more. Ask whoever invited you.")
    known: list[tuple[Any, Policy]] = [(row, policy.of(row)) for row in rows]
    for row, asked in known:
        if asked.allows(method, owner=row.role == "owner"):
            return standing.actor_of(row), asked
    raise NotThisWay(f"Your workspace wants you to sign in with {known[0][1].words}.")
