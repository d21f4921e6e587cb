"""People are told what they are given: an app, a role, a place in a group. And whoever invited somebody hears that they came.

Told in the transaction that gives it, in the ways that each wants (`invitation` among their preferences). Nobody is told what they did
themselves, and nobody what was taken from them.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.people_tables import app_grants, group_members
from sayso.db.people_tables import groups as known_groups
from sayso.db.tables import apps as known_apps
from sayso.db.tables import members as m
from sayso.team import notifications
from sayso.team.actor import Actor

LEVELS: Mapping[str, str] = {
    "@manager": "You may change how it is built.",
    "@editor": "You may read and change what is in it.",
    "@commenter": "You may read it and comment.",
    "@reader": "You may read it.",
}
APPS_NAMED_MAX = 5


class Given(Protocol):
    """A grant (`team.access.Grant`)."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def role(self) -> str: ...


async def app(
    tx: AsyncConnection, id: str, name: str, before: Iterable[Given], new: Iterable[Given], roles: Mapping[str, str], *, by: Actor
) -> None:
    """What was newly granted in an app to members and groups; `roles` are names by the ids of its own roles. What is for everyone is told to nobody."""
    had = {(one.kind, one.id) for one in before if one.role != "@nothing"}
    fresh = [one for one in new if one.role != "@nothing" and one.kind != "everyone"]
    told = set[str]()
    for one in sorted(fresh, key=lambda grant: grant.kind != "member"):  # the nearest says it
        title = (
            f"{by.name} gave you the app {name}" if (one.kind, one.id) not in had else f"{by.name} changed what you may in {name}"
        )
        within = [one.id] if one.kind == "member" else await _inside(tx, one.id)
        group = "" if one.kind == "member" else f" By the group {await _called(tx, one.id)}."
        text = f"{LEVELS.get(one.role) or f'You are {roles.get(one.role, one.role)} there.'}{group}"
        whom = set(within) - told
        told |= whom
        await _tell(tx, whom, title, text, by=by, link=f"/a/{id}", app=id, about=f"given:app:{id}")


async def group(tx: AsyncConnection, id: str, name: str, members: Collection[str], *, by: Actor) -> None:
    """These members are in a group now."""
    if not members:
        return
    g, a = app_grants.c, known_apps.c
    title = a.spec["name"].astext.label("name")
    query = select(a.id, title).where(
        a.deleted_at.is_(None),
        a.number.in_(select(g.app).where(g.subject_kind == "group", g.subject == id, g.role != "@nothing")),
    )
    apps = (await tx.execute(query.order_by(a.number))).all()
    names = [row.name for row in apps][:APPS_NAMED_MAX]
    more = f" and {len(apps) - len(names)} more" if len(apps) > len(names) else ""
    text = f"With it you may use {', '.join(names)}{more}." if names else ""
    link = f"/a/{apps[0].id}" if len(apps) == 1 else "/"
    await _tell(tx, members, f"{by.name} put you into the group {name}", text, by=by, link=link, about=f"given:group:{id}")


async def role(tx: AsyncConnection, member: str, now: str, before: str, *, by: Actor) -> None:
    """Names of roles in the workspace."""
    await _tell(tx, [member], f"{by.name} made you {now}", f"Before, you were {before}.", by=by, link="/", about="given:role")


async def came(tx: AsyncConnection, host: str, *, by: Actor) -> None:
    """Somebody, `by`, has joined by an invitation of `host`."""
    await _tell(tx, [host], f"{by.name} accepted your invitation", "", by=by, link="/settings/members")


async def _tell(
    tx: AsyncConnection,
    whom: Collection[str],
    title: str,
    text: str,
    *,
    by: Actor,
    link: str,
    app: str | None = None,
    about: str | None = None,
) -> None:
    there = select(m.c.id).where(
        m.c.workspace_id == by.workspace, m.c.id.in_(sorted(whom)), m.c.kind == "person", m.c.removed_at.is_(None), m.c.id != (by.member or "")
    )  # fmt: skip
    people = list((await tx.execute(there)).scalars())
    if people:
        await notifications.tell(tx, people, "invitation", title, text, by=by, link=link, app=app, about=about)


async def _inside(tx: AsyncConnection, group: str) -> list[str]:
    return list((await tx.execute(select(group_members.c.member).where(group_members.c.group_id == group))).scalars())


async def _called(tx: AsyncConnection, group: str) -> str:
    return (await tx.execute(select(known_groups.c.name).where(known_groups.c.id == group))).scalar_one()
