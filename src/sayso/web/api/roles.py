"""Roles of the workspace: built in, and its own."""

from typing import Annotated, Self

from fastapi import Query, Request, Response
from pydantic import Field

from sayso.team import custom_roles, rank
from sayso.team.actor import Actor
from sayso.web.actor import By
from sayso.web.api.members import RoleId, forget
from sayso.web.shapes import Asked, May, ShortText, Shown
from sayso.web.work import Tx

Rights = Annotated[list[May], Field(max_length=20)]


class RoleMay(Shown):
    give: bool
    change: bool


class WorkspaceRole(Shown):
    id: str
    name: str
    rights: list[May]
    built_in: bool
    members: int
    sentence: str
    may: RoleMay

    @classmethod
    def of(cls, one: custom_roles.WorkspaceRole, by: Actor) -> Self:
        give = by.may("manage") and rank.within(by, one.rights)
        may = RoleMay(give=give, change=give and not one.built_in)
        return cls(
            id=one.id, name=one.name, rights=list(one.rights), built_in=one.built_in, members=one.members, sentence=one.sentence, may=may
        )  # fmt: skip


class WorkspaceRoles(Shown):
    items: list[WorkspaceRole]
    next: str | None = None


class NewRole(Asked):
    name: ShortText
    rights: Rights


class RoleChange(Asked):
    name: ShortText | None = None
    rights: Rights | None = None


async def listed(tx: Tx, by: By) -> WorkspaceRoles:
    """What members may be here."""
    return WorkspaceRoles(items=[WorkspaceRole.of(one, by) for one in await custom_roles.listed(tx, by=by)])


async def create(new: NewRole, tx: Tx, by: By) -> WorkspaceRole:
    """A role of the workspace's own."""
    return WorkspaceRole.of(await custom_roles.create(tx, new.name, new.rights, by=by), by)


async def update(role: RoleId, change: RoleChange, request: Request, tx: Tx, by: By) -> WorkspaceRole:
    """Change its name or rights; it counts at once for everybody who has it."""
    made = await custom_roles.change(tx, role, by=by, name=change.name, rights=change.rights)
    forget(request)
    return WorkspaceRole.of(made, by)


async def remove(role: RoleId, request: Request, tx: Tx, by: By, to: Annotated[RoleId, Query()] = "member") -> Response:
    """Remove it; whoever has it gets the role `to`."""
    await custom_roles.remove(tx, role, by=by, to=to)
    forget(request)
    return Response(status_code=204)
