"""Who was granted which role in which app. The nearest wins: what a member was given, else what their groups were given together, else
what everyone was given; without any of these their role in the workspace says it (`data.rights` makes rights of it).

`everyone` is everybody in the workspace but guests: a guest has what they, or a group of theirs, were given, and nothing else.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.people_tables import app_grants as t
from sayso.db.people_tables import groups
from sayso.db.tables import members
from sayso.errors import Conflict, Invalid, Problem
from sayso.team import audit, given, news
from sayso.team.actor import Actor

GRANTS_MAX = 1_000
"""In one app; who has more people has groups."""
LEVELS = ("@manager", "@editor", "@commenter", "@reader", "@nothing")
NOTHING = ("@nothing",)

Kind = Literal["everyone", "group", "member"]


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """`id` is of the group or the member, empty for everyone; `role` the id of a role of the app, or one of `LEVELS`."""

    kind: Kind
    id: str
    role: str


async def nearest(tx: AsyncConnection, app: int, by: Actor) -> tuple[str, ...] | None:
    """Roles of the app and levels that `by` was granted in the app of this number. None: as their role in the workspace says."""
    if by.member is None:
        return None
    mine = or_(
        t.c.subject_kind == "everyone",
        and_(t.c.subject_kind == "member", t.c.subject == by.member),
        and_(t.c.subject_kind == "group", t.c.subject.in_(sorted(by.groups))),
    )
    query = select(t.c.subject_kind, t.c.role).where(t.c.workspace_id == by.workspace, t.c.app == app, mine)
    return chosen([(row.subject_kind, row.role) for row in await tx.execute(query)], guest=by.role == "guest")


def chosen(found: Iterable[tuple[str, str]], *, guest: bool) -> tuple[str, ...] | None:
    """The roles of the nearest among grants (kind and role) that are for one member."""
    kept = [(kind, role) for kind, role in found if not (guest and kind == "everyone")]
    for kind in ("member", "group", "everyone"):
        if roles := tuple(sorted({role for of, role in kept if of == kind})):
            return roles
    return NOTHING if guest else None


async def listed(tx: AsyncConnection, app: int, *, by: Actor) -> tuple[Grant, ...]:
    """Everything that was granted in this app: everyone first, then groups, then members."""
    query = select(t.c.subject_kind, t.c.subject, t.c.role).where(t.c.workspace_id == by.workspace, t.c.app == app)
    order = {"everyone": 0, "group": 1, "member": 2}
    return tuple(sorted((Grant(*row) for row in await tx.execute(query)), key=lambda one: (order[one.kind], one.id, one.role)))


def version(grants: Sequence[Grant]) -> str:
    """The same for the same grants: by it a change tells which ones it was made from."""
    told = "\n".join(f"{one.kind} {one.id} {one.role}" for one in sorted(grants))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


async def put(
    tx: AsyncConnection,
    app: int,
    grants: Collection[Grant],
    *,
    by: Actor,
    id: str,
    name: str,
    roles: Mapping[str, str],
    base: str | None = None,
) -> tuple[Grant, ...]:
    """All that is granted in this app from now on; who gains by it is told. `id` and `name` are the app's, `roles` the names of its own by id. Whoever calls has asked whether `by` manages it.

    Raises `Invalid`, and `Conflict` when `base` is no longer the version of what is granted.
    """
    before = await listed(tx, app, by=by)
    if base is not None and base != version(before):
        raise Conflict("Somebody else has just changed who may use this app. Look at it again, then try again.")
    wanted = tuple(sorted(set(grants)))
    await _check(tx, wanted, roles, by)
    gone, new = set(before) - set(wanted), set(wanted) - set(before)
    for one in gone:
        same = and_(t.c.subject_kind == one.kind, t.c.subject == one.id, t.c.role == one.role)
        await tx.execute(delete(t).where(t.c.workspace_id == by.workspace, t.c.app == app, same))
    if new:
        rows = [{"workspace_id": by.workspace, "app": app, "subject_kind": n.kind, "subject": n.id, "role": n.role} for n in new]
        await tx.execute(t.insert(), rows)
    if gone or new:
        detail = {"given": [asdict(one) for one in sorted(new)], "taken": [asdict(one) for one in sorted(gone)]}
        await audit.write(tx, "app.access", f"changed who may use the app {name}", by=by, subject=id, app=id, detail=detail)
        await news.changed(tx, by=by)
        await given.app(tx, id, name, before, new, roles, by=by)
    return await listed(tx, app, by=by)


async def give(tx: AsyncConnection, member: str, grants: Iterable[tuple[int, str]], *, workspace: str) -> None:
    """What an invitation promised a member: roles by the number of the app. What they have already stays."""
    for app, role in grants:
        same = and_(t.c.app == app, t.c.subject_kind == "member", t.c.subject == member)
        if (await tx.execute(select(t.c.role).where(same).limit(1))).first() is None:
            values = {"workspace_id": workspace, "app": app, "subject_kind": "member", "subject": member, "role": role}
            await tx.execute(t.insert().values(**values))


async def removed(tx: AsyncConnection, kind: Literal["group", "member"], id: str, *, workspace: str) -> None:
    """Of somebody, or a group, that is no more."""
    await tx.execute(delete(t).where(t.c.workspace_id == workspace, t.c.subject_kind == kind, t.c.subject == id))


async def _check(tx: AsyncConnection, wanted: Sequence[Grant], roles: Collection[str], by: Actor) -> None:
    if len(wanted) > GRANTS_MAX:
        raise Invalid(Problem("grants", f"are at most {GRANTS_MAX}; make a group of those who have the same"))
    m, known = members.c, (*roles, *LEVELS)
    asked = {kind: [one.id for one in wanted if one.kind == kind] for kind in ("group", "member")}
    of_groups = select(groups.c.id).where(groups.c.workspace_id == by.workspace, groups.c.id.in_(asked["group"]))
    of_members = select(m.id).where(m.workspace_id == by.workspace, m.id.in_(asked["member"]), m.removed_at.is_(None))
    there = {"everyone": {""}, "group": set(await tx.scalars(of_groups)), "member": set(await tx.scalars(of_members))}
    problems = [
        Problem("grants", f"{one.id or one.kind} is no {one.kind} here") for one in wanted if one.id not in there[one.kind]
    ]
    problems += [Problem("grants", f"{one.role} is no role of this app", known[0]) for one in wanted if one.role not in known]
    nobody = {(one.kind, one.id) for one in wanted if one.role == "@nothing"}
    both = {(one.kind, one.id) for one in wanted if one.role != "@nothing"} & nobody
    problems += [Problem("grants", f"{id or kind} cannot have a role and nothing at once") for kind, id in sorted(both)]
    if problems:
        raise Invalid.of(problems)
