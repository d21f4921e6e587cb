"""Who brings connected tables up to date: every process, a few at a time. What it has of one when it is killed is taken over by another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update

from sayso import db
from sayso.connections.connections import Connections
from sayso.data import apps
from sayso.db import tables as system
from sayso.db.claims import BEAT_SECONDS
from sayso.db.source_tables import source_syncs, sources
from sayso.errors import NotFound, SaysoError
from sayso.sources import stored
from sayso.sources.reached import syncing
from sayso.sources.run import LetGo, Run, Stopped
from sayso.sources.source import CLAIMS, Sync, digest
from sayso.team.actor import system as system_actor

LOOK_SECONDS = 2.0
SYNCS_AT_ONCE = 3
DUE_AT_ONCE = 50
SORRY = "Something went wrong in Sayso itself; its log says more. What is written stays."

log = logging.getLogger(__name__)


class Syncs:
    """Of one process. `look` is called when there may be one more."""

    def __init__(self, connections: Connections) -> None:
        self.connections, self.engine, self.process = connections, connections.engine, connections.process
        self._new = asyncio.Event()
        self._slots = asyncio.Semaphore(SYNCS_AT_ONCE)
        self._running: dict[str, asyncio.Task[Any]] = {}

    async def look(self) -> None:
        self._new.set()

    async def called_off(self, id: str) -> None:
        """It was cancelled here, and so need not end its batch first."""
        if (task := self._running.get(id)) is not None:
            task.cancel()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Syncs]:
        tasks = [
            asyncio.create_task(self._run(), name="sayso syncs"),
            asyncio.create_task(self._keep_time(), name="sayso syncs, due"),
        ]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with suppress(Exception):
                async with db.transaction(self.engine) as tx:
                    await CLAIMS.let_go_all(tx, self.process)

    async def run_one(self, id: str) -> None:
        """Works one off here and now, when nobody else does: for the command line, and tests."""
        async with db.transaction(self.engine) as tx:
            c = source_syncs.c
            mine = update(source_syncs).where(c.id == id, c.process.is_(None), CLAIMS.open)
            row = (await tx.execute(mine.values(process=self.process, seen_at=func.now()).returning(*c))).one_or_none()
        if row is not None:
            await self.worked(Sync.of(row))

    async def worked(self, sync: Sync) -> None:
        run = Run(self.connections, self.process, sync)
        beating = asyncio.create_task(self._beat(sync.id))
        try:
            await run.through()
        except LetGo:
            await run.let_go()
        except Stopped as stopped:
            await run.failed(str(stopped), may_force=stopped.may_force)
        except SaysoError as error:
            await run.failed(str(error))
        except Exception:
            log.exception("the sync %s failed", sync.id)
            await run.failed(SORRY)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def _beat(self, id: str) -> None:
        """Also while the source is waited for."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            with suppress(Exception):
                async with db.transaction(self.engine) as tx:
                    await CLAIMS.beat(tx, id, self.process)

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._slots.acquire()
                self._new.clear()
                row = await self._claimed()
                if row is not None:
                    self._running[row.id] = tasks.create_task(self._work(Sync.of(row)))
                    continue
                self._slots.release()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._new.wait(), LOOK_SECONDS)

    async def _claimed(self) -> Any:
        try:
            async with db.transaction(self.engine) as tx:
                return await CLAIMS.take(tx, self.process)
        except Exception as error:
            log.warning("syncs wait for PostgreSQL: %s", error)
            return None

    async def _work(self, sync: Sync) -> None:
        try:
            with suppress(Exception):
                await self.worked(sync)
        finally:
            self._running.pop(sync.id, None)
            self._slots.release()

    async def _keep_time(self) -> None:
        looked = datetime.fromtimestamp(0, UTC)
        while True:
            with suppress(Exception):
                looked = await self.follow(looked)
                if await self.due():
                    self._new.set()
            await asyncio.sleep(LOOK_SECONDS)

    async def follow(self, since: datetime) -> datetime:
        """Apps that changed since: what they say of connected tables is what is kept of them. The moment until which was looked."""
        async with db.transaction(self.engine) as tx:
            c = system.apps.c
            changed = select(c.id, c.workspace_id, c.updated_at).where(c.updated_at > since, c.deleted_at.is_(None))
            connected = select(sources.c.app).where(sources.c.app == c.number).exists()
            rows = (
                await tx.execute(changed.where(c.spec["tables"].contains([{"source": {}}]) | connected).order_by(c.updated_at))
            ).all()
            for row in rows:
                app = await apps.open_app(tx, row.id, by=syncing(row.workspace_id), to="read")
                await stored.follow(tx, app)
            return rows[-1].updated_at if rows else since

    async def due(self) -> int:
        """Begins what is due, each once, whichever process looks first."""
        c = sources.c
        async with db.transaction(self.engine) as tx:
            late = select(sources).where(c.next_at <= func.now()).order_by(c.next_at).limit(DUE_AT_ONCE)
            rows = (await tx.execute(late.with_for_update(skip_locked=True))).all()
            for row in rows:
                await self._begin(tx, row)
            return len(rows)

    async def _begin(self, tx: Any, row: Any) -> None:
        """A slot that was missed is made up for once; the next one is told from now."""
        c = sources.c
        next_at, by = None, system_actor(row.workspace_id, "Schedule")
        with suppress(NotFound):
            app = await apps.open_app(tx, row.app_id, by=by, to="write")
            table = app.spec.table(row.table_id)
            if (
                app.number == row.app
                and table is not None
                and table.source is not None
                and digest(table.source) == row.definition
            ):
                next_at = stored.next_at(table.source, app.spec.zone)
                await stored.begin(tx, app, table.id, by=by, origin="schedule")
        await tx.execute(update(sources).where(c.app == row.app, c.table_no == row.table_no).values(next_at=next_at))
