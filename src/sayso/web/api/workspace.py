"""The team's home."""

from typing import Self

from fastapi import Request, Response

from sayso.gateway import news
from sayso.team import people, workspaces
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import Asked, Hue, ShortText, Shown
from sayso.web.work import Tx


class Workspace(Shown):
    id: str
    name: str
    hue: int

    @classmethod
    def of(cls, one: people.Workspace) -> Self:
        return cls(id=one.id, name=one.name, hue=one.hue)


class WorkspaceChange(Asked):
    name: ShortText | None = None
    hue: Hue | None = None


class WorkspaceName(Asked):
    name: ShortText
    """As it is written, word for word."""


async def show(tx: Tx, by: By) -> Workspace:
    """The workspace's name and colour."""
    return Workspace.of(await people.workspace(tx, by=by))


async def update(change: WorkspaceChange, tx: Tx, by: By) -> Workspace:
    """Change the workspace's name or colour."""
    return Workspace.of(await people.change_workspace(tx, by=by, name=change.name, hue=change.hue))


async def remove(asked: WorkspaceName, request: Request, tx: Tx, by: By) -> Response:
    """Into the trash, for 30 days, with everything in it."""
    await workspaces.remove(tx, asked.name, by=by)
    await news.changed(tx)
    parts(request).callers.forget()
    return Response(status_code=204)
