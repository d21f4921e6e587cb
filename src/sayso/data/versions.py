"""Every accepted state of an app, and the way back to one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.changes import changed
from sayso.data.open_app import OpenApp
from sayso.db import tables as t
from sayso.errors import NotFound
from sayso.spec.app import App
from sayso.spec.change import Effect, difference, effects
from sayso.team.actor import Actor

PAGE_VERSIONS_MAX = 200


@dataclass(frozen=True, slots=True)
class Version:
    """`effects` is what it changed; `by` the one who did it, as `Actor.id` names them."""

    number: int
    note: str
    by: str
    at: datetime
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class WholeVersion(Version):
    """With the app as it was, and what has changed since."""

    spec: App
    since: tuple[Effect, ...]


def _must_see_all(app: OpenApp) -> None:
    """A version tells of all parts, in its sentences too: whoever sees a part of the app reads none. Raises `Forbidden`."""
    app.must("read")
    if not app.sight.whole:
        app.allowed("build")


async def listed(tx: AsyncConnection, app: OpenApp, *, before: int | None = None, limit: int = 50) -> tuple[Version, ...]:
    """Newest first, for whoever sees the whole app. `before` is the number of the last one that was seen."""
    _must_see_all(app)
    v = t.versions.c
    query = select(v.n, v.note, v.by, v.at, v.effects).where(v.app == app.number)
    if before is not None:
        query = query.where(v.n < before)
    rows = await tx.execute(query.order_by(v.n.desc()).limit(max(1, min(limit, PAGE_VERSIONS_MAX))))
    return tuple(Version(r.n, r.note, r.by, r.at, _effects(r.effects)) for r in rows)


async def read(tx: AsyncConnection, app: OpenApp, number: int) -> WholeVersion:
    """One version, whole. Raises `NotFound`."""
    _must_see_all(app)
    v = t.versions.c
    query = select(v.n, v.note, v.by, v.at, v.effects, v.spec).where(v.app == app.number, v.n == number)
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise NotFound(f"{app.spec.name} has no version {number}.")
    spec = App.model_validate(row.spec)
    if not app.sight.manage:
        spec = spec.model_copy(update={"roles": ()})
    since = effects(spec, difference(spec, app.spec))
    return WholeVersion(row.n, row.note, row.by, row.at, _effects(row.effects), spec, since)


async def restored(tx: AsyncConnection, app: OpenApp, number: int, *, by: Actor, base_version: int | None = None) -> OpenApp:
    """The app as it was in that version, with what its tables and fields held then; itself a new version that can be undone."""
    then = await read(tx, app, number)
    back = difference(app.spec, then.spec, f"Returns to version {number}")
    return await changed(tx, app, back, by=by, note=back.title, base_version=base_version, restoring=True)


def _effects(stored: list[dict[str, Any]]) -> tuple[Effect, ...]:
    return tuple(Effect(**one) for one in stored)
