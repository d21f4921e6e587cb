"""Apps: what a team uses."""

from datetime import datetime

from fastapi import Response

from sayso.errors import Unavailable
from sayso.spec.app import App
from sayso.web.shapes import AppId, Asked, Hue, Json, May, ShortText, Shown


class AppLine(Shown):
    """An app in a list."""

    id: str
    name: str
    description: str
    icon: str
    hue: int
    tables: int
    rows: int
    version: int
    updated_at: datetime


class AppLines(Shown):
    items: list[AppLine]
    next: str | None = None


class AppState(Shown):
    """An app as it is now, and what the one who asks may do with it."""

    id: str
    version: int
    spec: App
    may: list[May]
    samples: bool
    """Whether there are sample rows, which one request removes."""


class NewApp(Asked):
    """Either a spec or the id of a template."""

    spec: Json | None = None
    template: ShortText | None = None
    samples: bool = False
    """Adds a few believable rows, which one click removes."""


class AppChange(Asked):
    name: ShortText | None = None
    description: str | None = None
    icon: ShortText | None = None
    hue: Hue | None = None
    zone: ShortText | None = None


async def listed() -> AppLines:
    """Every app that the one who asks may see."""
    raise Unavailable("not there yet")


async def create(new: NewApp) -> AppState:
    """A new app, from a spec or a template."""
    raise Unavailable("not there yet")


async def show(app: AppId) -> AppState:
    """An app, whole."""
    raise Unavailable("not there yet")


async def update(app: AppId, change: AppChange) -> AppState:
    """Change what an app is called and how it looks; a version like every change."""
    raise Unavailable("not there yet")


async def remove(app: AppId) -> Response:
    """Move an app to the trash."""
    raise Unavailable("not there yet")


async def remove_samples(app: AppId) -> Response:
    """Remove the sample rows that came with the app."""
    raise Unavailable("not there yet")
