"""Groups as a directory sees them. One that it touches is its own from then on: people change it there."""

from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.db.people_tables import group_members
from sayso.db.people_tables import groups as g
from sayso.db.sso_tables import scim_groups as s
from sayso.team import access, audit, news
from sayso.team.actor import Actor
from sayso.team.groups import GROUPS_MAX
from sayso.team.ids import new_id
from sayso.team.scim import filters
from sayso.team.scim.documents import Group
from sayso.team.scim.errors import Scim

m = t.members.c


async def listed(tx: AsyncConnection, asked: filters.Filter | None, *, by: Actor) -> list[Group]:
    query = _query(by)
    if asked is not None and (name := filters.equal_to(asked, "displayName")) is not None:
        query = query.where(func.lower(g.c.name) == name.lower())
    return [_group(row) for row in await tx.execute(query.order_by(g.c.created_at, g.c.id))]


async def read(tx: AsyncConnection, id: str, *, by: Actor) -> Group:
    """Raises `Scim` (404)."""
    row = (await tx.execute(_query(by).where(g.c.id == id))).one_or_none()
    if row is None:
        raise Scim(404, f"There is no group {id[:100]}.")
    return _group(row)


async def create(tx: AsyncConnection, name: str, external: str | None, inside: list[str], *, by: Actor) -> Group:
    await _must_be_free(tx, name, by)
    count = (await tx.execute(select(func.count()).select_from(g).where(g.c.workspace_id == by.workspace))).scalar_one()
    if count >= GROUPS_MAX:
        raise Scim(413, f"A workspace has at most {GROUPS_MAX} groups.", "tooMany")
    id = new_id("gr")
    await tx.execute(g.insert().values(id=id, workspace_id=by.workspace, name=name, external=external or "scim"))
    await _keep(tx, id, external, by)
    await _put(tx, id, inside, by)
    await audit.write(tx, "group.created", f"made the group {name}", by=by, subject=id, detail={"members": sorted(inside)})
    return await read(tx, id, by=by)


async def change(
    tx: AsyncConnection, before: Group, name: str, external: str | None, inside: list[str] | None, *, by: Actor
) -> Group:
    if name.lower() != before.name.lower():
        await _must_be_free(tx, name, by)
    await tx.execute(update(g).where(g.c.id == before.id).values(name=name, external=external or "scim"))
    await _keep(tx, before.id, external, by)
    there = {id for id, _ in before.members}
    if inside is not None and set(inside) != there:
        await _put(tx, before.id, inside, by)
    detail = {
        "before": {"name": before.name, "members": sorted(there)},
        "after": {"name": name, "members": sorted(inside or there)},
    }
    await audit.write(tx, "group.changed", f"changed the group {before.name}", by=by, subject=before.id, detail=detail)
    return await read(tx, before.id, by=by)


async def remove(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    """With everything it was granted."""
    before = await read(tx, id, by=by)
    await access.removed(tx, "group", id, workspace=by.workspace)
    await tx.execute(delete(g).where(g.c.id == id, g.c.workspace_id == by.workspace))
    await audit.write(tx, "group.removed", f"removed the group {before.name}", by=by, subject=id)
    await news.changed(tx, [one for one, _ in before.members], by=by)


# ── inside ────────────────────────────────────────────────────


def _query(by: Actor) -> Select[*tuple[Any, ...]]:
    inside = (
        select(func.jsonb_agg(aggregate_order_by(func.jsonb_build_array(m.id, m.name), m.created_at, m.id)))
        .join(group_members, group_members.c.member == m.id)
        .where(group_members.c.group_id == g.c.id, m.removed_at.is_(None))
        .correlate(g)
        .scalar_subquery()
    )
    updated = func.coalesce(s.c.updated_at, g.c.created_at).label("updated_at")
    query = select(g.c.id, g.c.name, s.c.external_id, inside.label("members"), g.c.created_at, updated)
    return query.select_from(g.outerjoin(s, s.c.group_id == g.c.id)).where(g.c.workspace_id == by.workspace)


def _group(row: Any) -> Group:
    return Group(
        row.id, row.name, row.external_id, [(id, name) for id, name in row.members or []], row.created_at, row.updated_at
    )


async def _must_be_free(tx: AsyncConnection, name: str, by: Actor) -> None:
    same = select(g.c.id).where(g.c.workspace_id == by.workspace, func.lower(g.c.name) == name.lower())
    if (await tx.execute(same)).first() is not None:
        raise Scim(409, f"There is a group {name} already.", "uniqueness")


async def _keep(tx: AsyncConnection, id: str, external: str | None, by: Actor) -> None:
    made = insert(s).values(group_id=id, workspace_id=by.workspace, external_id=external)
    await tx.execute(
        made.on_conflict_do_update(index_elements=[s.c.group_id], set_={"external_id": external, "updated_at": func.now()})
    )


async def _put(tx: AsyncConnection, id: str, inside: list[str], by: Actor) -> None:
    """Exactly these. Raises `Scim` for somebody who is not here."""
    c = group_members.c
    there = select(m.id).where(m.workspace_id == by.workspace, m.id.in_(inside), m.removed_at.is_(None), m.kind == "person")
    known = set((await tx.execute(there)).scalars())
    if missing := set(inside) - known:
        raise Scim(400, f"There is no user {min(missing)[:100]}.", "invalidValue")
    before = set((await tx.execute(select(c.member).where(c.group_id == id))).scalars())
    await tx.execute(delete(group_members).where(c.group_id == id, c.member.in_(sorted(before - known))))
    if rows := [{"workspace_id": by.workspace, "group_id": id, "member": one} for one in sorted(known - before)]:
        await tx.execute(insert(group_members).on_conflict_do_nothing(), rows)
    await news.changed(tx, before ^ known, by=by)
