"""The life of whoever works claimed rows off (`claims.py`), in one process: it looks when there may be one more and every so often, goes on
for as long as there is something, outlives what goes wrong, and at its end lets go of what it holds, so that the next process need not wait.

    shift = Shift(engine, CLAIMS, process, step=self.step, name="sayso copies", every=lambda: LOOK_SECONDS)
    async with shift.running():
        shift.look()
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db.claims import Claims
from sayso.db.engine import transaction

log = logging.getLogger(__name__)


@dataclass
class Shift:
    """`step` works one off, or all there is, and gives whether there was any; `every` is how many seconds it sleeps when there was none."""

    engine: AsyncEngine
    claims: Claims
    process: str
    step: Callable[[], Awaitable[object]]
    name: str
    every: Callable[[], float]
    _new: asyncio.Event = field(default_factory=asyncio.Event)

    def look(self) -> None:
        """There may be one more."""
        self._new.set()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        task = asyncio.create_task(self._run(), name=self.name)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            with suppress(Exception):
                async with transaction(self.engine) as tx:
                    await self.claims.let_go_all(tx, self.process)

    async def _run(self) -> None:
        while True:
            self._new.clear()
            try:
                while await self.step():
                    pass
            except Exception:
                log.exception("%s: stopped, and begins again in a moment", self.name)
            with suppress(TimeoutError):
                async with asyncio.timeout(self.every()):
                    await self._new.wait()
