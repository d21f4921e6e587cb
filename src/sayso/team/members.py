"""Members as whoever manages sees them: their role, whether they may come in, and how they go."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import gateway_tables, net
from sayso.db import tables as t
from sayso.db.people_tables import app_grants, group_members, people
from sayso.errors import Conflict, Invalid, NotFound, Problem
from sayso.team import access, audit, belongings, given, groups, news, proof, properties, rank
from sayso.team.actor import Actor
from sayso.team.standing import groups_of

m = t.members.c


@dataclass(frozen=True, slots=True)
class Known:
    """A member, as far as `by` may know them: see `listed`. `picture` changes with the picture."""

    id: str
    name: str
    email: str | None
    role: str
    hue: int
    kind: Literal["person", "service"]
    picture: str | None
    groups: tuple[str, ...]
    suspended: bool
    properties: Mapping[str, str]
    seen_at: datetime | None
    joined_at: datetime


async def listed(tx: AsyncConnection, *, by: Actor) -> tuple[Known, ...]:
    """Everybody, oldest first. Guests see names, and of other guests only those of their own apps; properties, suspension and when
    somebody was last here are for who manages, and one's own."""
    query = _known().where(m.workspace_id == by.workspace, m.removed_at.is_(None))
    if by.role == "guest":
        query = query.where(or_(m.role != "guest", m.id == by.member, m.id.in_(_beside(by))))
    return tuple(_seen_by(_of(row), by) for row in await tx.execute(query.order_by(m.created_at, m.id)))


async def read(tx: AsyncConnection, id: str, *, by: Actor) -> Known:
    found = next((one for one in await listed(tx, by=by) if one.id == id), None)
    if found is None:
        raise NotFound(f"Nobody here has the id {id}.")
    return found


async def change_role(tx: AsyncConnection, id: str, role: str, *, by: Actor) -> None:
    """Raises `Forbidden` beyond one's own rights, `Conflict` when nobody would be left to own the workspace."""
    before = await rank.must_touch(tx, id, by=by)
    await rank.must_give(tx, role, by=by)
    if before == role:
        return
    if "owner" in (before, role):
        proof.must(by)
    if before == "owner":
        await rank.must_keep_an_owner(tx, id, workspace=by.workspace)
    kind, name = await _who(tx, id)
    if kind == "service" and role == "owner":
        raise Invalid(Problem("role", "of a service account is not owner", "builder"))
    await tx.execute(update(t.members).where(m.id == id).values(role=role))
    own = await rank.names(tx, by.workspace)
    said = f"made {name} {rank.named(role, own)}, before {rank.named(before, own)}"
    await audit.write(tx, "member.role", said, by=by, subject=id, before=before, after=role)
    await given.role(tx, id, rank.named(role, own), rank.named(before, own), by=by)
    await news.changed(tx, [id], by=by)


