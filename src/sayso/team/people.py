"""The workspace and the people in it."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.db.people_tables import people
from sayso.errors import Conflict, Invalid, NotFound, Problem
from sayso.team import audit
from sayso.team.actor import Actor
from sayso.team.ids import new_id
from sayso.team.roles import RIGHTS, ROLES, Reach, Right
from sayso.team.standing import allowed_of, groups_of, here

FIRST_WORKSPACE = "My team"
FIRST_OWNER = "Owner"
NAME_LENGTH_MAX = 100
HUES = 360


@dataclass(frozen=True, slots=True)
class Member:
    """One person. `hue` (0 to 359) colours the circle with their initials."""

    id: str
    workspace: str
    name: str
    email: str | None
    role: Reach
    hue: int
    created_at: datetime
    person: str | None = None
    groups: frozenset[str] = frozenset()
    allowed: frozenset[Right] | None = None

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def actor(self) -> Actor:
        return Actor(
            "member", self.workspace, self.id, self.role, self.name,
            person=self.person, groups=self.groups, allowed=self.allowed,
        )  # fmt: skip


def initials(name: str) -> str:
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


@dataclass(frozen=True, slots=True)
class Workspace:
    id: str
    name: str
    hue: int


async def found(tx: AsyncConnection, *, name: str = FIRST_WORKSPACE, owner: str = FIRST_OWNER) -> Actor:
    """A new workspace with its owner, who is returned."""
    workspace = new_id("w")
    await tx.execute(t.workspaces.insert().values(id=workspace, name=_named(name)))
    return (await _added(tx, workspace, owner, "owner", None)).actor


async def first_owner(tx: AsyncConnection) -> Actor:
    """The owner of this installation's first workspace, which is made when there is none yet."""
    await tx.execute(text("lock table sayso.workspaces in share row exclusive mode"))
    row = (
        await tx.execute(_members().where(t.members.c.role == "owner", here).order_by(t.members.c.created_at).limit(1))
    ).one_or_none()
    return _member(row).actor if row else await found(tx)


async def workspace(tx: AsyncConnection, *, by: Actor) -> Workspace:
    row = (
        await tx.execute(
            select(t.workspaces.c.id, t.workspaces.c.name, t.workspaces.c.hue).where(t.workspaces.c.id == by.workspace)
        )
    ).one()
    return Workspace(*row)


async def change_workspace(tx: AsyncConnection, *, by: Actor, name: str | None = None, hue: int | None = None) -> Workspace:
    by.must("manage")
    values = {"name": None if name is None else _named(name), "hue": None if hue is None else hue % HUES}
    given = {k: v for k, v in values.items() if v is not None}
    if given:
        before = await workspace(tx, by=by)
        await tx.execute(t.workspaces.update().where(t.workspaces.c.id == by.workspace).values(**given))
        was = {key: getattr(before, key) for key in given}
        await audit.write(tx, "workspace.changed", "changed the workspace", by=by, subject=by.workspace, before=was, after=given)
    return await workspace(tx, by=by)


async def listed(tx: AsyncConnection, *, by: Actor) -> tuple[Member, ...]:
    """Everybody in the workspace of `by`, oldest first."""
    query = _members().where(t.members.c.workspace_id == by.workspace, t.members.c.removed_at.is_(None))
    return tuple(_member(row) for row in await tx.execute(query.order_by(t.members.c.created_at, t.members.c.id)))


async def read(tx: AsyncConnection, id: str, *, by: Actor) -> Member:
    query = _members().where(t.members.c.workspace_id == by.workspace, t.members.c.id == id, t.members.c.removed_at.is_(None))
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise NotFound(f"Nobody here has the id {id}.")
    return _member(row)


async def add(tx: AsyncConnection, name: str, *, role: Reach, by: Actor, email: str | None = None) -> Member:
    by.must("manage")
    if role not in ROLES or role == "nothing":
        raise Invalid(Problem("role", f"{role} is not a role", "member"))
    member = await _added(tx, by.workspace, name, role, email)
    await audit.write(tx, "member.added", f"added {member.name} as {role}", by=by, subject=member.id)
    return member


async def _taken(tx: AsyncConnection, workspace: str, email: str, but: str = "") -> bool:
    c = t.members.c
    query = select(c.id).where(c.workspace_id == workspace, func.lower(c.email) == email.lower(), c.id != but)
    return (await tx.execute(query)).first() is not None


async def _added(tx: AsyncConnection, workspace: str, name: str, role: Reach, email: str | None) -> Member:
    id = new_id("m")
    hue = int.from_bytes(sha256(id.encode()).digest()[:2]) % HUES
    if email and await _taken(tx, workspace, email):
        raise Conflict(f"{email} is a member already.")
    person = await _person(tx, _named(name), email, hue)
    await tx.execute(
        t.members.insert().values(
            id=id, workspace_id=workspace, person=person, name=_named(name), email=email, role=role, hue=hue
        )
    )
    return _member((await tx.execute(_members().where(t.members.c.id == id))).one())


async def _person(tx: AsyncConnection, name: str, email: str | None, hue: int) -> str:
    """Whoever has this address already, else a new person."""
    p = people.c
    known = (await tx.execute(select(p.id).where(func.lower(p.email) == email.lower()))).scalar_one_or_none() if email else None
    if known is not None:
        return known
    id = new_id("pe")
    await tx.execute(people.insert().values(id=id, name=name, email=email, hue=hue))
    return id


def _members() -> Select[*tuple[Any, ...]]:
    c = t.members.c
    return select(c.id, c.workspace_id, c.name, c.email, c.role, c.hue, c.created_at, c.person, groups_of, allowed_of)


def _member(row: Row[*tuple[Any, ...]]) -> Member:
    allowed = None if row.allowed is None else frozenset[Right](r for r in RIGHTS if r in row.allowed)
    known = (row.id, row.workspace_id, row.name, row.email, row.role, row.hue, row.created_at)
    return Member(*known, row.person, frozenset(row.groups), allowed)


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH_MAX:
        raise Invalid(Problem("name", f"has 1 to {NAME_LENGTH_MAX} characters", "Ana Prado"))
    return name
