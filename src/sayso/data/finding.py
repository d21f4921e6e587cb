"""Finding an app in the database, and holding it still while it is written to."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from functools import cache
from typing import Any, Literal
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Text, bindparam, cast, column, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.columns import Columns
from sayso.data.open_app import OpenApp
from sayso.data.rights import sights
from sayso.data.statement import Statement
from sayso.db import tables as t
from sayso.errors import NotFound, SaysoError
from sayso.spec.app import App
from sayso.team import nearest
from sayso.team.actor import Actor
from sayso.team.roles import Right

SPECS_KEPT_MAX = 200
_WRITTEN = cast(column("xmin"), Text).label("written")

_SPECS: WeakKeyDictionary[Engine, OrderedDict[Hashable, tuple[App, Columns]]] = WeakKeyDictionary()
"""Specs as they were read last, by number, version and the transaction that wrote them: such a state never changes again."""


async def held(tx: AsyncConnection, id: str, by: Actor, to: Right) -> None:
    """Until the transaction ends, nobody changes how the app is built while rows are written, and the other way round.

    A lock of its own statement: what is read afterwards is seen as of after the wait.
    """
    if to in ("read", "comment"):
        return
    key = func.hashtextextended(f"{by.workspace}/{id}", 0)
    await tx.execute(select(func.pg_advisory_xact_lock_shared(key) if to == "write" else func.pg_advisory_xact_lock(key)))


@cache
def _one(by: Literal["id", "number"], asks: nearest.Asks) -> Statement:
    """Put together once: every request begins with it."""
    c = t.apps.c
    which = bindparam("which", type_=c[by].type)
    query = select(c.id, c.number, c.version, c.copy_of, _WRITTEN, *nearest.columns(c.number, asks)).select_from(t.apps)
    here = c.workspace_id == bindparam("workspace", type_=Text)
    return Statement.of(query.where(c[by] == which, here, c.deleted_at.is_(None)))


async def found(tx: AsyncConnection, which: str | int, by: Actor, to: Right, said: str) -> OpenApp:
    """The app of this id, or this number, in the workspace of `by`, as they see it. Raises `NotFound` when there is none, or none for them."""
    statement = _one("id" if isinstance(which, str) else "number", sights.asks(by))
    row = await statement.first(tx, which=which, **nearest.bound(by))
    missing = row is None or (by.apps is not None and row.id not in by.apps)
    app = None if missing else await _opened(tx, row, by, to)
    if row is None or app is None or not app.may("read"):
        raise NotFound(f"There is no app {said[:80]!r} here.")
    if row.copy_of is not None:
        await _of_builders(tx, row.copy_of, by, said)
    app.must(to)
    return app


async def _of_builders(tx: AsyncConnection, live: int, by: Actor, said: str) -> None:
    """A copy to work on is only there for who may build the app that it is a copy of. Raises `NotFound`."""
    try:
        await found(tx, live, by, "build", said)
    except SaysoError:
        raise NotFound(f"There is no app {said[:80]!r} here.") from None


async def every(tx: AsyncConnection, by: Actor, *, trashed: bool = False) -> list[OpenApp]:
    """All apps of the workspace that `by` may open, the latest changed first, without copies to work on; or those in the trash, as if they were not."""
    c, beside = t.apps.c, nearest.columns(t.apps.c.number, sights.asks(by))
    query = select(c.id, c.number, c.version, _WRITTEN, *beside).select_from(t.apps)
    query = query.where(
        c.workspace_id == by.workspace, c.deleted_at.is_not(None) if trashed else c.deleted_at.is_(None), c.copy_of.is_(None)
    )
    query = query.order_by(c.updated_at.desc(), c.number.desc())
    if by.apps is not None:
        query = query.where(c.id.in_(by.apps))
    apps = [await _opened(tx, row, by, "read") for row in (await tx.execute(query, nearest.bound(by))).all()]
    return [app for app in apps if app.may("read")]


async def must_somewhere(tx: AsyncConnection, by: Actor, what: Right) -> None:
    """For what is done before it is known in which app: allowed in the workspace, or in one app at least. Raises `Forbidden`."""
    if not by.may(what) and not any(app.may(what) for app in await every(tx, by)):
        by.must(what)


async def _opened(tx: AsyncConnection, row: Any, by: Actor, to: Right) -> OpenApp:
    whole, columns = await spec_of(tx, row)
    spec, sight = await sights.seen(tx, whole, by, row)
    return OpenApp(row.id, row.number, spec, row.version, columns, by, to, whole, sight)


async def spec_of(tx: AsyncConnection, row: Any) -> tuple[App, Columns]:
    """The spec and the catalogue of an app, of which `row` has the number, the version and the transaction that wrote it."""
    specs = _SPECS.setdefault(tx.engine.sync_engine, OrderedDict())
    key = (row.number, row.version, row.written)
    if (kept := specs.get(key)) is not None:
        specs.move_to_end(key)
        return kept
    c = t.apps.c
    spec, columns = (await tx.execute(select(c.spec, c.columns).where(c.number == row.number))).one()
    specs[key] = App.model_validate(spec), Columns.of(columns)
    while len(specs) > SPECS_KEPT_MAX:
        specs.popitem(last=False)
    return specs[key]
