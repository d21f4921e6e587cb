"""The workspaces that I am in, and those of mine in the trash."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Query, Request

from sayso.team import persons, workspaces
from sayso.web.actor import By
from sayso.web.api.members import forget
from sayso.web.shapes import AppId, Asked, ShortText, Shown, Token
from sayso.web.work import Tx


class MyWorkspace(Shown):
    id: str
    name: str
    hue: int
    role: str
    role_name: str
    members: int
    current: bool

    @classmethod
    def of(cls, one: workspaces.Mine, here: str) -> Self:
        return cls(
            id=one.id, name=one.name, hue=one.hue, role=one.role, role_name=one.role_name, members=one.members, current=one.id == here
        )  # fmt: skip


class TrashedWorkspace(Shown):
    id: str
    name: str
    hue: int
    deleted_at: datetime
    until: datetime


class MyWorkspaces(Shown):
    items: list[MyWorkspace]
    trash: list[TrashedWorkspace]
    may_create: bool
    next: str | None = None


class NewWorkspace(Asked):
    name: ShortText


class Restoration(Asked):
    """An empty body."""


async def listed(tx: Tx, by: By, app: Annotated[AppId | None, Query()] = None) -> MyWorkspaces:
    """Where I am a member. With `app` only where there is an app of this id."""
    person = persons.of(by)
    items = [MyWorkspace.of(one, by.workspace) for one in await workspaces.listed(tx, person, app=app)]
    trash = [TrashedWorkspace.model_validate(one, from_attributes=True) for one in await workspaces.trashed(tx, person)]
    return MyWorkspaces(items=items, trash=trash, may_create=await workspaces.may_create(tx, person))


async def create(new: NewWorkspace, tx: Tx, by: By) -> MyWorkspace:
    """A new workspace, which I own."""
    made = await workspaces.create(tx, new.name, by=by)
    found = next(one for one in await workspaces.listed(tx, persons.of(by)) if one.id == made.workspace)
    return MyWorkspace.of(found, by.workspace)


async def restore(workspace: Token, asked: Restoration, request: Request, tx: Tx, by: By) -> MyWorkspace:
    """Out of the trash, as it was."""
    found = await workspaces.restore(tx, workspace, by=by)
    forget(request)
    return MyWorkspace.of(found, by.workspace)