async def suspend(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    """They are nobody here from now on, until they are brought back; nothing of theirs is lost."""
    if id == by.member:
        raise Invalid(Problem("suspended", "cannot be said of oneself"))
    role = await rank.must_touch(tx, id, by=by)
    if role == "owner":
        proof.must(by)
        await rank.must_keep_an_owner(tx, id, workspace=by.workspace)
    _, name = await _who(tx, id)
    done = await tx.execute(update(t.members).where(m.id == id, m.suspended_at.is_(None)).values(suspended_at=func.now()))
    if done.rowcount:
        await _elsewhere(tx, id)
        await audit.write(tx, "member.suspended", f"suspended {name}", by=by, subject=id)
        await news.changed(tx, [id], by=by)


async def bring_back(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    await rank.must_touch(tx, id, by=by)
    _, name = await _who(tx, id)
    done = await tx.execute(update(t.members).where(m.id == id, m.suspended_at.is_not(None)).values(suspended_at=None))
    if done.rowcount:
        await audit.write(tx, "member.brought_back", f"brought {name} back", by=by, subject=id)
        await news.changed(tx, [id], by=by)


async def describe(tx: AsyncConnection, id: str, given: Mapping[str, str], *, by: Actor) -> None:
    """What rules about rows may ask of this member: `my.region`. Names are compared in lower case."""
    await rank.must_touch(tx, id, by=by)
    _, name = await _who(tx, id)
    kept = properties.checked(given)
    await tx.execute(update(t.members).where(m.id == id).values(properties=kept))
    await audit.write(tx, "member.properties", f"changed the properties of {name}", by=by, subject=id, after=kept)
    await news.changed(tx, [id], by=by)


async def put_in_groups(tx: AsyncConnection, id: str, wanted: Collection[str], *, by: Actor) -> None:
    """Exactly these groups from now on."""
    await rank.must_touch(tx, id, by=by)
    await groups.put_member(tx, id, wanted, by=by)


async def remove(tx: AsyncConnection, id: str, *, by: Actor, to: str | None = None) -> None:
    """They are no member any more, or, of oneself, one leaves. `to` takes over what was theirs; without, it stops.

    The row of `sayso.members` stays, so that everything they did still says who did it.
    """
    mine = id == by.member and by.kind == "member"
    role = (await _own_role(tx, by)) if mine else await rank.must_touch(tx, id, by=by)
    if role == "owner":
        await rank.must_keep_an_owner(tx, id, workspace=by.workspace)
        proof.must(by)
    _, name = await _who(tx, id)
    if to is not None:
        if mine:
            by.must("manage")
        await belongings.hand_over(tx, id, to, by=by)
    await gone(tx, id, workspace=by.workspace)
    said = "left the workspace" if mine else f"removed {name}"
    await audit.write(tx, "member.left" if mine else "member.removed", said, by=by, subject=id, detail={"to": to})
    await news.changed(tx, [id], by=by)


async def gone(tx: AsyncConnection, id: str, *, workspace: str) -> None:
    """Everything that lets this member in ends: sessions, tokens, keys, groups, grants, links."""
    await _elsewhere(tx, id)
    await tx.execute(
        update(t.tokens).where(t.tokens.c.member == id, t.tokens.c.revoked_at.is_(None)).values(revoked_at=func.now())
    )
    keys = gateway_tables.keys
    await tx.execute(update(keys).where(keys.c.member == id, keys.c.revoked_at.is_(None)).values(revoked_at=func.now()))
    await tx.execute(delete(group_members).where(group_members.c.member == id))
    await tx.execute(delete(t.links).where(t.links.c.member == id, t.links.c.kind == "sign_in"))
    await access.removed(tx, "member", id, workspace=workspace)
    await tx.execute(update(t.members).where(m.id == id).values(removed_at=func.now(), suspended_at=None, properties={}))


@net.through_all
async def _elsewhere(tx: AsyncConnection, id: str) -> None:
    """The sessions of this member go on in another workspace of theirs, where there is one; else they end."""
    s, other = t.sessions.c, t.members.alias("other")
    person = select(m.person).where(m.id == id).scalar_subquery()
    query = select(other.c.id, other.c.workspace_id).join(t.workspaces, t.workspaces.c.id == other.c.workspace_id)
    query = query.where(other.c.person == person, other.c.id != id, other.c.removed_at.is_(None), other.c.suspended_at.is_(None))
    next = (
        await tx.execute(query.where(t.workspaces.c.deleted_at.is_(None)).order_by(other.c.created_at).limit(1))
    ).one_or_none()
    if next is None:
        await tx.execute(delete(t.sessions).where(s.member == id))
    else:
        await tx.execute(update(t.sessions).where(s.member == id).values(member=next.id, workspace_id=next.workspace_id))


async def _own_role(tx: AsyncConnection, by: Actor) -> str:
    query = select(m.role).where(m.id == by.member, m.removed_at.is_(None)).with_for_update()
    role = (await tx.execute(query)).scalar_one_or_none()
    if role is None:
        raise NotFound("You have left already.")
    return role


async def _who(tx: AsyncConnection, id: str) -> tuple[str, str]:
    row = (await tx.execute(select(m.kind, m.name).where(m.id == id))).one()
    return row.kind, row.name


def _beside(by: Actor) -> Any:
    """Members who were granted something in an app in which `by` was."""
    g = app_grants.c
    mine = select(g.app).where(or_(g.subject == by.member, g.subject.in_(sorted(by.groups))), g.workspace_id == by.workspace)
    direct = select(g.subject).where(g.app.in_(mine), g.subject_kind == "member")
    in_group = select(group_members.c.member).join(app_grants, g.subject == group_members.c.group_id)
    return direct.union(in_group.where(g.subject_kind == "group", g.app.in_(mine)))


def _known() -> Any:
    s = t.sessions.c
    seen = select(func.max(s.seen_at)).where(s.member == m.id).correlate(t.members).scalar_subquery().label("seen_at")
    mark = func.extract("epoch", people.c.picture_at).label("mark")
    columns = (m.id, m.name, m.email, m.role, m.hue, m.kind, m.suspended_at, m.properties, m.created_at)
    return select(*columns, groups_of, seen, mark).select_from(t.members.outerjoin(people, people.c.id == m.person))


def _of(row: Any) -> Known:
    mark = None if row.mark is None else f"{int(row.mark * 1000):x}"
    return Known(
        row.id, row.name, row.email, row.role, row.hue, row.kind, mark, tuple(sorted(row.groups)), row.suspended_at is not None,
        row.properties, row.seen_at, row.created_at,
    )  # fmt: skip


def _seen_by(one: Known, by: Actor) -> Known:
    if by.may("manage") or one.id == by.member:
        return one
    quiet = replace(one, properties={}, suspended=False, seen_at=None)
    return replace(quiet, email=None, groups=()) if by.role == "guest" else quiet


async def rejoin(tx: AsyncConnection, id: str, role: str) -> None:
    """Whoever left comes back as the member they were, with a role of now."""
    done = await tx.execute(update(t.members).where(m.id == id, m.removed_at.is_not(None)).values(removed_at=None, role=role))
    if not done.rowcount:
        raise Conflict("They are a member already.")
