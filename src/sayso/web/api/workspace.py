"""The team's home."""

from sayso.errors import Unavailable
from sayso.web.shapes import Asked, Hue, ShortText, Shown


class Workspace(Shown):
    id: str
    name: str
    hue: int


class WorkspaceChange(Asked):
    name: ShortText | None = None
    hue: Hue | None = None


async def show() -> Workspace:
    """The workspace's name and colour."""
    raise Unavailable("not there yet")


async def update(change: WorkspaceChange) -> Workspace:
    """Change the workspace's name or colour."""
    raise Unavailable("not there yet")
