"""Rows that were thrown away: shown, and in the end forgotten."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import provenance
from sayso.data.clock import Clock
from sayso.data.open_app import OpenApp
from sayso.data.physical import found, pairs_of, rows_of, words_clause
from sayso.data.query import PAGE_ROWS_MAX, Page, rows_by_id
from sayso.data.scope import Scope
from sayso.db import tables as system
from sayso.errors import Invalid, Problem
from sayso.spec.fields import Link
from sayso.team.actor import Actor

TRASH_DAYS = 30
PURGED_ROWS_MAX = 10_000
"""Rows that one call forgets; whoever cleans up calls again until none is left."""


async def listed(tx: AsyncConnection, app: OpenApp, table_id: str, *, offset: int = 0, limit: int = 100) -> Page:
    """A page of the trash, latest first; each row with its `deleted_at`."""
    app.must("read")
    table = found(app, table_id)
    if not 1 <= limit <= PAGE_ROWS_MAX or offset < 0:
        raise Invalid(Problem("limit", f"is from 1 to {PAGE_ROWS_MAX:,}", "100"))
    scope = Scope.of(app, table, Clock.of(app.spec.zone))
    t, gone = scope.t.c, scope.t.c.deleted_at.is_not(None)
    if scope.rule is not None:
        gone &= scope.rule
    total = (await tx.execute(select(func.count()).select_from(scope.t).where(gone))).scalar_one()
    asked = select(t.id).where(gone).order_by(t.deleted_at.desc(), t.id.desc()).offset(offset).limit(limit)
    ids = list((await tx.execute(asked)).scalars())
    rows = await rows_by_id(tx, app, table, ids, trashed=True)
    end = offset + len(ids)
    return Page(f"[{rows}]".encode(), total, offset, str(end) if ids and end < total else None)


async def purge(tx: AsyncConnection, app: OpenApp, table_id: str, *, by: Actor, days: int = TRASH_DAYS) -> int:
    """Forgets rows that have been in the trash for so many days, with their links, comments and history; says how many."""
    app.must("write")
    if by == app.by:
        app.allowed("build")
    else:
        by.must("build")
    table = found(app, table_id)
    rows = rows_of(app, table)
    t = rows.sql
    old = select(t.c.id).where(t.c.deleted_at < datetime.now(UTC) - timedelta(days)).limit(PURGED_ROWS_MAX)
    ids = list((await tx.execute(old)).scalars())
    if not ids:
        return 0
    for link in table.fields:
        if isinstance(link, Link):
            pairs = pairs_of(app, table, link)
            await tx.execute(delete(pairs.sql).where(pairs.sql.c[pairs.mine].in_(ids)))
    for kept in (system.history, system.comments, system.samples):
        own = (kept.c.app == app.number) & (kept.c.table_no == rows.number) & kept.c.row_id.in_(ids)
        await tx.execute(delete(kept).where(own))
    await provenance.forget(tx, app, rows, ids)
    for own in (words_clause(rows), t):
        await tx.execute(delete(own).where(own.c.id.in_(ids)))
    return len(ids)
