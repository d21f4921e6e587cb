"""Who may use an app, as what, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Request
from pydantic import Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.data.rights.granted import seat_of
from sayso.errors import Forbidden
from sayso.spec import rights_told
from sayso.spec.role import Role
from sayso.team import access, groups, members, rank
from sayso.team.access import Grant as Granted
from sayso.team.actor import Actor
from sayso.team.roles import Right
from sayso.web.actor import By
from sayso.web.api.members import forget
from sayso.web.shapes import AppId, Asked, ShortText, Shown
from sayso.web.work import Tx

Level = Literal["manage", "edit", "comment", "read", "own", "nothing"]
NAMES = {
    "@manager": "May manage",
    "@editor": "May edit",
    "@commenter": "May comment",
    "@reader": "May look",
    "@nothing": "No access",
}
LEVELS: dict[str, Level] = {
    "@manager": "manage",
    "@editor": "edit",
    "@commenter": "comment",
    "@reader": "read",
    "@nothing": "nothing",
}


class AppGrant(Shown):
    kind: access.Kind
    id: str
    """Of the group or the member; empty for everyone."""
    name: str
    role: str
    """The id of a role of the app, or @manager, @editor, @commenter, @reader, @nothing."""
    role_name: str


class AppRoleShown(Shown):
    id: str
    name: str
    sentence: str
    """What it may, in words."""


class WhoMay(Shown):
    """What somebody may in this app, and by what."""

    member: str
    name: str
    kind: Literal["person", "service"]
    workspace_role: str
    level: Level
    """`own`: what the roles of the app say."""
    roles: list[str]
    """Names of roles of the app."""
    reason: str


class AppAccess(Shown):
    version: str
    """Of the grants: a change says which it was made from."""
    grants: list[AppGrant]
    roles: list[AppRoleShown]
    people: list[WhoMay]
    may_change: bool


class NewGrant(Asked):
    kind: access.Kind
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{0,60}$")] = ""
    role: ShortText


class AccessChange(Asked):
    grants: Annotated[list[NewGrant], Field(max_length=access.GRANTS_MAX)]
    base: ShortText | None = None
    """The version that it was made from."""


async def show(app: AppId, tx: Tx, by: By) -> AppAccess:
    """Everything that was granted, and what everybody may because of it."""
    if by.role == "guest":
        raise Forbidden("Who else may use an app is for its team to know.")
    return await _access(tx, await apps.open_app(tx, app, by=by), by)


async def update(app: AppId, change: AccessChange, request: Request, tx: Tx, by: By) -> AppAccess:
    """All that is granted in this app from now on; it counts at once."""
    found = await apps.open_app(tx, app, by=by, to="build")
    grants = [Granted(one.kind, one.id, one.role) for one in change.grants]
    roles = {role.id: role.name for role in found.spec.roles}
    await access.put(tx, found.number, grants, by=by, id=found.id, name=found.spec.name, roles=roles, base=change.base)
    forget(request)
    return await _access(tx, found, by)


async def _access(tx: AsyncConnection, app: OpenApp, by: Actor) -> AppAccess:
    granted = await access.listed(tx, app.number, by=by)
    everybody = await members.listed(tx, by=by)
    in_groups = {one.id: one for one in await groups.listed(tx, by=by)}
    rights, own = await rank.roles(tx, by.workspace), await rank.names(tx, by.workspace)
    names = {one.id: one.name for one in everybody} | {id: one.name for id, one in in_groups.items()}
    roles = {role.id: role for role in app.spec.roles}
    asked = _Asked(granted, {id: one.name for id, one in in_groups.items()}, roles)
    return AppAccess(
        version=access.version(granted),
        grants=[
            AppGrant(kind=g.kind, id=g.id, name=names.get(g.id, "Everyone"), role=g.role, role_name=_role_name(g.role, roles))
            for g in granted
            if g.kind == "everyone" or g.id in names
        ],
        roles=[AppRoleShown(id=role.id, name=role.name, sentence=rights_told.summary(app.spec, role)) for role in app.spec.roles],
        people=[asked.of(one, rights.get(one.role, frozenset()), rank.named(one.role, own)) for one in everybody if not one.suspended],
        may_change=app.may("build"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was granted in one app, asked member by member."""

    granted: tuple[Granted, ...]
    groups: Mapping[str, str]
    roles: Mapping[str, Role]

    def of(self, one: members.Known, rights: frozenset[Right], role: str) -> WhoMay:
        level, roles, reason = self._may(one, rights, role)
        names = [self.roles[id].name for id in roles]
        return WhoMay(
            member=one.id, name=one.name, kind=one.kind, workspace_role=role, level=level, roles=names, reason=reason
        )  # fmt: skip

    def _may(self, one: members.Known, rights: frozenset[Right], role: str) -> tuple[Level, list[str], str]:
        """By what `data.rights.granted` decides, with the reason."""
        mine = [g for g in self.granted if g.kind == "everyone" or g.id == one.id or g.id in one.groups]
        given = access.chosen([(g.kind, g.role) for g in mine], guest=one.role == "guest")
        seat = seat_of(self.roles.values(), rights, given)
        if seat.by == "workspace":
            return _by_rights(rights), [], f"as {role} of the workspace"
        roles, why = [role.id for role in seat.roles], self._reason(mine, one)
        if seat.by == "levels":
            return _level(seat.levels), [], why
        return ("manage" if seat.by == "manager" else "own"), roles, why

    def _reason(self, mine: list[Granted], one: members.Known) -> str:
        if any(g.kind == "member" for g in mine):
            return "given to them"
        if names := sorted({self.groups.get(g.id, "") for g in mine if g.kind == "group"}):
            return f"by the group {names[0]}" if len(names) == 1 else f"by the groups {', '.join(names)}"
        return "not given to this guest" if one.role == "guest" else "like everyone"


def _by_rights(rights: frozenset[Right]) -> Level:
    steps: tuple[tuple[Right, Level], ...] = (("build", "manage"), ("write", "edit"), ("comment", "comment"), ("read", "read"))
    found: list[Level] = [level for right, level in steps if right in rights]
    return found[0] if found else "nothing"


def _level(given: tuple[str, ...]) -> Level:
    found: list[Level] = [LEVELS[level] for level in access.LEVELS if level in given]
    return found[0] if found else "nothing"


def _role_name(role: str, roles: Mapping[str, Role]) -> str:
    return roles[role].name if role in roles else NAMES.get(role, role)
