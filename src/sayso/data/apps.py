"""The apps of a workspace: how one is come by, made, listed, put away and brought back.

open_app(tx, id, by=, to="read")     the only way to come by an app
create(tx, spec, by=)                a new one
change(tx, app, change, by=)         see `changes`
planned(tx, app, change), losses     what a change would do; see `losses`
undo_change, redo_change             for `undo`
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import changes, ddl, events, finding
from sayso.data.changes import change
from sayso.data.columns import Columns
from sayso.data.counted import counted
from sayso.data.losses import Loss, Planned, losses, planned
from sayso.data.open_app import OpenApp
from sayso.data.rights.granted import sight_of
from sayso.data.undone import redo_change, undo_change
from sayso.db import tables as t
from sayso.errors import Invalid, NotFound
from sayso.spec.app import App
from sayso.spec.change import completed_app, difference, effects
from sayso.spec.check import check
from sayso.spec.part import id_from
from sayso.team import audit
from sayso.team.actor import Actor, system
from sayso.team.roles import Right

__all__ = [
    "AppLine", "Loss", "OpenApp", "Planned", "TrashedApp", "change", "create", "listed", "losses", "open_app", "planned",
    "redo_change", "remove", "restore", "trashed", "undo_change",
]  # fmt: skip

TRASH_DAYS = 30


@dataclass(frozen=True, slots=True)
class AppLine:
    """An app in a list. `rows` (of tables of which the asker sees all) is counted where that is quick, and PostgreSQL's estimate where it is not."""

    id: str
    name: str
    description: str
    icon: str
    hue: int
    tables: int
    rows: int
    version: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class TrashedApp:
    id: str
    name: str
    icon: str
    hue: int
    deleted_at: datetime
    deleted_by: str | None


async def open_app(tx: AsyncConnection, id: str, *, by: Actor, to: Right = "read") -> OpenApp:
    """The app, opened to do something. Whoever may not even read it finds nothing (`NotFound`); who may not do more, `Forbidden`."""
    await finding.held(tx, id, by, to)
    return await finding.found(tx, id, by, to, id)


async def create(tx: AsyncConnection, spec: App, *, by: Actor, note: str = "", after: int = 0) -> OpenApp:
    """A new app, with its tables. Its id is the spec's, or the next free one; its tables and fields are numbered from `after` on. Raises
    `Invalid` with every problem."""
    by.must("build")
    spec = completed_app(spec)
    if problems := check(spec):
        raise Invalid.of(problems)
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"apps of {by.workspace}", 0))))
    c = t.apps.c
    taken = set((await tx.execute(select(c.id).where(c.workspace_id == by.workspace))).scalars())
    spec = spec.model_copy(update={"id": id_from(spec.id, taken)})
    await finding.held(tx, spec.id, by, "build")
    made = (
        t.apps.insert().values(workspace_id=by.workspace, id=spec.id, spec=spec.portable(), created_by=by.id).returning(c.number)
    )
    number: int = (await tx.execute(made)).scalar_one()
    columns = await changes.first_built(tx, number, spec.id, spec, after)
    await tx.execute(t.apps.update().where(c.number == number).values(columns=columns.stored()))
    empty = spec.model_copy(update={"tables": (), "views": (), "automations": (), "coworkers": (), "slots": (), "roles": ()})
    await changes.remember(tx, number, 1, spec, None, None, effects(empty, difference(empty, spec)), note, by)
    await events.write(tx, "app.built", app=spec.id, payload={"version": 1}, by=by)
    await audit.write(tx, "app.built", f"built the app {spec.name}", by=by, subject=spec.id, app=spec.id)
    return OpenApp(spec.id, number, spec, 1, columns, by, "build", spec, sight_of(spec, by, None))


