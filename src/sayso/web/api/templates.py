"""The gallery, and wishes to begin from."""

from sayso.errors import Unavailable
from sayso.spec.app import App
from sayso.web.shapes import Shown


class Template(Shown):
    id: str
    name: str
    description: str
    icon: str
    hue: int
    tables: list[str]
    spec: App


class Templates(Shown):
    items: list[Template]
    next: str | None = None


class Wish(Shown):
    title: str
    words: str
    icon: str


class Wishes(Shown):
    items: list[Wish]
    next: str | None = None


async def listed() -> Templates:
    """Finished apps to begin from."""
    raise Unavailable("not there yet")


async def wishes() -> Wishes:
    """Ten example wishes."""
    raise Unavailable("not there yet")
