"""The gallery, and wishes to begin from."""

from sayso import examples
from sayso.builder import wishes as ready
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
    return Templates(items=[Template.model_validate(one, from_attributes=True) for one in examples.listed()])


async def wishes() -> Wishes:
    """Ten example wishes."""
    return Wishes(items=[Wish(title=one.title, words=one.wish, icon=one.icon) for one in ready.examples()])
