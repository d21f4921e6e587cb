"""Finding an app in the database, and holding it still while it is written to."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Engine, Text, cast, column, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.columns import Columns
from sayso.data.open_app import OpenApp
from sayso.db import tables as t
from sayso.errors import NotFound
from sayso.spec.app import App
from sayso.team.actor import Actor
from sayso.team.roles import Right

SPECS_KEPT_MAX = 200

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


async def found(tx: AsyncConnection, where: ColumnElement[bool], by: Actor, to: Right, said: str) -> OpenApp:
    """The app that meets `where` in the workspace of `by`. Raises `NotFound` when there is none, or none for them."""
    c = t.apps.c
    written = cast(column("xmin"), Text).label("written")
    query = select(c.id, c.number, c.version, written).select_from(t.apps)
    row = (await tx.execute(query.where(where, c.workspace_id == by.workspace, c.deleted_at.is_(None)))).one_or_none()
    if row is None or not by.may("read"):
        raise NotFound(f"There is no app {said[:80]!r} here.")
    by.must(to)
    spec, columns = await _spec(tx, row)
    return OpenApp(row.id, row.number, spec, row.version, columns, by, to)


async def _spec(tx: AsyncConnection, row: Any) -> tuple[App, Columns]:
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
