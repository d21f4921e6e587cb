"""Runs read: lists, one opened step by step, failures grouped.

What went through a run is what its owner sees. So whoever sees all of an app sees its runs; who sees only some of it sees those that
they began, without what went through them (`whole`). Of other workspaces there are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import finding
from sayso.data.open_app import OpenApp
from sayso.db import tables as system
from sayso.db.automation_tables import runs as t
from sayso.db.automation_tables import steps as s
from sayso.errors import NotFound
from sayso.team.actor import Actor
from sayso.team.roles import RIGHTS, Right

PAGE_RUNS_MAX = 200
STEPS_SHOWN_MAX = 2_000
"""Of one run; a loop over thousands of rows has more, and its first and last are shown."""
FAILURES_MAX = 200
FAILURE_RUNS_MAX = 10
FAILURE_DAYS_MAX = 90


@dataclass(frozen=True, slots=True)
class Asked:
    """Which runs: of one app (its number), of one automation, in some states, with these words in what was said or came in."""

    app: int | None = None
    automation: str | None = None
    states: Sequence[str] = ()
    search: str = ""
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """The same step of the same automation with the same message."""

    app_id: str
    app_name: str
    automation: str
    name: str
    step: str
    message: str
    count: int
    first_at: datetime
    last_at: datetime
    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """The numbers of apps that are seen whole, and of those that are seen in part."""

    whole: frozenset[int]
    part: frozenset[int]
    by: Actor

    @classmethod
    async def of(cls, tx: AsyncConnection, by: Actor) -> _Seen:
        apps = await finding.every(tx, by)
        whole = frozenset(app.number for app in apps if app.sight.whole)
        return cls(whole, frozenset(app.number for app in apps) - whole, by)

    @property
    def condition(self) -> ColumnElement[bool]:
        mine = t.c.trigger["by"].astext == self.by.id
        return (t.c.workspace_id == self.by.workspace) & (t.c.app.in_(self.whole) | (t.c.app.in_(self.part) & mine))


async def whole(tx: AsyncConnection, row: Any, *, by: Actor) -> bool:
    """Whether `by` may see what went through this run."""
    try:
        return (await _app(tx, row.app, by)).sight.whole
    except NotFound:
        return False


async def wholly(tx: AsyncConnection, *, by: Actor) -> frozenset[int]:
    """The numbers of the apps of which `by` sees all, and so what went through their runs."""
    return (await _Seen.of(tx, by)).whole


async def must(tx: AsyncConnection, row: Any, right: Right, *, by: Actor) -> None:
    """Whoever does something with a run may do as much in its app. Raises `Forbidden`."""
    (await _app(tx, row.app, by)).allowed(right)


async def may_in(tx: AsyncConnection, row: Any, *, by: Actor) -> frozenset[Right]:
    """What `by` may do in the app of this run."""
    try:
        app = await _app(tx, row.app, by)
    except NotFound:
        return frozenset()
    return frozenset[Right](right for right in RIGHTS if app.may(right))


async def _app(tx: AsyncConnection, number: int, by: Actor) -> OpenApp:
    return await finding.found(tx, number, by, "read", "of this run")


async def found(tx: AsyncConnection, run: str, *, by: Actor, lock: bool = False) -> Any:
    """Raises `NotFound`, also for what is another workspace's, and for what is not for `by` to see."""
    query = select(t).where(t.c.id == run, t.c.workspace_id == by.workspace)
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    try:
        app = None if row is None else await _app(tx, row.app, by)
    except NotFound:
        app = None
    if row is None or app is None or not (app.sight.whole or row.trigger.get("by") == by.id):
        raise NotFound(f"There is no run {run[:40]!r} here.")
    return row


async def listed(tx: AsyncConnection, asked: Asked, *, by: Actor) -> tuple[list[Any], int | None]:
    """Newest first, and the place of the page after."""
    seen = await _Seen.of(tx, by)
    limit = max(1, min(asked.limit, PAGE_RUNS_MAX))
    query = select(t).where(seen.condition).order_by(t.c.position.desc()).limit(limit + 1)
    if asked.app is not None:
        query = query.where(t.c.app == asked.app)
    if asked.automation is not None:
        query = query.where(t.c.automation == asked.automation)
    if asked.states:
        query = query.where(t.c.state.in_(asked.states))
    if asked.before is not None:
        query = query.where(t.c.position < asked.before)
    if words := asked.search.strip().lower():
        said = func.lower(func.concat_ws(" ", t.c.id, t.c.name, t.c.problem, t.c.told, t.c.started_by, cast(t.c.trigger, Text)))
        query = query.where(func.strpos(said, words) > 0, t.c.app.in_(seen.whole))
    rows = list((await tx.execute(query)).all())
    return rows[:limit], rows[limit - 1].position if len(rows) > limit else None


async def steps(tx: AsyncConnection, run: str) -> list[Any]:
    """In the order in which they were begun."""
    rows = list((await tx.execute(select(s).where(s.c.run == run).order_by(s.c.n).limit(STEPS_SHOWN_MAX))).all())
    if len(rows) < STEPS_SHOWN_MAX:
        return rows
    last = (
        await tx.execute(select(s).where(s.c.run == run, s.c.n > rows[-1].n).order_by(s.c.n.desc()).limit(STEPS_SHOWN_MAX // 2))
    ).all()
    return [*rows[: STEPS_SHOWN_MAX // 2], *reversed(last)]


async def failures(tx: AsyncConnection, *, by: Actor, days: int = 7, app: int | None = None) -> list[FailureGroup]:
    """Of the last days, the latest first, of apps that are seen whole."""
    seen = (await _Seen.of(tx, by)).whole
    a = system.apps.c
    step = func.split_part(func.coalesce(t.c.failed_step, ""), ":", 1)
    grouped = (
        select(
            t.c.app_id, func.max(a.spec["name"].astext).label("app_name"), t.c.automation, func.max(t.c.name).label("name"), step.label("step"), t.c.problem,
            func.count().label("many"), func.min(t.c.ended_at).label("first_at"), func.max(t.c.ended_at).label("last_at"),
            func.array_agg(aggregate_order_by(t.c.id, t.c.position.desc())).label("runs"),
        )
        .join_from(t, system.apps, a.number == t.c.app)
        .where(t.c.app.in_(seen), t.c.state.in_(("failed", "quarantined")), ~t.c.dry, t.c.ended_at > func.now() - timedelta(days=min(days, FAILURE_DAYS_MAX)))
        .group_by(t.c.app_id, t.c.automation, "step", t.c.problem)
        .order_by(func.max(t.c.ended_at).desc())
        .limit(FAILURES_MAX)
    )  # fmt: skip
    if app is not None:
        grouped = grouped.where(t.c.app == app)
    return [
        FailureGroup(
            row.app_id, row.app_name, row.automation, row.name, row.step, row.problem, row.many, row.first_at, row.last_at,
            tuple(row.runs[:FAILURE_RUNS_MAX]),
        )
        for row in await tx.execute(grouped)
    ]  # fmt: skip
