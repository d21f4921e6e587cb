"""The member who is asking, and their workspace."""

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

import sayso
from sayso.errors import Forbidden
from sayso.team import people
from sayso.team.actor import Actor
from sayso.web.actor import By
from sayso.web.api.members import Member
from sayso.web.api.workspace import Workspace
from sayso.web.parts import parts
from sayso.web.shapes import Asked, May, ShortText, Shown
from sayso.web.work import Tx


class Me(Shown):
    member: Member
    workspace: Workspace
    may: list[May]
    version: str
    """Of Sayso."""


class MeChange(Asked):
    name: ShortText


async def show(tx: Tx, by: By) -> Me:
    """Who I am, and where."""
    return await my(tx, by)


async def update(change: MeChange, request: Request, tx: Tx, by: By) -> Me:
    """Change the name that others see."""
    await people.rename(tx, _member(by), change.name, by=by)
    parts(request).callers.forget()
    return await my(tx, by)


async def my(tx: AsyncConnection, by: Actor) -> Me:
    member = Member.of(await people.read(tx, _member(by), by=by))
    workspace = Workspace.of(await people.workspace(tx, by=by))
    return Me(member=member, workspace=workspace, may=list(by.rights), version=sayso.__version__)


def _member(by: Actor) -> str:
    if by.member is None:
        raise Forbidden("Only members have a name here.")
    return by.member
