"""From an arrival to a member: found, linked or made. The one place where somebody who comes from a provider gets in.

Who was here before is known by their identity. Who was not is the person of the same address only when the provider stands for the
address *and* this workspace has proved its domain; an address that nobody had confirmed links to nobody who has been inside, and is taken from whoever had put it
there in another workspace: an account that somebody made ahead, in another's name, is never shared with its victim (pre-hijacking).
"""

from hashlib import sha256
from typing import Any

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.db.people_tables import group_members, groups
from sayso.db.sso_tables import identities as known_identities
from sayso.db.sso_tables import scim_users
from sayso.team import audit, members, news, persons, standing
from sayso.team.actor import Actor, system
from sayso.team.addressed import is_address
from sayso.team.ids import new_id
from sayso.team.sso import domains, identities, providers
from sayso.team.sso.arrival import Arrival, NotAdmitted
from sayso.team.sso.providers import Provider

SHARED_ISSUERS = (
    "https://accounts.google.com",
    "https://gitlab.com",
    "https://appleid.apple.com",
    "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
)
"""Where everybody may have an account: there a stranger is let in only with an address of a domain that the workspace has proved."""
HUES = 360
m = t.members.c


async def admitted(tx: AsyncConnection, provider: Provider, arrival: Arrival) -> Actor:
    """The member, as they stand now. Raises `NotAdmitted`, in words for whoever is at the door."""
    mapping = provider.mapping
    if mapping.strict and not mapping.fitting(arrival.groups):
        raise NotAdmitted(
            f"{provider.name} knows you, but you are in none of the groups that are let in here. Ask whoever looks after {provider.name}."
        )
    await identities.locked(tx, provider, arrival)
    person = await identities.person(tx, provider, arrival)
    if person is None:
        person = await _introduced(tx, provider, arrival)
        await identities.keep(tx, provider, arrival, person)
    member = await _membership(tx, provider, person, arrival)
    await _in_groups(tx, provider, member, arrival)
    await identities.used(tx, provider, arrival)
    await providers.used(tx, provider)
    by = await standing.read(tx, member, workspace=provider.workspace)
    if by is None:
        raise NotAdmitted("You may not come in here at the moment. Ask an owner of this workspace.")
    return by


async def _introduced(tx: AsyncConnection, provider: Provider, arrival: Arrival) -> str:
    """The person behind an identity that is new."""
    email = arrival.email if arrival.email and is_address(arrival.email) else None
    ours = email is not None and arrival.verified and await domains.is_proved(tx, arrival.domain, provider.workspace)
    if found := await _provisioned(tx, provider, arrival):
        return found
    if ours and email:
        other = await persons.of_address(tx, email)
        if other is not None and (other.verified or await _untouched(tx, other.id, provider.workspace)):
            await persons.confirmed(tx, other.id)
            return other.id
    if email and await _is_member(tx, provider.workspace, email):
        raise NotAdmitted(
            f"Somebody here has the address {email}, and has never confirmed it. If that is you: sign in as before, then let {provider.name} know you under Settings, Identity providers. If it is not, an owner takes it from them."
        )
    _must_be_welcome(provider, arrival, ours=ours)
    name = _named(arrival)
    person = await persons.create(tx, name, email if ours else None, _hue(arrival.subject), verified=ours)
    await audit.write(tx, "sso.introduced", f"brought {name} here for the first time", by=_as(provider), subject=person.id)
    return person.id


def _must_be_welcome(provider: Provider, arrival: Arrival, *, ours: bool) -> None:
    if not provider.mapping.new:
        raise NotAdmitted("You are not a member of this workspace yet. Ask an owner for an invitation.")
    if not ours and arrival.issuer.rstrip("/") in SHARED_ISSUERS:
        raise NotAdmitted("Here only addresses of the team's own domain are let in.")


async def _provisioned(tx: AsyncConnection, provider: Provider, arrival: Arrival) -> str | None:
    """Whom the workspace's own directory has put here (SCIM) and who has not been inside: by what it calls them, or their address."""
    s = scim_users.c
    same = s.external_id == arrival.subject
    if arrival.email and arrival.verified:
        same = same | (func.lower(s.user_name) == arrival.email.lower()) | (func.lower(m.email) == arrival.email.lower())
    query = (
        select(m.person)
        .join(scim_users, s.member == m.id)
        .where(s.workspace_id == provider.workspace, same, m.person.is_not(None))
    )
    found = (await tx.execute(query.limit(2))).scalars().all()
    return found[0] if len(found) == 1 and found[0] and await _untouched(tx, found[0], provider.workspace) else None


