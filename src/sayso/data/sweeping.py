"""What is thrown away for good once its time is over: old answers, sessions and links, and what lay long enough in the trash."""

import asyncio
import logging
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.data import apps, file_bytes, forgetting, trash
from sayso.data.files import FileStore
from sayso.data.imports.kept import folder_of
from sayso.db import tables as t
from sayso.errors import SaysoError
from sayso.team import departing, notifications, workspaces
from sayso.team.actor import Actor, system

SWEEP_SECONDS = 60 * 60
FIRST_SWEEP_SECONDS = 60
ANSWERS_KEPT_HOURS = 24
"""How long a write that is sent again gets its first answer."""
ONE_AT_A_TIME = 0x5A151

log = logging.getLogger(__name__)


async def hourly(engine: AsyncEngine, home: Path | None = None, *, also: Callable[[str], None] = lambda _: None) -> None:
    """For as long as the server runs; one of several servers does it. `also` forgets what other parts keep on disk of a workspace that is gone."""
    await asyncio.sleep(FIRST_SWEEP_SECONDS)
    while True:
        try:
            await sweep(engine, home, also=also)
        except Exception:
            log.exception("sweeping stopped; it is tried again in an hour")
        await asyncio.sleep(SWEEP_SECONDS)


async def sweep(
    engine: AsyncEngine, home: Path | None = None, *, now: datetime | None = None, also: Callable[[str], None] = lambda _: None
) -> None:
    """Once, now. What another process is sweeping is left to it."""
    now = now or datetime.now(UTC)
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
    digests: list[str] = []
    for number in gone:
        async with db.transaction(engine) as tx:
            files = await file_bytes.only_in(tx, number)
            await apps.purge(tx, number)
            digests += await file_bytes.gone(tx, files)
    digests += await _workspaces(engine, home, now, also)
    if home is not None:
        await file_bytes.let_go(engine, FileStore(home / "files"), digests, now)
    for id, by in live:
        await _rows(engine, id, by)
        await _taken_away(engine, id, by)


async def _workspaces(engine: AsyncEngine, home: Path | None, now: datetime, also: Callable[[str], None]) -> list[str]:
    """Those that have lain in the trash long enough; one that cannot go is left for the next hour. Gives the digests of what their files held."""
    async with db.transaction(engine) as tx:
        over = await workspaces.over(tx, now)
    digests: list[str] = []
    for workspace in over:
        try:
            digests += await _workspace(engine, home, workspace)
            await asyncio.to_thread(also, workspace)
        except Exception:
            log.exception("the workspace %s was not purged", workspace)
    return digests


async def _workspace(engine: AsyncEngine, home: Path | None, workspace: str) -> list[str]:
    m = t.members.c
    async with db.transaction(engine) as tx:
        imports = list((await tx.execute(select(t.imports.c.id).where(t.imports.c.workspace_id == workspace))).scalars())
        people = set((await tx.execute(select(m.person).where(m.workspace_id == workspace, m.person.is_not(None)))).scalars())
        ids = (await tx.execute(select(t.files.c.id).where(t.files.c.workspace_id == workspace))).scalars()
        digests = await file_bytes.gone(tx, ids)
        await workspaces.purge(tx, workspace)
        await departing.left_nowhere(tx, people)
    if home is not None:
        for id in imports:
            await asyncio.to_thread(shutil.rmtree, folder_of(home / "imports", id), ignore_errors=True)
    return digests


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
