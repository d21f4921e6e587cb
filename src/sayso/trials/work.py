"""Who works trials off: every process, one or two at a time. What a killed process had is taken over by another."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from sayso import db
from sayso.gateway.gateway import Gateway
from sayso.models.directory import Directory
from sayso.trials import again
from sayso.trials.claims import TRIALS
from sayso.trials.players import Player
from sayso.trials.run import Run

LOOK_SECONDS = 2.0
TRIALS_AT_ONCE = 2
SCHEDULES_SECONDS = 60.0
AGAIN_SECONDS = 5.0
"""After something broke that is not the trial's doing."""

log = logging.getLogger(__name__)


class Work:
    """Of one process. `players` ask the parts of an app, by kind: `field`, `coworker`, `builder`."""

    def __init__(self, gateway: Gateway, players: Mapping[str, Player], directory: Callable[[], Directory]) -> None:
        self.gateway, self.players, self.directory = gateway, players, directory
        self.process = gateway.process
        self._new = asyncio.Event()
        self._slots = asyncio.Semaphore(TRIALS_AT_ONCE)

    def look(self) -> None:
        """There is one more."""
        self._new.set()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator["Work"]:
        """Works until the block ends; what is under way then is let go at once, for the next process."""
        tasks = [
            asyncio.create_task(self._run(), name="sayso trials"),
            asyncio.create_task(self._again(), name="sayso trials again"),
        ]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with suppress(Exception):
                async with db.transaction(self.gateway.engine) as tx:
                    await TRIALS.let_go_all(tx, self.process)

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._slots.acquire()
                row = None
                try:
                    async with db.transaction(self.gateway.engine) as tx:
                        row = await TRIALS.take(tx, self.process)
                except Exception as error:
                    log.warning("trials wait for PostgreSQL: %s", error)
                if row is not None:
                    tasks.create_task(self._one(row))
                    continue
                self._slots.release()
                self._new.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._new.wait(), LOOK_SECONDS)

    async def _again(self) -> None:
        """Scheduled trials, as their time comes."""
        while True:
            try:
                async with db.transaction(self.gateway.engine) as tx:
                    found = await again.turn(tx, self.gateway, self.directory(), datetime.now(UTC))
                if found is not None:
                    self.look()
                    continue
            except Exception as error:
                log.warning("schedules of trials wait: %s", error)
            await asyncio.sleep(SCHEDULES_SECONDS)

    async def _one(self, row: object) -> None:
        run = Run(self, row)
        try:
            await run.through()
        except Exception:
            log.exception("the trial %s stopped; it is taken up again", run.id)
            await asyncio.sleep(AGAIN_SECONDS)
        finally:
            self._slots.release()
            with suppress(Exception):
                async with db.transaction(self.gateway.engine) as tx:
                    await TRIALS.let_go(tx, run.id, self.process)
