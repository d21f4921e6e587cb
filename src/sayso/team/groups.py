"""Groups of members, with properties that rules about rows may ask for (`my.region`)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.people_tables import app_grants, group_members
from sayso.db.people_tables import groups as t
from sayso.db.tables import members as m
from sayso.errors import Conflict, Invalid, NotFound, Problem
from sayso.team import access, audit, given, news, properties
from sayso.team.actor import Actor
from sayso.team.ids import new_id

GROUPS_MAX = 500
NAME_LENGTH_MAX = 80


@dataclass(frozen=True, slots=True)
class Group:
    """`external`: an identity provider keeps it, and is where its name and members are changed. `apps` is in how many it was granted something."""

    id: str
    name: str
    properties: Mapping[str, str]
    members: tuple[str, ...]
    external: bool
    apps: int


async def listed(tx: AsyncConnection, *, by: Actor) -> tuple[Group, ...]:
    """By name. Guests see their own."""
    query = select(t.c.id, t.c.name, t.c.properties, t.c.external).where(t.c.workspace_id == by.workspace)
    if by.role == "guest":
        query = query.where(t.c.id.in_(sorted(by.groups)))
    rows = (await tx.execute(query.order_by(func.lower(t.c.name)))).all()
    inside = select(group_members.c.group_id, m.c.id).join(m, m.c.id == group_members.c.member)
    inside = inside.where(m.c.workspace_id == by.workspace, m.c.removed_at.is_(None)).order_by(m.c.created_at, m.c.id)
    of: dict[str, list[str]] = {}
    for group, member in await tx.execute(inside):
        of.setdefault(group, []).append(member)
    granted = select(app_grants.c.subject, func.count(app_grants.c.app.distinct())).group_by(app_grants.c.subject)
    granted = granted.where(app_grants.c.workspace_id == by.workspace, app_grants.c.subject_kind == "group")
    apps = {row[0]: row[1] for row in await tx.execute(granted)}
    shown = (lambda ids: tuple(id for id in ids if id == by.member)) if by.role == "guest" else tuple
    return tuple(
        Group(r.id, r.name, r.properties, shown(of.get(r.id, ())), r.external is not None, apps.get(r.id, 0)) for r in rows
    )


async def read(tx: AsyncConnection, id: str, *, by: Actor) -> Group:
    found = next((one for one in await listed(tx, by=by) if one.id == id), None)
    if found is None:
        raise NotFound("There is no such group.")
    return found


async def create(
    tx: AsyncConnection, name: str, *, by: Actor, values: Mapping[str, str] | None = None, members: Collection[str] = ()
) -> Group:
    by.must("manage")
    count = await tx.execute(select(func.count()).where(t.c.workspace_id == by.workspace))
    if count.scalar_one() >= GROUPS_MAX:
        raise Invalid(Problem("", f"a workspace has at most {GROUPS_MAX} groups"))
    id, kept = new_id("gr"), properties.checked(values or {})
    name = await _named(tx, name, by)
    await tx.execute(t.insert().values(id=id, workspace_id=by.workspace, name=name, properties=kept))
    await _put(tx, id, members, by)
    await audit.write(tx, "group.created", f"made the group {name}", by=by, subject=id, detail={"members": sorted(members)})
    await given.group(tx, id, name, members, by=by)
    await news.changed(tx, members, by=by)
    return await read(tx, id, by=by)


async def change(
    tx: AsyncConnection,
    id: str,
    *,
    by: Actor,
    name: str | None = None,
    values: Mapping[str, str] | None = None,
    members: Collection[str] | None = None,
) -> Group:
    """What is None stays. Raises `Conflict` for what only the identity provider changes."""
    by.must("manage")
    before = await read(tx, id, by=by)
    new: dict[str, Any] = {}
    if name is not None and name != before.name:
        _must_be_ours(before)
        new["name"] = await _named(tx, name, by, but=id)
    if values is not None:
        new["properties"] = properties.checked(values)
    if new:
        await tx.execute(update(t).where(t.c.id == id).values(**new))
    if members is not None and set(members) != set(before.members):
        _must_be_ours(before)
        await _put(tx, id, members, by)
        new["members"] = sorted(members)
        await given.group(tx, id, new.get("name", before.name), set(members) - set(before.members), by=by)
    if new:
        was = {key: getattr(before, key) for key in new}
        await audit.write(tx, "group.changed", f"changed the group {before.name}", by=by, subject=id, before=was, after=new)
        await news.changed(tx, by=by)
    return await read(tx, id, by=by)


async def remove(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    """With everything it was granted."""
    by.must("manage")
    before = await read(tx, id, by=by)
    await access.removed(tx, "group", id, workspace=by.workspace)
    await tx.execute(delete(t).where(t.c.workspace_id == by.workspace, t.c.id == id))
    await audit.write(tx, "group.removed", f"removed the group {before.name}", by=by, subject=id)
    await news.changed(tx, before.members, by=by)


async def put_member(tx: AsyncConnection, member: str, wanted: Collection[str], *, by: Actor) -> None:
    """Exactly these groups from now on. Those of an identity provider are left as they are, and cannot be asked for anew."""
    by.must("manage")
    known = {one.id: one for one in await listed(tx, by=by)}
    if unknown := set(wanted) - set(known):
        raise Invalid(Problem("groups", f"{min(unknown)} is no group here"))
    before = {id for id, one in known.items() if member in one.members}
    for id in before ^ set(wanted):
        _must_be_ours(known[id])
    await add(tx, member, set(wanted) - before, workspace=by.workspace)
    for id in sorted(set(wanted) - before):
        await given.group(tx, id, known[id].name, [member], by=by)
    less = group_members.c.group_id.in_(sorted(before - set(wanted)))
    await tx.execute(delete(group_members).where(group_members.c.member == member, less))
    if before != set(wanted):
        name = (await tx.execute(select(m.c.name).where(m.c.id == member))).scalar_one()
        now = sorted(wanted)
        await audit.write(
            tx, "member.groups", f"changed the groups of {name}", by=by, subject=member, before=sorted(before), after=now
        )
        await news.changed(tx, [member], by=by)


async def add(tx: AsyncConnection, member: str, ids: Collection[str], *, workspace: str) -> None:
    """Into these groups too, of those that are still there."""
    there = select(t.c.id).where(t.c.workspace_id == workspace, t.c.id.in_(sorted(ids)))
    rows = [{"workspace_id": workspace, "group_id": id, "member": member} for id in (await tx.execute(there)).scalars()]
    if rows:
        await tx.execute(insert(group_members).on_conflict_do_nothing(), rows)


async def _put(tx: AsyncConnection, id: str, members: Collection[str], by: Actor) -> None:
    there = select(m.c.id).where(m.c.workspace_id == by.workspace, m.c.id.in_(sorted(members)), m.c.removed_at.is_(None))
    found = set((await tx.execute(there)).scalars())
    if unknown := set(members) - found:
        raise Invalid(Problem("members", f"{min(unknown)} is nobody here"))
    await tx.execute(delete(group_members).where(group_members.c.group_id == id, group_members.c.member.not_in(sorted(found))))
    rows = [{"workspace_id": by.workspace, "group_id": id, "member": member} for member in sorted(found)]
    if rows:
        await tx.execute(insert(group_members).on_conflict_do_nothing(), rows)


def _must_be_ours(group: Group) -> None:
    if group.external:
        raise Conflict(f"{group.name} is kept by your identity provider: change it there.")


async def _named(tx: AsyncConnection, name: str, by: Actor, but: str = "") -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= NAME_LENGTH_MAX or not name.isprintable():
        raise Invalid(Problem("name", f"has 1 to {NAME_LENGTH_MAX} characters", "Support"))
    same = select(t.c.id).where(t.c.workspace_id == by.workspace, func.lower(t.c.name) == name.lower(), t.c.id != but)
    if (await tx.execute(same)).first() is not None:
        raise Conflict(f"There is a group {name} already.")
    return name
