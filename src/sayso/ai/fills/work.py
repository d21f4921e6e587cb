"""Who works fills off: every process, a few at a time. What it has of one when it is killed is taken over by another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import func, update

from sayso import db
from sayso.ai.fills.fill import CLAIMS, Fill
from sayso.ai.fills.run import Run
from sayso.ai.fills.stored import tell
from sayso.ai.fills.triggers import Triggers, hourly
from sayso.db.fill_tables import fills as t
from sayso.gateway.gateway import Gateway

LOOK_SECONDS = 2.0
FILLS_AT_ONCE = 4
SORRY = "Something went wrong in Sayso itself; its log says more. What is written stays."

log = logging.getLogger(__name__)


class Fills:
    """Of one process. `look` is called when there may be one more: whoever began it here need not wait."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway, self.engine = gateway, gateway.engine
        self._new = asyncio.Event()
        self._slots = asyncio.Semaphore(FILLS_AT_ONCE)
        self._runs: dict[str, Run] = {}

    async def look(self) -> None:
        self._new.set()

    async def called_off(self, id: str) -> None:
        """It was cancelled here, and so need not wait for its next beat to hear of it."""
        if (run := self._runs.get(id)) is not None:
            run.called_off.set()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Fills]:
        """Works for as long as the block lasts; then leaves what it has to the next process."""
        tasks = [
            asyncio.create_task(self._run(), name="sayso fills"),
            asyncio.create_task(Triggers(self.engine, self.look).run(), name="sayso fields that fill themselves"),
            asyncio.create_task(hourly(self.engine), name="sayso fills, swept"),
        ]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with suppress(Exception):
                async with db.transaction(self.engine) as tx:
                    await CLAIMS.let_go_all(tx, self.gateway.process)

    async def run_one(self, id: str) -> None:
        """Works one off here and now, when nobody else does: for the command line."""
        async with db.transaction(self.engine) as tx:
            mine = update(t).where(t.c.id == id, t.c.process.is_(None), CLAIMS.open)
            values = {"process": self.gateway.process, "seen_at": func.now()}
            row = (await tx.execute(mine.values(**values).returning(*t.c))).one_or_none()
        if row is not None:
            await self._worked(row)

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._slots.acquire()
                self._new.clear()
                row = await self._claimed()
                if row is not None:
                    tasks.create_task(self._work(row))
                    continue
                self._slots.release()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._new.wait(), LOOK_SECONDS)

    async def _claimed(self) -> Any:
        try:
            async with db.transaction(self.engine) as tx:
                return await CLAIMS.take(tx, self.gateway.process)
        except Exception as error:
            log.warning("fills wait for PostgreSQL: %s", error)
            return None

    async def _work(self, row: Any) -> None:
        try:
            await self._worked(row)
        finally:
            self._slots.release()

    async def _worked(self, row: Any) -> None:
        try:
            run = self._runs[row.id] = Run(self.gateway, self.gateway.process, row)
            await run.through()
        except Exception:
            log.exception("the fill %s failed", row.id)
            with suppress(Exception):
                await self._stopped(row.id)
        finally:
            self._runs.pop(row.id, None)
            with suppress(Exception):
                async with db.transaction(self.engine) as tx:
                    await CLAIMS.let_go(tx, row.id, self.gateway.process)

    async def _stopped(self, id: str) -> None:
        """So that it is not taken up again and again only to fail in the same way."""
        async with db.transaction(self.engine) as tx:
            off = update(t).where(t.c.id == id, t.c.process == self.gateway.process, CLAIMS.open)
            values = {"state": "stopped", "why": SORRY, "ended_at": func.now(), "updated_at": func.now()}
            row = (await tx.execute(off.values(**values).returning(*t.c))).one_or_none()
            if row is not None:
                await tell(tx, Fill.of(row))
