"""Groups of members."""

from typing import Annotated, Self

from fastapi import Request, Response
from pydantic import Field

from sayso.team import groups
from sayso.web.actor import By
from sayso.web.api.members import Ids, Properties, forget
from sayso.web.shapes import Asked, ShortText, Shown, Token
from sayso.web.work import Tx


class TeamGroup(Shown):
    id: str
    name: str
    properties: dict[str, str]
    members: list[str]
    external: bool
    """An identity provider keeps it: its name and members are changed there."""
    apps: int
    """In how many apps it was granted something."""

    @classmethod
    def of(cls, one: groups.Group) -> Self:
        return cls.model_validate({**{name: getattr(one, name) for name in cls.model_fields}, "members": list(one.members)})


class TeamGroups(Shown):
    items: list[TeamGroup]
    next: str | None = None


class NewGroup(Asked):
    name: ShortText
    properties: Properties = Field(default_factory=dict)
    members: Ids = []


class GroupChange(Asked):
    name: ShortText | None = None
    properties: Properties | None = None
    members: Annotated[Ids | None, Field(description="Exactly these")] = None


async def listed(tx: Tx, by: By) -> TeamGroups:
    """The groups of the workspace."""
    return TeamGroups(items=[TeamGroup.of(one) for one in await groups.listed(tx, by=by)])


async def create(new: NewGroup, request: Request, tx: Tx, by: By) -> TeamGroup:
    """A new group."""
    made = await groups.create(tx, new.name, by=by, values=new.properties, members=new.members)
    forget(request)
    return TeamGroup.of(made)


async def show(group: Token, tx: Tx, by: By) -> TeamGroup:
    """One group."""
    return TeamGroup.of(await groups.read(tx, group, by=by))


async def update(group: Token, change: GroupChange, request: Request, tx: Tx, by: By) -> TeamGroup:
    """Change its name, properties or members."""
    made = await groups.change(tx, group, by=by, name=change.name, values=change.properties, members=change.members)
    forget(request)
    return TeamGroup.of(made)


async def remove(group: Token, request: Request, tx: Tx, by: By) -> Response:
    """Remove a group, with everything it was granted; its members stay."""
    await groups.remove(tx, group, by=by)
    forget(request)
    return Response(status_code=204)
