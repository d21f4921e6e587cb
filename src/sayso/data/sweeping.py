"""What is thrown away for good once its time is over: old answers, sessions and links, and what lay long enough in the trash."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.data import apps, forgetting, trash
from sayso.db import tables as t
from sayso.errors import SaysoError
from sayso.team import notifications, workspaces
from sayso.team.actor import Actor, system

SWEEP_SECONDS = 60 * 60
FIRST_SWEEP_SECONDS = 60
ANSWERS_KEPT_HOURS = 24
"""How long a write that is sent again gets its first answer."""
ONE_AT_A_TIME = 0x5A151

log = logging.getLogger(__name__)


async def hourly(engine: AsyncEngine) -> None:
    """For as long as the server runs; one of several servers does it."""
    await asyncio.sleep(FIRST_SWEEP_SECONDS)
    while True:
        try:
            await sweep(engine)
        except Exception:
            log.exception("sweeping stopped; it is tried again in an hour")
        await asyncio.sleep(SWEEP_SECONDS)


async def sweep(engine: AsyncEngine) -> None:
    """Once, now. What another process is sweeping is left to it."""
    now = datetime.now(UTC)
    async with db.transaction(engine) as tx:
        if not (await tx.execute(select(func.pg_try_advisory_xact_lock(ONE_AT_A_TIME)))).scalar_one():
            return
        await tx.execute(delete(t.idempotency).where(t.idempotency.c.at < now - timedelta(hours=ANSWERS_KEPT_HOURS)))
        await tx.execute(delete(t.sessions).where(t.sessions.c.expires_at < now))
        await tx.execute(delete(t.links).where(t.links.c.kind == "sign_in", t.links.c.expires_at < now - timedelta(days=1)))
        await notifications.sweep(tx)
        old = now - timedelta(days=apps.TRASH_DAYS)
        gone = list((await tx.execute(select(t.apps.c.number).where(t.apps.c.deleted_at < old))).scalars())
        here = select(t.apps.c.id, t.apps.c.workspace_id).where(t.apps.c.deleted_at.is_(None))
        live = [(row.id, system(row.workspace_id)) for row in await tx.execute(here)]
    for number in gone:
        async with db.transaction(engine) as tx:
            await apps.purge(tx, number)
    await _workspaces(engine)
    for id, by in live:
        await _rows(engine, id, by)
        await _taken_away(engine, id, by)


async def _workspaces(engine: AsyncEngine) -> None:
    """Those that have lain in the trash long enough; one that cannot go is left for the next hour."""
    async with db.transaction(engine) as tx:
        over = await workspaces.over(tx)
    for workspace in over:
        try:
            async with db.transaction(engine) as tx:
                await workspaces.purge(tx, workspace)
        except Exception:
            log.exception("the workspace %s was not purged", workspace)


async def _rows(engine: AsyncEngine, id: str, by: Actor) -> None:
    """Of one app, a handful of transactions, so that nobody waits long for any of them."""
    more = True
    while more:
        more = False
        async with db.transaction(engine) as tx:
            more = await _some_rows(tx, id, by)


async def _taken_away(engine: AsyncEngine, id: str, by: Actor) -> None:
    """Tables and fields that a change took away long enough ago. An app that is busy is left for the next hour."""
    async with db.transaction(engine) as tx:
        try:
            app = await apps.open_app(tx, id, by=by)
            if app.columns.detached:
                await forgetting.forget(tx, await apps.open_app(tx, id, by=by, to="build"), by=by)
        except SaysoError:
            return


async def _some_rows(tx: AsyncConnection, id: str, by: Actor) -> bool:
    """Whether there may be more."""
    try:
        app = await apps.open_app(tx, id, by=by, to="write")
    except SaysoError:
        return False
    counts = [await trash.purge(tx, app, table.id, by=by) for table in app.spec.tables]
    return any(count >= trash.PURGED_ROWS_MAX for count in counts)
