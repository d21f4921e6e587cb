"""The member who is asking, and their workspace."""

from sayso.errors import Unavailable
from sayso.web.api.members import Member
from sayso.web.api.workspace import Workspace
from sayso.web.shapes import Asked, May, ShortText, Shown


class Me(Shown):
    member: Member
    workspace: Workspace
    may: list[May]
    version: str
    """Of Sayso."""


class MeChange(Asked):
    name: ShortText


async def show() -> Me:
    """Who I am, and where."""
    raise Unavailable("not there yet")


async def update(change: MeChange) -> Me:
    """Change the name that others see."""
    raise Unavailable("not there yet")
