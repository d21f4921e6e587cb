"""The stateful addresses of one process: responses, batches and runs, for as long as the gateway runs."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sayso.gateway import files
from sayso.gateway.assistants.runs import Runs
from sayso.gateway.batches.work import Work
from sayso.gateway.responses import stored
from sayso.gateway.responses.create import Responses

if TYPE_CHECKING:
    from sayso.gateway.gateway import Gateway

SWEEP_SECONDS = 3600
FIRST_SWEEP_SECONDS = 90

log = logging.getLogger(__name__)


class Endpoints:
    def __init__(self, gateway: "Gateway") -> None:
        self.gateway = gateway
        self.responses = Responses(gateway)
        self.runs = Runs(gateway)
        self.batches = Work(gateway, self.responses)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        tasks = [
            asyncio.create_task(self.batches.run(), name="sayso batches"),
            asyncio.create_task(self._sweep(), name="sayso sweeps what /v1 keeps"),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.responses.stop()
            await self.runs.stop()

    async def _sweep(self) -> None:
        await asyncio.sleep(FIRST_SWEEP_SECONDS)
        while True:
            try:
                await stored.sweep(self.gateway.engine)
                await files.sweep(self.gateway.engine, self.gateway.home)
            except Exception:
                log.exception("what /v1 keeps could not be swept; it is tried again in an hour")
            await asyncio.sleep(SWEEP_SECONDS)
