"""Every accepted state of an app."""

from datetime import datetime

from sayso.errors import Unavailable
from sayso.spec.app import App
from sayso.web.api.apps import AppState
from sayso.web.api.changes import Change
from sayso.web.shapes import AppId, Asked, Effect, Number, ShortText, Shown, VersionNumber


class VersionLine(Shown):
    version: int
    note: str
    by: str | None
    at: datetime
    effects: list[Effect]


class Versions(Shown):
    items: list[VersionLine]
    next: str | None = None


class Version(VersionLine):
    """One state, and what has changed since."""

    spec: App
    since: list[Effect]


class NewVersion(Asked):
    """Either a change or the number of the version to return to, on top of `base_version`."""

    change: Change | None = None
    restore: Number | None = None
    base_version: Number
    note: ShortText = ""


async def listed(app: AppId) -> Versions:
    """Versions, newest first."""
    raise Unavailable("not there yet")


async def create(app: AppId, new: NewVersion) -> AppState:
    """Change the app, or return to an earlier version. 409 when someone changed it first."""
    raise Unavailable("not there yet")


async def show(app: AppId, number: VersionNumber) -> Version:
    """One version, whole."""
    raise Unavailable("not there yet")
