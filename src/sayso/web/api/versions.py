"""Every accepted state of an app."""

from datetime import datetime
from typing import Any

from sayso.data import apps, versions
from sayso.errors import Invalid, Problem
from sayso.spec.app import App
from sayso.web import cursor as places
from sayso.web.actor import By
from sayso.web.api.apps import AppState
from sayso.web.api.changes import Change
from sayso.web.cursor import Cursor
from sayso.web.shapes import AppId, Asked, Effect, ShortText, Shown, VersionNumber
from sayso.web.work import Tx

PAGE_VERSIONS = 50


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
    restore: VersionNumber | None = None
    base_version: VersionNumber
    note: ShortText = ""


async def listed(app: AppId, tx: Tx, by: By, cursor: Cursor = None) -> Versions:
    """Versions, newest first."""
    before = places.number(cursor)
    found = await versions.listed(tx, await apps.open_app(tx, app, by=by), before=before, limit=PAGE_VERSIONS)
    more = found[-1].number if len(found) == PAGE_VERSIONS else None
    return Versions(items=[VersionLine(**_line(one)) for one in found], next=places.written(more))


async def create(app: AppId, new: NewVersion, tx: Tx, by: By) -> AppState:
    """Change the app, or return to an earlier version. 409 when someone changed it first."""
    opened = await apps.open_app(tx, app, by=by, to="build")
    if new.change is not None and new.restore is None:
        made = apps.change(tx, opened, new.change.read(), by=by, note=new.note, base_version=new.base_version)
    elif new.restore is not None and new.change is None:
        made = versions.restored(tx, opened, new.restore, by=by, base_version=new.base_version)
    else:
        raise Invalid(Problem("change", "says what changes; or restore names a version", '{"restore": 3, "base_version": 5}'))
    return await AppState.of(tx, await made)


async def show(app: AppId, number: VersionNumber, tx: Tx, by: By) -> Version:
    """One version, whole."""
    found = await versions.read(tx, await apps.open_app(tx, app, by=by), number)
    return Version(**_line(found), spec=found.spec, since=[Effect.of(one) for one in found.since])


def _line(one: versions.Version) -> dict[str, Any]:
    told = [Effect.of(effect) for effect in one.effects]
    return {"version": one.number, "note": one.note, "by": one.by, "at": one.at, "effects": told}
