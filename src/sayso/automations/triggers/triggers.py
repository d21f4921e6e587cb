"""What starts automations by itself, in one process: it follows what happens, and looks at the clock. Any number of processes may do so."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import NamedTuple

import psycopg
from sqlalchemy import and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.automations import registry
from sayso.automations.registry import rights
from sayso.automations.triggers import bulk, clock, heard
from sayso.data import apps
from sayso.data.events import CHANNEL, ROW_IDS_TOLD_MAX
from sayso.data.outbox import Outbox
from sayso.db import tables as system_tables
from sayso.db.automation_tables import automations as t
from sayso.db.automation_tables import follow
from sayso.errors import SaysoError
from sayso.team.actor import system

OUTBOX = Outbox(follow, "triggers")
EVENTS_READ = 500
ROWS_READ = 5_000
"""Of the events read at once: after a pause there may be 100,000, and each may begin a run."""
LOOK_SECONDS = 5.0
TOGETHER_SECONDS = 0.04
"""Between two looks while much happens: what comes meanwhile is read together."""
SOON_SECONDS, SOON_SECONDS_MAX = 0.02, 1.0
"""What cannot be read yet, for an older transaction is under way, is asked for again so soon, and less often the longer it lasts."""
RECONNECT_SECONDS = 1.0
CLOCK_SECONDS_MAX = 30.0
CLOCK_SECONDS_MIN = 0.5
RIGHTS_SECONDS = 60.0

log = logging.getLogger(__name__)


class Heard(NamedTuple):
    """How many events were heard, how many runs were begun, and whether there may be more to hear."""

    events: int
    begun: int
    more: bool


class Triggers:
    """Of one process."""

    def __init__(self, engine: AsyncEngine, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.engine, self.now = engine, now
        self._wound = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        tasks = [asyncio.create_task(work) for work in (self._follow(), self._clock(), self._rights())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # ── what happens ──────────────────────────────────────────

    async def caught_up(self) -> int:
        """Hears everything that there is to hear now, and begins all of it; gives how many runs."""
        total = 0
        while True:
            async with db.transaction(self.engine) as tx:
                one = await self.step(tx)
            total += one.begun
            if not one.more and not await self._one(bulk.step):
                return total  # between two batches of very many rows it hears what happened meanwhile

    async def step(self, tx: AsyncConnection) -> Heard:
        place = await OUTBOX.place(tx)
        events = await OUTBOX.happened(tx, place, EVENTS_READ, rows=ROWS_READ) if place else []
        if not events:
            return Heard(0, 0, more=False)
        if any(event.kind in heard.APP for event in events):
            self._wound.set()
        many = sum(len(event.row_ids) for event in events) >= ROWS_READ - ROW_IDS_TOLD_MAX
        return Heard(len(events), await heard.hear(tx, events), more=many or len(events) >= EVENTS_READ)

    async def _follow(self) -> None:
        url = self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        behind = True
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(url, autocommit=True) as listener:
                    await listener.execute(f"listen {CHANNEL}")
                    if behind:
                        await self.registered()
                        behind = False
                    await self._listened(listener)
            except Exception as error:
                log.warning("automations wait, and go on in a moment: %s", error)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _listened(self, listener: psycopg.AsyncConnection) -> None:
        soon = SOON_SECONDS
        while True:
            await self.caught_up()
            async with self.engine.connect() as tx:
                waiting = await OUTBOX.waiting(tx)
            soon = min(soon * 2, SOON_SECONDS_MAX) if waiting else SOON_SECONDS
            wait = soon if waiting else LOOK_SECONDS
            if [one async for one in listener.notifies(timeout=wait, stop_after=1)]:
                soon = SOON_SECONDS
                [one async for one in listener.notifies(timeout=0)]
            await asyncio.sleep(TOGETHER_SECONDS if not waiting else 0)

    async def registered(self) -> None:
        """Registers automations of which nothing was heard: of apps that are older than the registry."""
        a = system_tables.apps.c
        known = exists().where(t.c.app == a.number, t.c.version == a.version)
        some = and_(
            a.deleted_at.is_(None), func.jsonb_array_length(func.coalesce(a.spec["automations"], func.jsonb_build_array())) > 0
        )
        async with self.engine.connect() as tx:
            behind = (await tx.execute(select(a.id, a.workspace_id).where(some, ~known))).all()
        for row in behind:
            with suppress(SaysoError):
                async with db.transaction(self.engine) as tx:
                    await registry.refresh(tx, await apps.open_app(tx, row.id, by=system(row.workspace_id)))

    # ── what is due ───────────────────────────────────────────

    async def due(self) -> int:
        """Begins everything that is due now; gives of how many automations."""
        count = 0
        while await self._one(lambda tx: clock.step(tx, self.now())):
            count += 1
        return count

    async def _clock(self) -> None:
        while True:
            wait = RECONNECT_SECONDS
            try:
                self._wound.clear()
                await self.due()
                async with self.engine.connect() as tx:
                    following = await clock.next_look(tx)
                ahead = (following - self.now()).total_seconds() if following else CLOCK_SECONDS_MAX
                wait = min(max(ahead, 0.0), CLOCK_SECONDS_MAX)
            except Exception as error:
                log.warning("the clock of automations stands still, and goes on in a moment: %s", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wound.wait(), wait)
                await asyncio.sleep(CLOCK_SECONDS_MIN)

    async def _rights(self) -> None:
        while True:
            await asyncio.sleep(RIGHTS_SECONDS)
            with suppress(Exception):
                async with db.transaction(self.engine) as tx:
                    await rights.sweep(tx)

    async def _one(self, step: Callable[[AsyncConnection], Awaitable[bool]]) -> bool:
        async with db.transaction(self.engine) as tx:
            return await step(tx)