async def _untouched(tx: AsyncConnection, person: str, workspace: str) -> bool:
    """Whether nobody has ever been inside as this person, and they belong to no other workspace: so there is nobody to share with."""
    s = t.sessions.c
    queries = (
        exists().where(m.person == person, m.workspace_id != workspace),
        exists().where(s.person == person),
        exists().where(known_identities.c.person == person),
        exists().where(t.audit.c.by.in_(select(m.id).where(m.person == person))),
        exists().where(t.tokens.c.member.in_(select(m.id).where(m.person == person))),
    )
    inside = (await tx.execute(select(*(one.label(f"q{n}") for n, one in enumerate(queries))))).one()
    return not any(inside)


async def _is_member(tx: AsyncConnection, workspace: str, email: str) -> bool:
    query = select(m.id).where(m.workspace_id == workspace, func.lower(m.email) == email.lower())
    return (await tx.execute(query)).first() is not None


async def _membership(tx: AsyncConnection, provider: Provider, person: str, arrival: Arrival) -> str:
    """The id of their membership here, with the role that the provider's groups give."""
    query = select(m.id, m.role, m.name, m.removed_at, m.suspended_at).where(
        m.workspace_id == provider.workspace, m.person == person
    )
    row: Any = (await tx.execute(query.with_for_update())).one_or_none()
    mapping, by = provider.mapping, _as(provider)
    if row is None:
        _must_be_welcome(provider, arrival, ours=True)
        return await joined(
            tx, person, provider.workspace, role=mapping.role_of(arrival.groups, None), email=arrival.email, by=by
        )
    if row.suspended_at is not None:
        raise NotAdmitted("You are suspended here. Ask an owner of this workspace.")
    if row.removed_at is not None:
        _must_be_welcome(provider, arrival, ours=True)
        await members.rejoin(tx, row.id, mapping.role_of(arrival.groups, None))
        await audit.write(tx, "member.joined", f"brought {row.name} back", by=by, subject=row.id)
        await news.changed(tx, [row.id], by=by)
    elif row.role != "owner" and (role := mapping.role_of(arrival.groups, row.role)) != row.role:
        await tx.execute(update(t.members).where(m.id == row.id).values(role=role))
        said = f"made {row.name} {role}, before {row.role}"
        await audit.write(tx, "member.role", said, by=by, subject=row.id, detail={"before": row.role, "after": role})
        await news.changed(tx, [row.id], by=by)
    return row.id


async def joined(tx: AsyncConnection, person: str, workspace: str, *, role: str, email: str | None, by: Actor) -> str:
    """A new member of this person; gives its id. Where the person has a confirmed address, it is theirs here too."""
    who = await persons.read(tx, person)
    email = who.email or (email if email and is_address(email) and not await _is_member(tx, workspace, email) else None)
    if who.email:
        stale = update(t.members).where(m.workspace_id == workspace, func.lower(m.email) == who.email.lower())
        await tx.execute(stale.values(email=None))
    id = new_id("m")
    await tx.execute(
        t.members.insert().values(
            id=id, workspace_id=workspace, person=person, name=who.name, email=email, role=role, hue=who.hue
        )
    )
    await audit.write(tx, "member.joined", f"brought {who.name} in as {role}", by=by, subject=id)
    await news.changed(tx, [id], by=by)
    return id


async def _in_groups(tx: AsyncConnection, provider: Provider, member: str, arrival: Arrival) -> None:
    """Exactly those of the groups that the provider decides on; others are left alone."""
    wanted, decided = provider.mapping.groups_of(arrival.groups)
    if not decided:
        return
    g = group_members.c
    less = delete(group_members).where(
        g.member == member, g.group_id.in_(sorted(decided - wanted)), g.workspace_id == provider.workspace
    )
    changed = (await tx.execute(less)).rowcount
    there = select(groups.c.id).where(groups.c.workspace_id == provider.workspace, groups.c.id.in_(sorted(wanted)))
    rows = [{"workspace_id": provider.workspace, "group_id": id, "member": member} for id in (await tx.execute(there)).scalars()]
    if rows:
        changed += len((await tx.execute(insert(group_members).on_conflict_do_nothing().returning(g.group_id), rows)).all())
    if changed:
        await audit.write(
            tx, "member.groups", "set the groups of a member", by=_as(provider), subject=member, detail={"after": sorted(wanted)}
        )
        await news.changed(tx, [member], by=_as(provider))


def _as(provider: Provider) -> Actor:
    return system(provider.workspace, provider.name)


def _named(arrival: Arrival) -> str:
    told = "".join(c for c in arrival.name if c.isprintable())
    return " ".join(told.split())[:100] or (arrival.email or "").partition("@")[0] or "Somebody"


def _hue(subject: str) -> int:
    return int.from_bytes(sha256(subject.encode()).digest()[:2]) % HUES
