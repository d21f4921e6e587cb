"""Deleting oneself: what is a person's own goes, what they did in their workspaces stays, by somebody who left."""

from collections.abc import Collection

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import net
from sayso.db import tables as t
from sayso.db.people_tables import people as p
from sayso.errors import Conflict, Invalid, Problem
from sayso.team import audit, members, news, persons, proof, workspaces
from sayso.team.actor import Actor

KEPT = frozenset({"sayso.people", "sayso.members"})
"""Tables that name people and keep a row of them, without their name."""

m = t.members.c


@net.through_all_until_commit
async def leave_for_good(tx: AsyncConnection, typed: str, *, by: Actor) -> None:
    """`typed` is one's name, word for word. Raises `Conflict` while one is the last owner of a workspace where others are; a workspace
    where one is alone goes to the trash."""
    persons.must_be_sure(by)
    person = await persons.read(tx, persons.of(by))
    if " ".join(typed.split()) != person.name:
        raise Invalid(Problem("name", "is not your name as it is written here", person.name))
    proof.must(by)
    mine = select(m.id, m.workspace_id, m.role).where(m.person == person.id, m.removed_at.is_(None))
    memberships = (await tx.execute(mine)).all()
    for row in memberships:
        await _must_not_orphan(tx, row.id, row.workspace_id, row.role)
    for row in memberships:
        as_member = Actor("member", row.workspace_id, row.id, "nothing", persons.GONE, person=person.id, address=by.address)
        await audit.write(tx, "member.deleted", "deleted their account", by=as_member, subject=row.id)
        await members.gone(tx, row.id, workspace=row.workspace_id)
        await news.changed(tx, [row.id], by=as_member)
        if not await _others(tx, row.id, row.workspace_id):
            await workspaces.trash(tx, row.workspace_id, row.id)
    await _forgotten(tx, person.id)


async def left_nowhere(tx: AsyncConnection, people: Collection[str]) -> None:
    """Of these people, who were in a workspace that is gone for good: whoever is in no other one is forgotten."""
    inside = select(m.person).where(m.person.in_(people), m.removed_at.is_(None))
    known = set((await tx.execute(inside)).scalars())
    for person in sorted(set(people) - known):
        await _forgotten(tx, person)


async def _must_not_orphan(tx: AsyncConnection, member: str, workspace: str, role: str) -> None:
    if role != "owner" or not await _others(tx, member, workspace):
        return
    owners = select(func.count()).where(m.workspace_id == workspace, m.role == "owner", m.kind == "person", m.id != member)
    if not (await tx.execute(owners.where(m.removed_at.is_(None), m.suspended_at.is_(None)))).scalar_one():
        name = (await tx.execute(select(t.workspaces.c.name).where(t.workspaces.c.id == workspace))).scalar_one()
        raise Conflict(
            f"You are the last owner of {name}, where others are too. Make somebody else an owner first, or delete it."
        )


async def _others(tx: AsyncConnection, member: str, workspace: str) -> bool:
    query = select(m.id).where(m.workspace_id == workspace, m.id != member, m.kind == "person", m.removed_at.is_(None)).limit(1)
    return (await tx.execute(query)).first() is not None


async def _forgotten(tx: AsyncConnection, person: str) -> None:
    """Whatever else is kept of a person (sessions, passwords, passkeys, devices …) goes; rows of members stay without name and address."""
    ids = select(m.id).where(m.person == person)
    for table in reversed(t.metadata.sorted_tables):
        if table.fullname not in KEPT and "person" in table.c:
            await tx.execute(delete(table).where(table.c.person == person))
    links = t.links.c
    await tx.execute(delete(t.links).where(links.member.in_(ids) | (links.settings["person"].astext == person)))
    await tx.execute(
        update(t.members).where(m.person == person).values(name=persons.GONE, email=None, preferences={}, properties={})
    )
    gone = {"name": persons.GONE, "email": None, "email_verified_at": None, "zone": None, "language": None, "picture": None}
    await tx.execute(update(p).where(p.c.id == person).values(**gone, picture_at=None, deleted_at=func.now()))