async def listed(tx: AsyncConnection, *, by: Actor) -> tuple[AppLine, ...]:
    """Every app that `by` may see, the latest changed first. Copies to work on are found from their app."""
    opened = await finding.every(tx, by)
    counts = await counted(tx, {app.number: _counted(app) for app in opened})
    c = t.apps.c
    changed = await tx.execute(select(c.number, c.updated_at).where(c.workspace_id == by.workspace, c.deleted_at.is_(None)))
    at = {row.number: row.updated_at for row in changed}
    return tuple(_line(app, counts[app.number], at[app.number]) for app in opened)


def _counted(app: OpenApp) -> Columns:
    """The tables whose rows are counted: those of which everything is seen."""
    seen = {id: n for id, n in app.columns.tables.items() if app.sight.sees(id) and app.sight.rows(id) is None}
    return app.columns if len(seen) == len(app.columns.tables) else replace(app.columns, tables=seen)


def _line(app: OpenApp, rows: int, updated_at: datetime) -> AppLine:
    spec = app.spec
    return AppLine(
        app.id, spec.name, spec.description, spec.icon, spec.hue, len(spec.tables), rows, app.version, updated_at,
    )  # fmt: skip


async def remove(tx: AsyncConnection, app: OpenApp, *, by: Actor) -> None:
    """Moves the app to the trash, whole, for `TRASH_DAYS`."""
    app.must("build", by=by)
    c = t.apps.c
    await tx.execute(t.apps.update().where(c.number == app.number).values(deleted_at=datetime.now(UTC), deleted_by=by.id))
    await events.write(tx, "app.trashed", app=app.id, payload={"version": app.version}, by=by)
    await audit.write(tx, "app.trashed", f"moved the app {app.spec.name} to the trash", by=by, subject=app.id, app=app.id)


async def trashed(tx: AsyncConnection, *, by: Actor) -> tuple[TrashedApp, ...]:
    """Those that `by` may bring back: who may build them, or has thrown them away."""
    c = t.apps.c
    query = select(c.id, c.spec, c.deleted_at, c.deleted_by).where(
        c.workspace_id == by.workspace, c.deleted_at.is_not(None), c.copy_of.is_(None)
    )
    mine = {app.id for app in await finding.every(tx, by, trashed=True) if app.may("build")}
    rows = (await tx.execute(query.where(c.id.in_(mine)).order_by(c.deleted_at.desc()))).all()
    return tuple(
        TrashedApp(r.id, r.spec["name"], r.spec.get("icon", "layers"), r.spec.get("hue", 262), r.deleted_at, r.deleted_by)
        for r in rows
    )


async def restore(tx: AsyncConnection, id: str, *, by: Actor) -> OpenApp:
    """Brings an app back from the trash as it was. Raises `NotFound` when it is not there, `Forbidden`."""
    await finding.held(tx, id, by, "build")
    c = t.apps.c
    back = t.apps.update().where(c.workspace_id == by.workspace, c.id == id, c.deleted_at.is_not(None))
    number = (await tx.execute(back.values(deleted_at=None, deleted_by=None).returning(c.number))).scalar_one_or_none()
    if number is None:
        raise NotFound(f"There is no app {id[:80]!r} in the trash.")
    app = await finding.found(tx, number, by, "build", id)
    await events.write(tx, "app.restored", app=id, payload={"version": app.version}, by=by)
    await audit.write(tx, "app.restored", f"brought the app {app.spec.name} back", by=by, subject=id, app=id)
    return app


async def purge(tx: AsyncConnection, number: int) -> None:
    """For good: the app's rows, versions and everything else that hangs on it. Only what is in the trash."""
    c = t.apps.c
    gone = t.apps.delete().where(c.number == number, c.deleted_at.is_not(None))
    row = (await tx.execute(gone.returning(c.workspace_id, c.id, c.spec["name"].astext.label("name")))).one_or_none()
    if row is not None:
        await tx.execute(text(ddl.emptied(number)))
        by = system(row.workspace_id)
        await audit.write(tx, "app.purged", f"threw the app {row.name} away for good", by=by, subject=row.id, app=row.id)
