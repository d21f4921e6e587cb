"""Roles of a workspace's own: a name, and what it may do here. What one may in an app comes on top, by its own roles."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.people_tables import workspace_roles as t
from sayso.db.tables import members as m
from sayso.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from sayso.team import audit, news, rank
from sayso.team.actor import WHAT, Actor
from sayso.team.ids import new_id
from sayso.team.roles import MAY, RIGHTS, Right

ROLES_MAX = 100
NAME_LENGTH_MAX = 60
ABOUT = {
    "owner": "May everything, also decide who else owns the workspace, how one signs in, and its end.",
    "admin": "Manages people and settings, and builds; cannot touch owners.",
    "builder": "Builds apps, automations and co-workers, and may publish outside.",
    "member": "Works in apps: sees, adds, changes and comments.",
    "viewer": "Looks, and changes nothing.",
    "guest": "Sees only the apps that they were given, one by one.",
}


@dataclass(frozen=True, slots=True)
class WorkspaceRole:
    """`members` is how many have it now."""

    id: str
    name: str
    rights: tuple[Right, ...]
    built_in: bool
    members: int
    sentence: str


async def listed(tx: AsyncConnection, *, by: Actor) -> tuple[WorkspaceRole, ...]:
    """Built in, from the farthest to the least; then the workspace's own, by name."""
    query = select(m.c.role, func.count()).where(m.c.workspace_id == by.workspace, m.c.removed_at.is_(None)).group_by(m.c.role)
    counts = {row[0]: row[1] for row in await tx.execute(query)}
    query = select(t.c.id, t.c.name, t.c.rights).where(t.c.workspace_id == by.workspace).order_by(func.lower(t.c.name))
    own = [(row.id, row.name, _ordered(row.rights)) for row in await tx.execute(query)]
    built_in = [WorkspaceRole(id, rank.named(id, {}), _ordered(MAY[id]), True, counts.get(id, 0), ABOUT[id]) for id in rank.GIVEN]
    return (*built_in, *(WorkspaceRole(id, name, rights, False, counts.get(id, 0), told(rights)) for id, name, rights in own))


def told(rights: Collection[Right]) -> str:
    """What rights mean, in a sentence."""
    if not rights:
        return "May nothing in the workspace; sees the apps that they were given."
    *first, last = [WHAT[right].replace("this", "apps", 1) if right == "read" else WHAT[right] for right in _ordered(rights)]
    return f"May {', '.join(first)} and {last}." if first else f"May {last}."


async def create(tx: AsyncConnection, name: str, rights: Collection[Right], *, by: Actor) -> WorkspaceRole:
    by.must("manage")
    kept, name = checked(rights, by), await _named(tx, name, by)
    if (await tx.execute(select(func.count()).where(t.c.workspace_id == by.workspace))).scalar_one() >= ROLES_MAX:
        raise Invalid(Problem("", f"a workspace has at most {ROLES_MAX} roles of its own"))
    id = new_id("ro")
    await tx.execute(t.insert().values(id=id, workspace_id=by.workspace, name=name, rights=list(kept)))
    await audit.write(tx, "role.created", f"made the role {name}", by=by, subject=id, detail={"rights": kept})
    await news.changed(tx, [], by=by)
    return await read(tx, id, by=by)


async def read(tx: AsyncConnection, id: str, *, by: Actor) -> WorkspaceRole:
    found = next((one for one in await listed(tx, by=by) if one.id == id), None)
    if found is None:
        raise NotFound("There is no such role.")
    return found


async def change(
    tx: AsyncConnection, id: str, *, by: Actor, name: str | None = None, rights: Collection[Right] | None = None
) -> WorkspaceRole:
    """Counts at once for everybody who has it. Raises `Forbidden` when it may, or would, do what `by` may not."""
    before = await _held(tx, id, by)
    given: dict[str, object] = {}
    if name is not None and name != before.name:
        given["name"] = await _named(tx, name, by, but=id)
    if rights is not None:
        given["rights"] = list(checked(rights, by))
    if given:
        await tx.execute(update(t).where(t.c.id == id).values(**given))
        was = {key: getattr(before, key) for key in given}
        await audit.write(tx, "role.changed", f"changed the role {before.name}", by=by, subject=id, before=was, after=given)
        await news.changed(tx, by=by)
    return await read(tx, id, by=by)


async def remove(tx: AsyncConnection, id: str, *, by: Actor, to: str = "member") -> None:
    """Whoever has it gets the role `to`."""
    before = await _held(tx, id, by)
    await rank.must_give(tx, to, by=by, path="to")
    if to in (id, "owner"):
        raise Invalid(Problem("to", "is another role, and not owner", "member"))
    await tx.execute(update(m).where(m.c.workspace_id == by.workspace, m.c.role == id).values(role=to))
    await tx.execute(delete(t).where(t.c.id == id))
    detail = {"to": to, "members": before.members}
    await audit.write(tx, "role.removed", f"removed the role {before.name}", by=by, subject=id, detail=detail)
    await news.changed(tx, by=by)


def checked(rights: Collection[Right], by: Actor) -> tuple[Right, ...]:
    """In their order, with what they need. Raises `Invalid`, `Forbidden`."""
    if unknown := set(rights) - set(RIGHTS):
        raise Invalid(Problem("rights", f"{min(unknown)[:40]} is none of {', '.join(RIGHTS)}", "write"))
    if "own" in rights:
        raise Invalid(Problem("rights", "of owners cannot be given to another role"))
    if rights and "read" not in rights:
        raise Invalid(Problem("rights", "begin with read: nobody changes what they cannot see", "read"))
    if not rank.within(by, rights):
        raise Forbidden(f"{by.name} cannot make a role that may do more than {by.name} may.")
    return _ordered(rights)


async def _held(tx: AsyncConnection, id: str, by: Actor) -> WorkspaceRole:
    by.must("manage")
    await tx.execute(select(t.c.id).where(t.c.workspace_id == by.workspace, t.c.id == id).with_for_update())
    before = await read(tx, id, by=by)
    if before.built_in:
        raise Conflict(f"{before.name} is built in, and stays as it is. Make a role of your own.")
    if not rank.within(by, before.rights):
        raise Forbidden(f"{before.name} may do more here than {by.name} may.")
    return before


def _ordered(rights: Collection[Right]) -> tuple[Right, ...]:
    return tuple(right for right in RIGHTS if right in rights)


async def _named(tx: AsyncConnection, name: str, by: Actor, but: str = "") -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= NAME_LENGTH_MAX or not name.isprintable():
        raise Invalid(Problem("name", f"has 1 to {NAME_LENGTH_MAX} characters", "Bookkeeper"))
    same = select(t.c.id).where(t.c.workspace_id == by.workspace, func.lower(t.c.name) == name.lower(), t.c.id != but)
    if name.lower() in (*rank.GIVEN, "nothing") or (await tx.execute(same)).first() is not None:
        raise Conflict(f"There is a role {name} already.")
    return name
