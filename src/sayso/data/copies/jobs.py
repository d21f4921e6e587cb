"""Copies that were asked for: kept, worked off by one process at a time, cancelled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import finding
from sayso.data.copies import rows as counting
from sayso.data.copies.spec import Kind
from sayso.data.open_app import OpenApp
from sayso.db import tables as system
from sayso.db.claims import Claims
from sayso.db.together_tables import app_copies as t
from sayso.errors import Conflict, Forbidden, NotFound
from sayso.team.actor import Actor
from sayso.team.ids import new_id

Rows = Literal["none", "sample", "all"]
State = Literal["waiting", "running", "done", "failed", "cancelled"]
OPEN = ("waiting", "running")
LISTED_MAX = 50
TRIES_MAX = 3

CLAIMS = Claims(t, t.c.state.in_(OPEN), (t.c.created_at,))


@dataclass(frozen=True, slots=True)
class Copy:
    """`app` is the id of what is copied, `made` of what came of it, in the workspace `into`."""

    id: str
    workspace: str
    app: str
    number: int
    kind: Kind
    name: str
    rows: Rows
    into: str
    people: Mapping[str, str | None]
    state: State
    done: int
    total: int
    made: str | None
    notes: tuple[str, ...]
    problem: str | None
    tries: int
    created_by: str
    created_at: datetime

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            row.id, row.workspace_id, row.app_id, row.app, row.kind, row.name, row.rows, row.into, row.people, row.state, row.done,
            row.total, row.made, tuple(row.notes), row.problem, row.tries, row.created_by, row.created_at,
        )  # fmt: skip


async def begin(
    tx: AsyncConnection,
    app: OpenApp,
    kind: Kind,
    name: str,
    rows: Rows,
    *,
    by: Actor,
    into: str | None = None,
    people: Mapping[str, str | None] | None = None,
) -> Copy:
    """Asks for a copy. Raises `Conflict` when one of this kind is being made, and, of drafts, when there is one already."""
    app.must("build", by=by)
    by.must("build")
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"copies of {app.number}", 0))))
    if kind != "copy":
        busy = select(t.c.id).where(t.c.app == app.number, t.c.kind == kind, t.c.state.in_(OPEN))
        if (await tx.execute(busy)).first() is not None:
            raise Conflict(f"{app.spec.name} is being {'moved' if kind == 'move' else 'copied'} already.")
    if kind == "draft" and await draft_of(tx, app.number) is not None:
        raise Conflict(f"There is a copy of {app.spec.name} to work on already. Open it, or throw it away first.")
    total = 0 if rows == "none" else await counting.counted(tx, app)
    id = new_id("ac")
    new = insert(t).values(
        id=id, workspace_id=by.workspace, app=app.number, kind=kind, name=name, rows=rows, into=into or by.workspace, people=dict(people or {}),
        total=total if rows == "all" else min(total, counting.SAMPLE_ROWS * len(app.spec.tables)), created_by=by.id,
    )  # fmt: skip
    await tx.execute(new)
    return await _read(tx, t.c.id == id)


async def read(tx: AsyncConnection, id: str, *, by: Actor) -> Copy:
    """For who may build what is copied, and for who asked once that has moved away. Raises `NotFound`, also for another workspace's."""
    one = await _read(tx, (t.c.id == id) & (t.c.workspace_id == by.workspace))
    try:
        await finding.found(tx, one.number, by, "build", "of this copy")
    except (NotFound, Forbidden):
        if one.created_by != by.id or await _is_here(tx, one.number):
            raise NotFound("There is no such copy.") from None
    return one


async def _is_here(tx: AsyncConnection, number: int) -> bool:
    c = system.apps.c
    return (await tx.execute(select(c.number).where(c.number == number, c.deleted_at.is_(None)))).first() is not None


async def listed(tx: AsyncConnection, app: OpenApp) -> tuple[Copy, ...]:
    """Of one app, newest first."""
    app.must("read")
    query = _query().where(t.c.app == app.number).order_by(t.c.created_at.desc()).limit(LISTED_MAX)
    return tuple(Copy.of(row) for row in await tx.execute(query))


async def cancel(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    """Stops one that is not over. What is over stays."""
    await read(tx, id, by=by)
    stop = update(t).where(t.c.id == id, t.c.workspace_id == by.workspace, t.c.state.in_(OPEN))
    await tx.execute(stop.values(state="cancelled", ended_at=func.now(), process=None, seen_at=None))


async def ended(tx: AsyncConnection, id: str, state: State, **values: Any) -> None:
    own = {"state": state, "ended_at": func.now(), "process": None, "seen_at": None, **values}
    await tx.execute(update(t).where(t.c.id == id, t.c.state.in_(OPEN)).values(**own))


async def worked_on(tx: AsyncConnection, id: str) -> Copy:
    return await _read(tx, t.c.id == id)


@dataclass(frozen=True, slots=True)
class DraftCopy:
    """A copy to work on: the number and the id of it, and the version of the live app that it was made of."""

    number: int
    app: str
    base_version: int
    created_by: str
    created_at: datetime


async def draft_of(tx: AsyncConnection, live: int) -> DraftCopy | None:
    """The copy to work on of the app of this number, when there is one."""
    a = system.apps.c
    query = select(a.number, a.id, a.copy_version, a.created_by, a.created_at).where(a.copy_of == live, a.deleted_at.is_(None))
    row = (await tx.execute(query)).first()
    return None if row is None else DraftCopy(*row)


async def live_of(tx: AsyncConnection, copy: int) -> tuple[str, str] | None:
    """The id and the name of the app that the app of this number is a copy to work on of."""
    a = system.apps.alias("live")
    c = system.apps.c
    query = select(a.c.id, a.c.spec["name"].astext).join(system.apps, c.copy_of == a.c.number).where(c.number == copy)
    row = (await tx.execute(query)).first()
    return None if row is None else (row[0], row[1])


def _query() -> Any:
    a = system.apps.c
    return select(*t.c, a.id.label("app_id")).select_from(t.join(system.apps, a.number == t.c.app))


async def _read(tx: AsyncConnection, which: ColumnElement[bool]) -> Copy:
    row = (await tx.execute(_query().where(which))).one_or_none()
    if row is None:
        raise NotFound("There is no such copy.")
    return Copy.of(row)
