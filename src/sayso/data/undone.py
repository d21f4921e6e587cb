"""Taking back how an app was changed, and doing it again; `undo` decides which act is meant."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import finding
from sayso.data.acts import Act
from sayso.data.changes import changed
from sayso.data.open_app import OpenApp
from sayso.db import tables as t
from sayso.errors import Conflict
from sayso.spec.app import App
from sayso.spec.change import Add, Change, apply
from sayso.spec.change.siblings import index_of, siblings
from sayso.team.actor import Actor


async def undo_change(tx: AsyncConnection, app: OpenApp, act: Act, *, by: Actor) -> OpenApp:
    """The app without what the act, of kind `app`, did. Rows and values come back as they were.

    Raises `Conflict` when someone has changed the same parts since.
    """
    app = await _opened(tx, app, by)
    back = Change.model_validate(act.payload["inverse"])
    then = await _spec(tx, app.number, act.payload["version"])
    _must_be_untouched(app.spec, then, back)
    return await changed(tx, app, back, by=by, note=f"Takes back: {act.sentence}", restoring=True, act=False)


async def redo_change(tx: AsyncConnection, app: OpenApp, act: Act, *, by: Actor) -> OpenApp:
    """The app with what the act did, after it was taken back."""
    app = await _opened(tx, app, by)
    again = Change.model_validate(act.payload["change"])
    then = apply(await _spec(tx, app.number, act.payload["version"]), Change.model_validate(act.payload["inverse"]))
    _must_be_untouched(app.spec, then, again)
    return await changed(tx, app, again, by=by, note=f"Does again: {act.sentence}", restoring=True, act=False)


async def _opened(tx: AsyncConnection, app: OpenApp, by: Actor) -> OpenApp:
    """As it is now, to be built: undoing begins with the app opened to write, as most acts are of rows."""
    await finding.held(tx, app.id, by, "build")
    return await finding.found(tx, app.number, by, "build", app.id)


async def _spec(tx: AsyncConnection, number: int, version: int) -> App:
    v = t.versions.c
    return App.model_validate((await tx.execute(select(v.spec).where(v.app == number, v.n == version))).scalar_one())


def _must_be_untouched(now: App, then: App, change: Change) -> None:
    """Every part that the change works on is as it was right after what is being taken back."""
    for step in change.steps:
        if step.part == "app" or isinstance(step, Add):
            continue
        parts, before = siblings(now, step.place) or (), siblings(then, step.place) or ()
        here, there = index_of(parts, step.id), index_of(before, step.id)
        if there is None:
            continue
        if here is None or parts[here] != before[there]:
            name = before[there].name
            raise Conflict(
                f"{name} has been changed since by someone else; the versions of the app show how.", theirs=now.portable()
            )
