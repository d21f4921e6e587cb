"""How a member stands in their workspace now: role, groups, and whether they are still here. The one place that turns a row of
`sayso.members` into an actor, so that somebody who was suspended or removed is nobody everywhere at once.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.people_tables import group_members, workspace_roles
from sayso.db.tables import members, tokens, workspaces
from sayso.errors import Forbidden
from sayso.team.actor import Actor, Kind
from sayso.team.roles import RIGHTS, Right

m = members.c

in_the_trash = select(workspaces.c.id).where(workspaces.c.id == m.workspace_id, workspaces.c.deleted_at.is_not(None))
here: ColumnElement[bool] = m.removed_at.is_(None) & m.suspended_at.is_(None) & ~in_the_trash.correlate(members).exists()
"""Members who may do anything at all: not removed, not suspended, and their workspace is not in the trash."""

groups_of = func.coalesce(
    select(func.array_agg(group_members.c.group_id)).where(group_members.c.member == m.id).correlate(members).scalar_subquery(),
    cast(array([], type_=Text), ARRAY(Text)),
).label("groups")
allowed_of = (
    select(workspace_roles.c.rights)
    .where(workspace_roles.c.id == m.role, workspace_roles.c.workspace_id == m.workspace_id)
    .correlate(members)
    .scalar_subquery()
    .label("allowed")
)
COLUMNS = (m.workspace_id, m.id, m.role, m.name, m.person, groups_of, allowed_of)
"""What `actor_of` reads; further columns may stand beside them."""


def standing(*more: Any) -> Select[*tuple[Any, ...]]:
    """Members who are here, ready for `actor_of`; say which with `where`."""
    return select(*COLUMNS, *more).select_from(members).where(here)


def actor_of(row: Any, kind: Kind = "member", **more: Any) -> Actor:
    """Someone, from a row of `standing`."""
    allowed = None if row.allowed is None else frozenset[Right](r for r in RIGHTS if r in row.allowed)
    by = Actor(
        kind, row.workspace_id, row.id, row.role, row.name, person=row.person, groups=frozenset(row.groups), allowed=allowed
    )
    return replace(by, **more) if more else by


async def read(tx: AsyncConnection, member: str, *, workspace: str | None = None) -> Actor | None:
    """The member as they stand now; None when they are not here."""
    query = standing().where(m.id == member)
    row = (await tx.execute(query if workspace is None else query.where(m.workspace_id == workspace))).one_or_none()
    return None if row is None else actor_of(row)


async def now(tx: AsyncConnection, by: Actor) -> Actor:
    """The same actor with the rights of now, for work that takes long: role, groups, and whether they, and the token they came with, still count.
    What narrowed it stays. What is no member (Sayso itself, a link) stays as it is. Raises `Forbidden` when they are not here any more."""
    if by.member is None or by.kind in ("system", "link"):
        return by
    found = await read(tx, by.member, workspace=by.workspace)
    if found is None or (by.token is not None and not await _works(tx, by.token)):
        raise Forbidden(f"{by.name} is not in this workspace any more, or their token was withdrawn.")
    return replace(by, role=found.role, person=found.person, groups=found.groups, allowed=found.allowed)


async def _works(tx: AsyncConnection, token: str) -> bool:
    k = tokens.c
    living = k.revoked_at.is_(None) & (k.expires_at.is_(None) | (k.expires_at > func.now()))
    return (await tx.execute(select(k.id).where(k.id == token, living))).first() is not None


async def of_all(tx: AsyncConnection, ids: Collection[str]) -> dict[tuple[str, str], Actor]:
    """Members by workspace and id; those who are not here are not among them."""
    rows = (await tx.execute(standing().where(m.id.in_(ids)))).all() if ids else ()
    return {(row.workspace_id, row.id): actor_of(row) for row in rows}
