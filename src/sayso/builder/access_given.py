"""Who has the roles of an app that was just built: the groups that they are meant for, which are made where there are none yet."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.builder.planner.inflect import lemma
from sayso.data.open_app import OpenApp
from sayso.db.people_tables import group_members, groups
from sayso.spec.rights_told import is_for_everyone, summary, who
from sayso.spec.role import Role
from sayso.team import access, standing
from sayso.team import groups as groups_of_team
from sayso.team import people as members
from sayso.team.access import Grant
from sayso.team.actor import Actor, system
from sayso.team.roles import MAY

MANAGER = "@manager"
WORKSPACE_ROLES = frozenset(MAY)


async def given(tx: AsyncConnection, app: OpenApp, new: tuple[Role, ...], *, by: Actor) -> list[dict[str, Any]]:
    """Grants new roles to the groups of their names (made where there are none yet), and the one for everyone else to everyone; says so, a line for each role.

    Whoever has built it keeps it: a role that everyone was given would bind them too.
    """
    if not new:
        return []
    there = await _groups(tx, by)
    before = set(await access.listed(tx, app.number, by=by))
    people = await _people(tx, [role for role in new if role.groups and not _meant(role, there)], by)
    there |= await _made(tx, app, [r for r in new if r.groups and not _meant(r, there) and r.id not in people], there, by)
    found = {role.id: _meant(role, there) for role in new}
    wanted = {Grant("group", group.id, role) for role, there in found.items() for group in there}
    bound = {role: one for role, one in people.items() if _may_be_bound(one, before | wanted)}
    wanted |= {Grant("member", one.member or "", role) for role, one in bound.items()}
    everyone = {Grant("everyone", "", role.id) for role in new if is_for_everyone(role)}
    mine = (
        {Grant("member", by.member, MANAGER)}
        if (everyone or wanted) and by.member is not None and not by.may("manage")
        else set[Grant]()
    )
    mine = mine if not any(one.kind == "member" and one.id == by.member for one in before) else set()
    if wanted | everyone | mine:
        grants = before | wanted | everyone | mine
        await access.put(
            tx, app.number, grants, by=by, id=app.id, name=app.spec.name, roles={r.id: r.name for r in app.spec.roles}
        )
    return [_line(app, role, found[role.id], people.get(role.id), role.id in bound) for role in new]


@dataclass(frozen=True, slots=True)
class _Group:
    id: str
    name: str
    empty: bool


async def _groups(tx: AsyncConnection, by: Actor) -> dict[str, _Group]:
    g, inside = groups.c, group_members.c
    some = exists().where(inside.group_id == g.id)
    query = select(g.id, g.name, some).where(g.workspace_id == by.workspace)
    return {_folded(name): _Group(id, name, not any_) for id, name, any_ in (await tx.execute(query)).all()}


async def _people(tx: AsyncConnection, roles: list[Role], by: Actor) -> dict[str, Actor]:
    """By role: the one member who is called like it, by first or whole name. Of two of one name nobody is meant."""
    wanted = {role.id: {name.casefold() for name in role.groups} for role in roles if not is_for_everyone(role)}
    if not wanted:
        return {}
    found: dict[str, Actor] = {}
    everybody = await members.listed(tx, by=by)
    for role, names in wanted.items():
        called = [m for m in everybody if {m.name.casefold(), m.name.casefold().split(" ")[0]} & names]
        if len(called) == 1:
            person = await standing.read(tx, called[0].id)
            found |= {role: person} if person is not None else {}
    return found


def _may_be_bound(one: Actor, before: set[Grant]) -> bool:
    """Whether a role of their own takes from them and gives them nothing: they write by their role in the workspace, and nothing nearer was
    given to them or a group of theirs. Otherwise a role that hides one thing would open all that was closed to them."""
    nearer = any((g.kind == "member" and g.id == one.member) or (g.kind == "group" and g.id in one.groups) for g in before)
    return one.may("write") and not one.may("manage") and not nearer


async def _made(tx: AsyncConnection, app: OpenApp, roles: list[Role], there: dict[str, _Group], by: Actor) -> dict[str, _Group]:
    """The groups that roles are meant for and that the workspace has not: made, with nobody in them yet. Otherwise whoever joins a group
    of that name later would be bound by nothing that was said of it, and see everything. An empty group gives nobody anything: so also whoever
    builds, and may not say who is in which group, has it made."""
    made: dict[str, _Group] = {}
    manages = by.may("manage")
    maker = by if manages else system(by.workspace, f"Sayso, for {app.spec.name}, which {by.name} builds")
    most = groups_of_team.GROUPS_MAX if manages else groups_of_team.GROUPS_MAX // 2
    for role in roles:
        name = role.groups[0]
        if is_for_everyone(role) or _folded(name) in made or len(there) + len(made) >= most:
            continue
        group = await groups_of_team.create(tx, name, by=maker)
        made[_folded(name)] = _Group(group.id, group.name, True)
    return made


def _meant(role: Role, there: dict[str, _Group]) -> list[_Group]:
    names = dict.fromkeys(_folded(name) for name in (*role.groups, role.name))
    return [] if is_for_everyone(role) else [there[name] for name in names if name in there]


def _folded(name: str) -> str:
    """`Managers`, `the manager` and `the managers' team` are one group."""
    words = [lemma(word) for word in name.casefold().split() if word != "the"]
    while len(words) > 1 and words[-1] in ("team", "department", "person", "staff", "group"):
        words.pop()
    return " ".join(words)


def _line(app: OpenApp, role: Role, there: list[_Group], person: Actor | None, bound: bool) -> dict[str, Any]:
    told = role.model_copy(update={"groups": tuple(one.name for one in there)}) if there else role
    sentence = summary(app.spec, told)
    if person is not None:
        sentence = sentence.replace(who(role), person.name, 1) if bound else _unbound(person, role)
    elif not there and not is_for_everyone(role):
        sentence = sentence.replace(who(role), f"People with the role {role.name}", 1)
        sentence += " Nobody has this role yet: give it to people or groups on the app's page Access."
    elif there and all(one.empty for one in there):
        sentence += f" {_names(there)} has nobody in it yet: until you put people there, this binds nobody."
        if _folded(role.name) in WORKSPACE_ROLES:
            sentence += f" It is a group of its own; whoever is {role.name.lower()} in the workspace is not in it by that."
    return {"sentence": sentence, "part": "role", "path": f"roles/{role.id}", "severity": "adds"}


def _names(there: list[_Group]) -> str:
    return "The group " + " and ".join(one.name for one in there)


def _unbound(person: Actor, role: Role) -> str:
    """Why a role that is called like a person was not given to them, and what holds instead."""
    if person.may("manage"):
        return f"{person.name} manages the workspace and sees everything here all the same; the role {role.name} was made and given to nobody."
    return (
        f"The role {role.name} was made and not given to {person.name}: what {person.name} may here comes from elsewhere, and this role would replace it "
        "and could open more. Nothing has changed for them. Change what they may on the app's page Access."
    )
