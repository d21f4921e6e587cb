"""What is kept of runs and their steps, in one statement: and only while the run is still this worker's.

A checkpoint that comes with rows is part of their transaction (`within`). All others of a process are written together, as many as
came while the last ones were being written (`put`): so a run whose steps write no rows costs a fraction of a commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.automations.work.records import Change, Record

TOGETHER_MAX = 200
"""Runs whose checkpoints are written in one transaction."""

_WRITE = text("""
    with asked as (
        select * from json_to_recordset(cast(:runs as json)) as asked(
            id text, state text, wake_at timestamptz, waits_for text, problem text, detail text, failed_step text, told text,
            cost numeric, steps int, answer jsonb, "over" bool, progress bool)
    ), mine as (
        update sayso.automation_runs r set
            state = case when a.state is null then r.state when r.pause and not a."over" then 'paused' else a.state end,
            worker = case when a.state is null then r.worker end,
            wake_at = case when a.state is null or a."over" or r.pause then null when r.woken then now() else a.wake_at end,
            woken = case when a.state is null then r.woken else false end,
            pause = case when a.state is null then r.pause else false end,
            waits_for = a.waits_for, problem = a.problem, detail = a.detail, failed_step = a.failed_step,
            told = coalesce(a.told, r.told), answer = coalesce(a.answer, r.answer), steps = r.steps + a.steps,
            cost = case when a.cost is null then r.cost else coalesce(r.cost, 0) + a.cost end,
            ended_at = case when a."over" then clock_timestamp() end,
            crashes = case when a.progress then 0 else r.crashes end, alone = r.alone and not a.progress
        from asked a where r.id = a.id and r.worker = :worker
        returning r.id, a.state is null and r.pause as pause
    ), kept as (
        insert into sayso.automation_steps as s
            (run, place, n, step, kind, state, attempts, input, output, told, problem, detail, wait, wake_at, cost, began_at, ended_at, ms)
        select one.run, one.place, one.n, one.step, one.kind, one.state, one.attempts, one.input, one.output, one.told, one.problem,
               one.detail, one.wait, one.wake_at, one.cost, one.began_at, one.ended_at, one.ms
        from json_to_recordset(cast(:steps as json)) as one(
            run text, place text, n int, step text, kind text, state text, attempts int, input jsonb, output jsonb, told text, problem text,
            detail text, wait jsonb, wake_at timestamptz, cost numeric, began_at timestamptz, ended_at timestamptz, ms int)
        join mine on mine.id = one.run
        on conflict (run, place) do update set
            state = excluded.state, attempts = excluded.attempts, input = excluded.input, output = excluded.output, told = excluded.told,
            problem = excluded.problem, detail = excluded.detail, wait = excluded.wait, wake_at = excluded.wake_at, cost = excluded.cost,
            ended_at = excluded.ended_at, ms = s.ms + excluded.ms
    )
    select id, pause from mine
""")


_TOO_LATE = text("""
    update sayso.automation_steps set state = 'done', told = :told, output = cast(:output as jsonb), ended_at = clock_timestamp(), ms = :ms
    where run = :run and place = :place and state = 'begun'
      and exists (select from sayso.automation_runs where id = :run and state = 'cancelled')
""")


class Lost(Exception):
    """The run is not this worker's any more: it was cancelled, or another has taken it over. What was not kept did not happen."""


@dataclass(frozen=True, slots=True)
class Kept:
    pause: bool


@dataclass(slots=True)
class _Waiting:
    change: Change
    records: Sequence[Record]
    done: asyncio.Future[Kept | None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Checkpoints:
    """Of one worker, whose id is part of every statement."""

    def __init__(self, engine: AsyncEngine, worker: str) -> None:
        self.engine, self.worker = engine, worker
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def within(self, tx: AsyncConnection, change: Change, records: Sequence[Record]) -> Kept:
        """In this transaction. Raises `Lost`, after which it must be rolled back."""
        kept = (await self._write(tx, [_Waiting(change, records)])).get(change.id)
        if kept is None:
            raise Lost(change.id)
        return kept

    async def put(self, change: Change, records: Sequence[Record]) -> Kept:
        """Soon, together with others; committed when it returns. Raises `Lost`."""
        one = _Waiting(change, records)
        self._waiting.append(one)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._work(), name="sayso checkpoints")
        kept = await asyncio.shield(one.done)
        if kept is None:
            raise Lost(change.id)
        return kept

    async def too_late(self, run: str, record: Record) -> None:
        """What a step did outside while its run was being cancelled: it is told, though the run is over."""
        values = {"run": run, "place": record.place, "told": record.told, "output": _json(record.output), "ms": record.ms}
        async with db.transaction(self.engine) as tx:
            await tx.execute(_TOO_LATE, values)

    async def _work(self) -> None:
        while self._waiting:
            some, self._waiting = self._waiting[:TOGETHER_MAX], self._waiting[TOGETHER_MAX:]
            try:
                async with db.transaction(self.engine) as tx:
                    there = await self._write(tx, some)
            except Exception as error:
                for one in some:
                    if not one.done.done():
                        one.done.set_exception(error)
                continue
            for one in some:
                if not one.done.done():
                    one.done.set_result(there.get(one.change.id))

    async def _write(self, tx: AsyncConnection, some: Sequence[_Waiting]) -> dict[str, Kept]:
        values = {
            "runs": _json([{**one.change.stored(), "progress": _gets_on(one)} for one in some]),
            "steps": _json([record.stored(one.change.id) for one in some for record in one.records]),
            "worker": self.worker,
        }
        return {row.id: Kept(row.pause) for row in await tx.execute(_WRITE, values)}


def _gets_on(one: _Waiting) -> bool:
    """Whether a step is over, and not only begun again: else a run that kills its workers would never be blamed."""
    return one.change.state is not None or any(record.state != "begun" or record.kind == "for_each" for record in one.records)


def _json(value: Any) -> str:
    return orjson.dumps(value, default=_exact, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS).decode().replace("\\u0000", "")


def _exact(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)
