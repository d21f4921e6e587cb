"""The workspaces of one server: making one, being in several, and the end of one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import net
from sayso.db import tables as t
from sayso.db.people_tables import people
from sayso.db.sso_tables import sso_sessions
from sayso.errors import Forbidden, Invalid, NotFound, Problem, SaysoError
from sayso.team import audit, news, proof, rank, standing
from sayso.team.actor import Actor
from sayso.team.audit import keeping
from sayso.team.ids import new_id
from sayso.team.people import NAME_LENGTH_MAX
from sayso.team.persons import GONE
from sayso.team.signin import policy

TRASH_DAYS = 30
KEPT = frozenset({"members", "apps", "workspaces"})
PURGED = "A workspace that is gone"
OF_ONE_MAX = 50
"""Workspaces that one person may own."""

m, w = t.members.c, t.workspaces.c


@dataclass(frozen=True, slots=True)
class Mine:
    """A workspace that one is in. `role_name` is how people read `role`; `members` counts everybody but service accounts."""

    id: str
    name: str
    hue: int
    role: str
    role_name: str
    members: int
    member: str


@dataclass(frozen=True, slots=True)
class Trashed:
    id: str
    name: str
    hue: int
    deleted_at: datetime

    @property
    def until(self) -> datetime:
        return self.deleted_at + timedelta(days=TRASH_DAYS)


@net.through_all
async def listed(tx: AsyncConnection, person: str, *, app: str | None = None) -> tuple[Mine, ...]:
    """Those that this person may come into now, by name; with `app`, only those that have an app of this id."""
    other = t.members.alias("other")
    count = select(func.count()).where(other.c.workspace_id == w.id, other.c.removed_at.is_(None), other.c.kind == "person")
    query = select(w.id, w.name, w.hue, m.role, count.scalar_subquery().label("members"), m.id.label("member"))
    query = query.join(t.members, m.workspace_id == w.id).where(m.person == person, standing.here)
    if app is not None:
        a = t.apps.c
        query = query.where(select(a.number).where(a.workspace_id == w.id, a.id == app, a.deleted_at.is_(None)).exists())
    rows = (await tx.execute(query.order_by(func.lower(w.name), w.id))).all()
    own = {r.id: await rank.names(tx, r.id) for r in rows}
    return tuple(Mine(r.id, r.name, r.hue, r.role, rank.named(r.role, own[r.id]), r.members, r.member) for r in rows)


@net.through_all
async def trashed(tx: AsyncConnection, person: str) -> tuple[Trashed, ...]:
    """Those that this person owned and may bring back."""
    since = datetime.now(UTC) - timedelta(days=TRASH_DAYS)
    query = select(w.id, w.name, w.hue, w.deleted_at).join(t.members, m.workspace_id == w.id).where(m.person == person)
    query = query.where(m.role == "owner", m.removed_at.is_(None), m.suspended_at.is_(None), w.deleted_at > since)
    return tuple(Trashed(*row) for row in await tx.execute(query.order_by(w.deleted_at.desc())))


@net.through_all
async def may_create(tx: AsyncConnection, person: str) -> bool:
    """Whoever is more than a guest somewhere on this server."""
    query = select(m.id).where(m.person == person, m.role != "guest", standing.here).limit(1)
    return (await tx.execute(query)).first() is not None


@net.through_all_until_commit
async def create(tx: AsyncConnection, name: str, *, by: Actor) -> Actor:
    """A new workspace, whose owner `by` is: returned as the member they are there."""
    person = _person(by)
    if by.scopes is not None:
        raise Forbidden("A token with scopes makes no workspaces.")
    if not await may_create(tx, person):
        raise Forbidden("A guest makes no workspaces.")
    name = named(name)
    owned = select(func.count()).where(m.person == person, m.role == "owner", m.removed_at.is_(None))
    if (await tx.execute(owned)).scalar_one() >= OF_ONE_MAX:
        raise Invalid(Problem("", f"nobody owns more than {OF_ONE_MAX} workspaces; delete one first"))
    p = (await tx.execute(select(people.c.name, people.c.email, people.c.hue).where(people.c.id == person))).one()
    workspace, member = new_id("w"), new_id("m")
    await tx.execute(t.workspaces.insert().values(id=workspace, name=name, hue=_hue(workspace)))
    values = {"workspace_id": workspace, "person": person, "name": p.name, "email": p.email, "hue": p.hue, "role": "owner"}
    await tx.execute(t.members.insert().values(id=member, **values))
    made = await standing.read(tx, member)
    assert made is not None
    await audit.write(tx, "workspace.created", f"made the workspace {name}", by=made, subject=workspace)
    return made


@net.through_all_until_commit
async def switch(tx: AsyncConnection, workspace: str, *, by: Actor) -> Actor:
    """This session is in that workspace from now on. Raises `NotFound` when they are not in it."""
    if by.session is None:
        raise Forbidden("A token stays in the workspace that it was made in.")
    found = standing.standing().where(m.person == _person(by), m.workspace_id == workspace)
    row = (await tx.execute(found)).one_or_none()
    if row is None:
        raise NotFound("You are in no such workspace.")
    await _must_take(tx, workspace, by.session)
    here = update(t.sessions).where(t.sessions.c.id == by.session)
    await tx.execute(here.values(workspace_id=workspace, member=row.id))
    return standing.actor_of(row, session=by.session, proved_at=by.proved_at, strong=by.strong, address=by.address)


async def _must_take(tx: AsyncConnection, workspace: str, session: str) -> None:
    """Whether that workspace takes how this session signed in: nobody is led to where the next click would throw them out."""
    s = t.sessions.c
    query = select(s.method, s.strong, s.created_at, s.seen_at, sso_sessions.c.workspace_id.label("vouched")).where(
        s.id == session
    )
    row = (await tx.execute(query.join_from(t.sessions, sso_sessions, sso_sessions.c.session == s.id, isouter=True))).one()
    asked = await policy.read(tx, workspace)
    try:
        elsewhere = row.vouched not in (None, workspace)
        asked.must_take(
            row.method, strong=row.strong, begun=row.created_at, seen=row.seen_at, now=datetime.now(UTC), elsewhere=elsewhere
        )
    except SaysoError as error:
        raise Forbidden(f"{error} Sign out, and sign in there that way.") from None


async def remove(tx: AsyncConnection, typed: str, *, by: Actor) -> None:
    """Into the trash, with everything in it, for `TRASH_DAYS`; `typed` is its name, word for word. Nobody is in it any more; its apps are
    in the trash too, so that nothing of it starts by itself."""
    by.must("own")
    row = (await tx.execute(select(w.name, w.deleted_at).where(w.id == by.workspace).with_for_update())).one()
    if " ".join(typed.split()) != row.name:
        raise Invalid(Problem("name", "is not the name of this workspace", row.name))
    proof.must(by)
    await audit.write(tx, "workspace.trashed", "moved the workspace to the trash", by=by, subject=by.workspace)
    await trash(tx, by.workspace, by.id)
    await news.changed(tx, by=by)


@net.through_all
async def trash(tx: AsyncConnection, workspace: str, deleted_by: str) -> None:
    """Without asking; its sessions go on in another workspace of each person, where there is one."""
    now, mark = datetime.now(UTC), _mark(workspace)
    await tx.execute(update(t.workspaces).where(w.id == workspace).values(deleted_at=now, deleted_by=deleted_by))
    live = update(t.apps).where(t.apps.c.workspace_id == workspace, t.apps.c.deleted_at.is_(None))
    await tx.execute(live.values(deleted_at=now, deleted_by=mark))
    s = t.sessions.c
    for row in (await tx.execute(select(s.hash, s.person).where(s.workspace_id == workspace))).all():
        await _moved(tx, row)


@net.through_all_until_commit
async def restore(tx: AsyncConnection, workspace: str, *, by: Actor) -> Mine:
    """Out of the trash, as it was. Raises `NotFound` for who did not own it, and after `TRASH_DAYS`."""
    person = _person(by)
    if workspace not in {one.id for one in await trashed(tx, person)}:
        raise NotFound("There is no such workspace in the trash.")
    await tx.execute(update(t.workspaces).where(w.id == workspace).values(deleted_at=None, deleted_by=None))
    mine = update(t.apps).where(t.apps.c.workspace_id == workspace, t.apps.c.deleted_by == _mark(workspace))
    await tx.execute(mine.values(deleted_at=None, deleted_by=None))
    found = next(one for one in await listed(tx, person) if one.id == workspace)
    there = await standing.read(tx, found.member)
    assert there is not None
    await audit.write(tx, "workspace.restored", "took the workspace out of the trash", by=there, subject=workspace)
    return found


async def over(tx: AsyncConnection, now: datetime | None = None) -> list[str]:
    """Workspaces whose time in the trash is over and that still hold something; their apps are purged as all apps are."""
    old, a = (now or datetime.now(UTC)) - timedelta(days=TRASH_DAYS), t.apps.c
    held = select(a.number).where(a.workspace_id == w.id).exists()
    named = select(m.id).where(m.workspace_id == w.id, m.name != GONE).exists()
    return list((await tx.execute(select(w.id).where(w.deleted_at < old, ~held, named))).scalars())


async def purge(tx: AsyncConnection, workspace: str) -> None:
    """For good: everything in it, its audit log too; what stays is that there was one, and how many were in it, without any name."""
    for table in reversed(t.metadata.sorted_tables):
        if "workspace_id" in table.c and table.name not in KEPT and not table.name.startswith("audit"):
            await tx.execute(table.delete().where(table.c.workspace_id == workspace))
    gone = {"name": GONE, "email": None, "properties": {}, "preferences": {}, "removed_at": func.now()}
    await tx.execute(update(t.members).where(m.workspace_id == workspace).values(**gone))
    await tx.execute(update(t.workspaces).where(w.id == workspace).values(name=PURGED))
    await keeping.forget(tx, workspace)


async def _moved(tx: AsyncConnection, session: Any) -> None:
    s = t.sessions.c
    query = standing.standing().where(m.person == session.person).order_by(m.created_at, m.id).limit(1)
    next = (await tx.execute(query)).one_or_none() if session.person else None
    if next is None:
        await tx.execute(t.sessions.delete().where(s.hash == session.hash))
    else:
        moved = update(t.sessions).where(s.hash == session.hash)
        await tx.execute(moved.values(workspace_id=next.workspace_id, member=next.id))


def named(name: str) -> str:
    name = " ".join("".join(c for c in name if c.isprintable()).split())
    if not 0 < len(name) <= NAME_LENGTH_MAX:
        raise Invalid(Problem("name", f"has 1 to {NAME_LENGTH_MAX} characters", "Northlight"))
    return name


def _mark(workspace: str) -> str:
    """By which apps are told apart that were in the trash before."""
    return f"workspace {workspace}"


def _hue(id: str) -> int:
    return sum(id.encode()) * 37 % 360


def _person(by: Actor) -> str:
    if by.person is None:
        raise Forbidden("Only people are in several workspaces.")
    return by.person
