"""Who works runs off: one of a process, any number of processes on any machines that share the database.

It claims what is due, many at a time; is woken by NOTIFY, by its own begins, and by the next time that something is due; says every second
that it lives, and takes over what those left who do not. When PostgreSQL goes away it waits; what it had is then anybody's, its own too.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.automations.runs.run import CHANNEL
from sayso.automations.steps.step import Parts
from sayso.automations.work import claims
from sayso.automations.work.answers import Answers
from sayso.automations.work.checkpoints import Checkpoints, Lost
from sayso.automations.work.claimed import actor, owners_of, plan_of, records_of, run_of
from sayso.automations.work.execution import Execution, Hands
from sayso.automations.work.gate import Gate
from sayso.automations.work.records import Change
from sayso.automations.work.telling import Telling
from sayso.automations.work.trouble import SORRY, DatabaseGone, gone
from sayso.errors import Forbidden, SaysoError
from sayso.team.ids import new_id

RUNS_AT_ONCE = 64
"""Of one worker. Most wait for somebody outside."""
CLAIMED_AT_ONCE = 32
TOGETHER_SECONDS = 0.05
LOOK_SECONDS = 2.0
RECOVER_SECONDS = 2.0
COMES_BACK_SECONDS = 0.5
STOP_SECONDS_MAX = 5.0
"""How long runs that are under way may go on when the process ends in order; the rest is let go."""

log = logging.getLogger(__name__)


class Worker:
    """`work` False: nothing is claimed here, answers are still heard. `busy` says whether this process serves people just now."""

    def __init__(
        self, parts: Parts, *, work: bool = True, runs_at_once: int = RUNS_AT_ONCE, busy: Callable[[], bool] = lambda: False
    ) -> None:
        self.parts, self.engine, self.work = parts, parts.engine, work
        self.id = new_id("x")
        self.answers = Answers(parts.engine)
        self.telling = Telling(parts)
        self._runs_at_once = runs_at_once
        self._gate = Gate(busy)
        self._alone = asyncio.Lock()
        self._new = asyncio.Event()
        self._free = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._executions: dict[str, tuple[Any, Execution]] = {}
        self._dropped: set[str] = set()
        self._heard_since = float("-inf")
        self._ahead = timedelta()
        """By how much the clock of PostgreSQL is ahead of this machine's."""
        self._hands = self._fresh_hands()

    def _fresh_hands(self) -> Hands:
        return Hands(self.engine, Checkpoints(self.engine, self.id), self._gate, self.parts)

    def look(self) -> None:
        """There may be something to take up: whoever began it here need not wait."""
        self._new.set()

    def _now(self) -> datetime:
        """By the clock that says what is due: machines disagree, and a wait is neither cut short nor gone round in for it."""
        return datetime.now(UTC) + self._ahead

    @property
    def busy(self) -> int:
        return len(self._tasks)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Worker]:
        """Works for as long as the block lasts; then lets what it has go."""
        jobs: list[Callable[[], Coroutine[Any, Any, None]]] = [self._listen, self.telling.run]
        if self.work:
            await self._register()
            jobs += [self._claim, self._live, self._recover]
        tasks = [asyncio.create_task(job(), name=f"sayso automations: {job.__name__.strip('_')}") for job in jobs]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self.work:
                await self._end()

    async def _end(self) -> None:
        running = list(self._tasks.values())
        if running:
            await asyncio.wait(running, timeout=STOP_SECONDS_MAX)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        with suppress(Exception):
            await self.telling.flush()
        with suppress(Exception):
            async with db.transaction(self.engine) as tx:
                await claims.let_go_all(tx, self.id)

    # ── claiming ──────────────────────────────────────────────

    async def _claim(self) -> None:
        while True:
            self._new.clear()
            self._free.clear()
            room = self._runs_at_once - len(self._tasks)
            if room <= 0:
                await self._free.wait()
                continue
            if room < CLAIMED_AT_ONCE // 2:
                await asyncio.sleep(TOGETHER_SECONDS)  # it is busy: a few more end meanwhile, and are replaced in one claim
                room = self._runs_at_once - len(self._tasks)
            try:
                rows, due = await self._taken(min(room, CLAIMED_AT_ONCE))
            except Exception as error:
                log.warning("automations wait for PostgreSQL: %s", error)
                await asyncio.sleep(COMES_BACK_SECONDS)
                continue
            if not rows:
                await self._idle(due)

    async def _idle(self, due: float | None) -> None:
        """Until something is new, or due; one of our own that ends may make room within a limit."""
        seconds = LOOK_SECONDS if due is None else min(LOOK_SECONDS, due + 0.002)
        waits = [asyncio.create_task(self._new.wait()), *([asyncio.create_task(self._free.wait())] if self._tasks else [])]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    async def _taken(self, many: int) -> tuple[Sequence[Any], float | None]:
        async with db.transaction(self.engine) as tx:
            if self._dropped:
                some = list(self._dropped)
                await claims.let_go(tx, self.id, some)
                self._dropped.difference_update(some)
            rows = await claims.take(tx, self.id, many, alone=not self._alone.locked())
            if not rows:
                return rows, await claims.next_due(tx)
            owners = await owners_of(tx, rows)
            records = await records_of(
                tx, [row.id for row in rows if row.steps or row.crashes or row.problem or row.started_at != row.created_at]
            )
            self._ahead = max((row.taken_at for row in rows), default=datetime.now(UTC)) - datetime.now(UTC)
            plans: dict[str, Any] = {}
            for row in rows:
                try:
                    plans[row.id] = await plan_of(tx, row)
                except (SaysoError, ValueError) as error:
                    plans[row.id] = error
        for row in sorted(rows, key=lambda row: -row.crashes):
            task = asyncio.create_task(self._do(row, plans[row.id], owners, records.get(row.id, [])), name=f"sayso run {row.id}")
            self._tasks[row.id] = task
            task.add_done_callback(lambda _, id=row.id: self._ended(id))
        return rows, None

    def _ended(self, id: str) -> None:
        self._tasks.pop(id, None)
        self._executions.pop(id, None)
        self._free.set()

    # ── doing ─────────────────────────────────────────────────

    async def _do(self, row: Any, plan: Any, owners: dict[tuple[str, str], Any], records: list[Any]) -> None:
        hands = self._hands
        try:
            if row.crashes:
                async with self._alone:
                    async with db.transaction(self.engine) as tx:
                        mine = await claims.tried_alone(tx, self.id, row.id)
                    if mine:
                        await self._through(hands, row, plan, owners, records)
            else:
                await self._through(hands, row, plan, owners, records)
        except Lost:
            log.info("the run %s is not this worker's any more", row.id)
        except Exception as error:
            if not gone(error):
                log.exception("the run %s cannot be done", row.id)
            self._dropped.add(row.id)

    async def _through(self, hands: Hands, row: Any, plan: Any, owners: dict[tuple[str, str], Any], records: list[Any]) -> None:
        run = run_of(row, self.parts.url)
        try:
            if isinstance(plan, Exception):
                raise plan
            by = actor(row, owners)
        except (SaysoError, ValueError) as error:
            problem = str(error) if isinstance(error, SaysoError) else SORRY
            ended = Change(row.id, "failed", problem=problem, detail=repr(error)[:1_000])
            await hands.checkpoints.put(ended, [])
            self._told(row, ended, None)
            return
        self.telling.begun(row)
        execution = Execution(hands, run, plan, by, records, row.again or {}, now=self._now)
        self._executions[row.id] = (row, execution)
        try:
            ended = await execution.through()
        except (Lost, DatabaseGone):
            raise
        except Exception as error:
            if gone(error):
                raise
            log.exception("the run %s cannot be done", row.id)
            ended = Change(row.id, "failed", problem=SORRY, detail=f"{type(error).__name__}: {error}"[:1_000])
            await hands.checkpoints.put(ended, [])
        self._told(row, ended, execution.answer)

    def _told(self, row: Any, ended: Change, answer: dict[str, Any] | None) -> None:
        over = ended.state in ("done", "failed")
        self.answers.tell(row, answer, over=over)
        self.telling.ended(row, ended)

    # ── living ────────────────────────────────────────────────

    async def _register(self) -> None:
        async with db.transaction(self.engine) as tx:
            await claims.register(tx, self.id, f"{socket.gethostname()} {os.getpid()}")

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(claims.BEAT_SECONDS)
            try:
                async with db.transaction(self.engine) as tx:
                    alive = await claims.beat(tx, self.id)
                    await self._as_they_are_now(tx)
            except Exception as error:
                log.warning("this worker cannot say that it lives: %s", error)
                self._heard_since = time.monotonic() + claims.BEAT_SECONDS
                continue
            if not alive:
                await self._begun_anew()

    async def _as_they_are_now(self, tx: AsyncConnection) -> None:
        """What is under way goes on with its owner's rights of now; without any, it fails at its next step."""
        under_way = list(self._executions.values())
        owners = await owners_of(tx, [row for row, _ in under_way]) if under_way else {}
        for row, execution in under_way:
            try:
                execution.acts_as(actor(row, owners))
            except Forbidden as error:
                execution.acts_as(None, str(error))

    async def _begun_anew(self) -> None:
        """It was held up for so long that others took what it had: it goes on as a new one."""
        log.warning("this worker was taken for dead and begins anew")
        for task in list(self._tasks.values()):
            task.cancel()
        self._dropped.clear()
        self.id = new_id("x")
        self._hands = self._fresh_hands()
        with suppress(Exception):
            await self._register()

    async def _recover(self) -> None:
        while True:
            if time.monotonic() < self._heard_since + claims.LEFT_SECONDS:
                await asyncio.sleep(RECOVER_SECONDS)  # PostgreSQL was away: nobody could say that they live
                continue
            try:
                async with db.transaction(self.engine) as tx:
                    freed = await claims.recover(tx)
                for row in freed:
                    if row.state == "quarantined":
                        self.telling.quarantined(row)
                if freed:
                    log.warning("took over %d runs of workers that are gone", len(freed))
                    self._new.set()
            except Exception as error:
                log.warning("runs of workers that are gone wait: %s", error)
            await asyncio.sleep(RECOVER_SECONDS)

    async def _listen(self) -> None:
        url = self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(url, autocommit=True) as listener:
                    await listener.execute(f"listen {CHANNEL}")
                    self._new.set()
                    async for one in listener.notifies():
                        if one.payload:
                            await self.answers.heard(one.payload)
                        else:
                            self._new.set()
            except Exception as error:
                log.warning("automations listen again in a moment: %s", error)
                await asyncio.sleep(COMES_BACK_SECONDS)
