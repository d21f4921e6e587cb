"""How an app is changed: checked, completed, built, kept as a version and told of, in one transaction."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from psycopg.errors import LockNotAvailable
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import acts, conversion, ddl, events, provenance, readable, settled
from sayso.data.columns import Columns
from sayso.data.ground import ground_of
from sayso.data.layout import laid_out
from sayso.data.open_app import OpenApp
from sayso.data.publishing import watch
from sayso.db import tables as t
from sayso.errors import Conflict, Invalid, Unavailable
from sayso.spec.app import App
from sayso.spec.change import Change, Effect, apply, completed, effects, inverse
from sayso.spec.check import check_change
from sayso.spec.fields import fill_of
from sayso.team import audit
from sayso.team.actor import Actor

NOTE_CHARACTERS_MAX = 2_000
EFFECTS_TOLD_MAX = 50
"""In the audit log; the version has all of them."""


async def change(
    tx: AsyncConnection, app: OpenApp, change: Change, *, by: Actor, note: str = "", base_version: int | None = None
) -> OpenApp:
    """The app after the change, whole or not at all. `base_version` is the version the change was made for.

    Raises `Invalid` with every problem, `Conflict` when someone changed the app first. `by` can undo it.
    """
    return await changed(tx, app, change, by=by, note=note, base_version=base_version)


async def changed(
    tx: AsyncConnection,
    app: OpenApp,
    change: Change,
    *,
    by: Actor,
    note: str = "",
    base_version: int | None = None,
    restoring: bool = False,
    act: bool = True,
) -> OpenApp:
    """`restoring` takes up what was taken away before; without `act` nobody's undo learns of it."""
    app.must("build", by=by)
    await _must_be_latest(tx, app, change, base_version)
    change = completed(app.spec, await settled.with_choices(tx, app, change))
    after = apply(app.spec, change)
    if after == app.spec:
        return app
    problems = (*check_change(app.spec, change), *await settled.problems(tx, app, after))
    if problems:
        raise Invalid.of(problems)
    async with _waiting_politely(app), tx.begin_nested():
        columns = await _built(tx, app, after, by, restoring)
        version = app.version + 1
        told = effects(app.spec, change)
        back = inverse(app.spec, change)
        await _kept(tx, app.number, after, columns, version)
        await remember(tx, app.number, version, after, change, back, told, note, by)
        if act:
            payload = {"version": version, "change": change.portable(), "inverse": back.portable()}
            await acts.record(tx, app, "app", _sentence(change, told), payload)
        await events.write(tx, "app.changed", app=app.id, payload={"version": version}, by=by)
        what = {"version": version, "effects": [one.sentence for one in told][:EFFECTS_TOLD_MAX]}
        said = f"changed the app {app.spec.name}: {_sentence(change, told)}"
        await audit.write(tx, "app.changed", said, by=by, subject=app.id, app=app.id, detail=what)
        await watch.changed(tx, app.number, app.whole, after, by=by)
    return OpenApp(app.id, app.number, after, version, columns, app.by, app.to, after, app.sight)


@asynccontextmanager
async def _waiting_politely(app: OpenApp) -> AsyncGenerator[None]:
    try:
        yield
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise Unavailable(f"{app.spec.name} is being written to or read from at length. Try again in a moment.") from None
        raise


async def _must_be_latest(tx: AsyncConnection, app: OpenApp, change: Change, base_version: int | None) -> None:
    c = t.apps.c
    now = (await tx.execute(select(c.version).where(c.number == app.number))).scalar_one()
    base = app.version if base_version is None else base_version
    if now == base:
        return
    v = t.versions.c
    since = (await tx.execute(select(v.effects, v.by).where(v.app == app.number, v.n > base).order_by(v.n))).all()
    sentences = [e["sentence"] for row in since for e in row.effects]
    theirs = {"version": now, "effects": sentences, "by": [row.by for row in since]}
    yours = {"version": base, "change": change.portable()}
    raise Conflict(
        f"{app.spec.name} has changed since: {'; '.join(sentences[:5]) or 'see its versions'}.", yours=yours, theirs=theirs
    )


async def _built(tx: AsyncConnection, app: OpenApp, after: App, by: Actor, restoring: bool) -> Columns:
    """Everything in PostgreSQL that the change asks for; the new catalogue."""
    before, old = app.spec, app.columns
    layout = laid_out(before, after, old, datetime.now(UTC).date().isoformat(), restoring)
    new = layout.columns
    await ddl.patiently(tx)
    ground = await ground_of(tx, app, after, new)
    forth = [await conversion.prepared(tx, ground, fill) for fill in layout.fills]
    await readable.dropped(tx, app.number, app.id, before, after, old, new)
    await ddl.run(tx, ddl.built(app.number, layout))
    await ddl.run(tx, ddl.worded(app.number, before, after, old, new))
    for fill, values in zip(layout.fills, forth, strict=True):
        await conversion.fill(tx, ground, fill, values)
        if fill.source is not None and fill_of(fill.old) is not None and fill_of(fill.new) is not None:
            await provenance.carry(tx, app.number, fill.source, fill.target)
    await settled.must_be_unique(tx, app, after, new)
    await ddl.run(tx, ddl.ruled(app.number, before, after, old, new))
    await ddl.run(tx, ddl.searched_anew(app.number, before, after, old, new))
    await readable.made(tx, app.number, app.id, before, after, old, new)
    return new


async def first_built(tx: AsyncConnection, number: int, id: str, spec: App, after: int = 0) -> Columns:
    """A whole new app. Numbers begin after `after`: what history tells by the numbers up to it is of nothing that is here."""
    empty = App(id=id, name=spec.name)
    layout = laid_out(empty, spec, Columns(last=after), datetime.now(UTC).date().isoformat())
    await ddl.run(tx, ddl.built(number, layout))
    await ddl.run(tx, ddl.worded(number, empty, spec, Columns(), layout.columns))
    await ddl.run(tx, ddl.ruled(number, empty, spec, Columns(), layout.columns))
    await readable.made(tx, number, id, empty, spec, Columns(), layout.columns)
    return layout.columns


async def _kept(tx: AsyncConnection, number: int, spec: App, columns: Columns, version: int) -> None:
    values = {"spec": spec.portable(), "columns": columns.stored(), "version": version, "updated_at": datetime.now(UTC)}
    await tx.execute(t.apps.update().where(t.apps.c.number == number).values(values))


async def remember(
    tx: AsyncConnection,
    number: int,
    version: int,
    spec: App,
    change: Change | None,
    back: Change | None,
    told: tuple[Effect, ...],
    note: str,
    by: Actor,
) -> None:
    """One version, for good."""
    await tx.execute(
        t.versions.insert().values(
            workspace_id=by.workspace,
            app=number,
            n=version,
            change=change.portable() if change else None,
            inverse=back.portable() if back else None,
            spec=spec.portable(),
            note=note[:NOTE_CHARACTERS_MAX],
            effects=[_told(e) for e in told],
            by=by.id,
        )
    )


def _sentence(change: Change, told: tuple[Effect, ...]) -> str:
    more = f" and {len(told) - 1} more" if len(told) > 1 else ""
    return change.title or (f"{told[0].sentence}{more}" if told else "Changes the app")


def _told(effect: Effect) -> dict[str, Any]:
    return {"sentence": effect.sentence, "part": effect.part, "path": effect.path, "severity": effect.severity}
