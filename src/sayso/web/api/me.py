"""The member who is asking, and their workspace."""

from typing import Annotated

from fastapi import Request
from pydantic import StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

import sayso
from sayso.errors import Forbidden, Invalid, Problem
from sayso.team import people
from sayso.team.actor import Actor
from sayso.team.addressed import ADDRESS_CHARACTERS_MAX, is_address
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
    name: ShortText | None = None
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=ADDRESS_CHARACTERS_MAX)] | None = None
    """Where automations write to me; an empty text for nowhere."""


async def show(tx: Tx, by: By) -> Me:
    """Who I am, and where."""
    return await my(tx, by)


async def update(change: MeChange, request: Request, tx: Tx, by: By) -> Me:
    """Change the name that others see, and where I am written to."""
    if change.name is None and change.email is None:
        raise Invalid(Problem("name", "is needed", "Ana Prado"))
    if change.name is not None:
        await people.rename(tx, _member(by), change.name, by=by)
    if change.email is not None:
        if change.email and not is_address(change.email):
            raise Invalid(Problem("email", "is no e-mail address", "ana@example.com"))
        await people.write_to(tx, _member(by), change.email or None, by=by)
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
