"""Who has the roles of an app that was just built: the groups that they are meant for, which are made where there are none yet."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.builder.planner.inflect import lemma
from sayso.data.open_app import OpenApp
from sayso.db.people_tables import groups
from sayso.spec.rights_told import is_for_everyone, summary, who
from sayso.spec.role import Role
from sayso.team import access
from sayso.team import groups as groups_of_team
from sayso.team.access import Grant
from sayso.team.actor import Actor, system

MANAGER = "@manager"


async def given(tx: AsyncConnection, app: OpenApp, new: tuple[Role, ...], *, by: Actor) -> list[dict[str, Any]]:
    """Grants new roles to the groups of their names (made where there are none yet), and the one for everyone else to everyone; says so, a line for each role.

    Whoever has built it keeps it: a role that everyone was given would bind them too.
    """
    if not new:
        return []
    there = await _groups(tx, by)
    there |= await _made(tx, app, [role for role in new if role.groups and not _meant(role, there)], there, by)
    found = {role.id: _meant(role, there) for role in new}
    wanted = {Grant("group", group, role) for role, there in found.items() for group, _ in there}
    everyone = {Grant("everyone", "", role.id) for role in new if is_for_everyone(role)}
    mine = (
        {Grant("member", by.member, MANAGER)}
        if (everyone or wanted) and by.member is not None and not by.may("manage")
        else set[Grant]()
    )
    before = set(await access.listed(tx, app.number, by=by))
    mine = mine if not any(one.kind == "member" and one.id == by.member for one in before) else set()
    if wanted | everyone | mine:
        grants = before | wanted | everyone | mine
        await access.put(
            tx, app.number, grants, by=by, id=app.id, name=app.spec.name, roles={r.id: r.name for r in app.spec.roles}
        )
    return [_line(app, role, [name for _, name in found[role.id]]) for role in new]


async def _groups(tx: AsyncConnection, by: Actor) -> dict[str, tuple[str, str]]:
    g = groups.c
    query = select(g.id, g.name).where(g.workspace_id == by.workspace)
    return {_folded(name): (id, name) for id, name in (await tx.execute(query)).all()}


async def _made(
    tx: AsyncConnection, app: OpenApp, roles: list[Role], there: dict[str, tuple[str, str]], by: Actor
) -> dict[str, tuple[str, str]]:
    """The groups that roles are meant for and that the workspace has not: made, with nobody in them yet. Otherwise whoever joins a group
    of that name later would be bound by nothing that was said of it, and see everything. An empty group gives nobody anything: so also whoever
    builds, and may not say who is in which group, has it made."""
    made: dict[str, tuple[str, str]] = {}
    manages = by.may("manage")
    maker = by if manages else system(by.workspace, f"Sayso, for {app.spec.name}, which {by.name} builds")
    most = groups_of_team.GROUPS_MAX if manages else groups_of_team.GROUPS_MAX // 2
    for role in roles:
        name = role.groups[0]
        if is_for_everyone(role) or _folded(name) in made or len(there) + len(made) >= most:
            continue
        group = await groups_of_team.create(tx, name, by=maker)
        made[_folded(name)] = (group.id, group.name)
    return made


def _meant(role: Role, there: dict[str, tuple[str, str]]) -> list[tuple[str, str]]:
    names = dict.fromkeys(_folded(name) for name in (*role.groups, role.name))
    return [] if is_for_everyone(role) else [there[name] for name in names if name in there]


def _folded(name: str) -> str:
    """`Managers` and `the manager` are one group."""
    return " ".join(lemma(word) for word in name.casefold().split() if word != "the")


def _line(app: OpenApp, role: Role, names: list[str]) -> dict[str, Any]:
    told = role.model_copy(update={"groups": tuple(names)}) if names else role
    sentence = summary(app.spec, told)
    if not names and not is_for_everyone(role):
        sentence = sentence.replace(who(role), f"People with the role {role.name}", 1)
        sentence += " Nobody has this role yet: give it to people or groups on the app's page Access."
    return {"sentence": sentence, "part": "role", "path": f"roles/{role.id}", "severity": "adds"}
