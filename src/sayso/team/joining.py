"""Coming into a workspace by an invitation: as who one is here already, or as somebody new."""

from hashlib import sha256

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.tables import members as m
from sayso.db.tables import workspaces
from sayso.errors import Conflict, Forbidden, Invalid, Problem
from sayso.team import access, audit, given, groups, invitations, members, news, persons, standing
from sayso.team.actor import Actor
from sayso.team.addressed import is_address
from sayso.team.ids import new_id
from sayso.team.invitations import Invitation
from sayso.team.persons import Person


async def known(tx: AsyncConnection, invitation: Invitation) -> Person | None:
    """Whoever is behind the invitation's address already and has confirmed it: they sign in, and then join."""
    one = await persons.of_address(tx, invitation.email) if invitation.email else None
    return one if one is not None and one.verified else None


async def join(tx: AsyncConnection, secret: str, person: str) -> Actor:
    """This person comes in, and is returned as the member they are there. One who is in already gets what else was promised.

    Raises `NotFound` for an invitation that is over, `Forbidden` when they are suspended there.
    """
    invitation, _ = await invitations.found(tx, secret, held=True)
    return await _in(tx, invitation, await persons.read(tx, person))


async def join_as_new(tx: AsyncConnection, secret: str, name: str, email: str = "") -> Actor:
    """Somebody new, with a name and an address: that of the invitation, or for a link the one they give.

    Raises `Conflict` when the address is that of somebody here, who signs in first.
    """
    invitation, _ = await invitations.found(tx, secret, held=True)
    address = invitation.email or email.strip()
    if not is_address(address):
        raise Invalid(Problem("email", "is no e-mail address", "ana@example.com"))
    hue = int.from_bytes(sha256(address.lower().encode()).digest()[:2]) % 360
    person = await persons.create(tx, name, address, hue, verified=invitation.proves)
    return await _in(tx, invitation, person)


async def _in(tx: AsyncConnection, invitation: Invitation, person: Person) -> Actor:
    member, new = await _member(tx, invitation, person)
    await groups.add(tx, member, invitation.groups, workspace=invitation.workspace)
    await access.give(tx, member, invitation.apps, workspace=invitation.workspace)
    by = await standing.read(tx, member, workspace=invitation.workspace)
    if by is None:
        raise Forbidden("You are suspended in this workspace. Ask whoever manages it.")
    if new:
        await invitations.used(tx, invitation.id)
        await audit.write(tx, "member.joined", f"joined by an invitation as {invitation.role}", by=by, subject=invitation.id)
        await news.changed(tx, [member], by=by)
        await given.came(tx, invitation.created_by, by=by)
    return by


async def _member(tx: AsyncConnection, invitation: Invitation, person: Person) -> tuple[str, bool]:
    """Their member there, and whether they have come in only now."""
    await tx.execute(select(workspaces.c.id).where(workspaces.c.id == invitation.workspace).with_for_update())
    here = m.c.workspace_id == invitation.workspace
    before = (await tx.execute(select(m.c.id, m.c.removed_at).where(here, m.c.person == person.id))).one_or_none()
    if before is not None and before.removed_at is None:
        return before.id, False
    await _free(tx, invitation.workspace, person)
    if before is not None:
        await members.rejoin(tx, before.id, invitation.role)
        await tx.execute(update(m).where(m.c.id == before.id).values(name=person.name, email=person.email, hue=person.hue))
        return before.id, True
    values = {"workspace_id": invitation.workspace, "person": person.id, "name": person.name, "email": person.email}
    id = new_id("m")
    await tx.execute(m.insert().values(id=id, role=invitation.role, hue=person.hue, **values))
    return id, True


async def _free(tx: AsyncConnection, workspace: str, person: Person) -> None:
    """An address that somebody left behind, or that nobody's account carries, goes to who has it now."""
    if person.email is None:
        return
    same = (
        (m.c.workspace_id == workspace) & (func.lower(m.c.email) == person.email.lower()) & m.c.person.is_distinct_from(person.id)
    )
    if (await tx.execute(select(m.c.id).where(same, m.c.removed_at.is_(None), m.c.person.is_not(None)))).first() is not None:
        raise Conflict("Somebody in this workspace has this address already.")
    await tx.execute(update(m).where(same).values(email=None))
