"""Who may give which role, and touch whom: nobody reaches beyond what they may do themselves.

Roles are compared by their rights, so that one of the workspace's own stands where its rights say: an admin cannot make owners or touch
them, since only owners may `own`.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.people_tables import workspace_roles
from sayso.db.tables import members, workspaces
from sayso.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from sayso.team.actor import Actor
from sayso.team.roles import MAY, RIGHTS, ROLES, Reach, Right

GIVEN: tuple[Reach, ...] = tuple(role for role in ROLES if role != "nothing")
"""What a member may be; `nothing` is for who is none."""


async def roles(tx: AsyncConnection, workspace: str) -> dict[str, frozenset[Right]]:
    """Every role that a member here may have, with its rights: built in, then the workspace's own."""
    c = workspace_roles.c
    own = await tx.execute(select(c.id, c.rights).where(c.workspace_id == workspace).order_by(func.lower(c.name)))
    known: dict[str, frozenset[Right]] = {role: MAY[role] for role in GIVEN}
    return known | {row.id: frozenset[Right](r for r in RIGHTS if r in row.rights) for row in own}


def within(by: Actor, rights: Iterable[Right]) -> bool:
    return frozenset(rights) <= frozenset(by.rights)


async def must_give(tx: AsyncConnection, role: str, *, by: Actor, path: str = "role") -> None:
    """Raises `Invalid` when there is no such role, `Forbidden` when it may do what `by` may not."""
    by.must("manage")
    known = await roles(tx, by.workspace)
    if role not in known:
        raise Invalid(Problem(path, f"{role[:40]} is no role here", "member"))
    if not within(by, known[role]):
        raise Forbidden(f"{by.name} cannot give a role that may do more than {by.name} may.")


async def must_touch(tx: AsyncConnection, id: str, *, by: Actor) -> str:
    """The role of this member, held until the transaction ends. Raises `NotFound`, and `Forbidden` when they may do what `by` may not."""
    by.must("manage")
    m = members.c
    query = select(m.role, m.name).where(m.workspace_id == by.workspace, m.id == id, m.removed_at.is_(None)).with_for_update()
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise NotFound(f"Nobody here has the id {id}.")
    if not within(by, (await roles(tx, by.workspace)).get(row.role, frozenset())):
        raise Forbidden(f"{row.name} may do more here than {by.name} may: only somebody who may do all that can change this.")
    return row.role


async def must_keep_an_owner(tx: AsyncConnection, but: str, *, workspace: str) -> None:
    """Before the member `but` is an owner no more. One such change at a time. Raises `Conflict` when nobody else would be one."""
    await tx.execute(select(workspaces.c.id).where(workspaces.c.id == workspace).with_for_update())
    m = members.c
    others = select(func.count()).where(
        m.workspace_id == workspace, m.role == "owner", m.kind == "person", m.id != but, m.removed_at.is_(None), m.suspended_at.is_(None)
    )  # fmt: skip
    if not (await tx.execute(others)).scalar_one():
        raise Conflict("A workspace keeps at least one owner. Make somebody else one first.")


def named(role: str, own: Mapping[str, str]) -> str:
    """How people read it; `own` are the names of the workspace's own, by id."""
    return own.get(role) or role[:1].upper() + role[1:]


async def names(tx: AsyncConnection, workspace: str) -> dict[str, str]:
    """Of the workspace's own roles, by id."""
    c = workspace_roles.c
    return {row.id: row.name for row in await tx.execute(select(c.id, c.name).where(c.workspace_id == workspace))}
