"""The people of the workspace."""

from typing import Literal

from sayso.errors import Unavailable
from sayso.web.shapes import Shown


class Member(Shown):
    id: str
    name: str
    email: str | None
    role: Literal["owner", "builder", "member", "viewer"]
    initials: str
    hue: int


class Members(Shown):
    items: list[Member]
    next: str | None = None


async def listed() -> Members:
    """Everyone in the workspace."""
    raise Unavailable("not there yet")
