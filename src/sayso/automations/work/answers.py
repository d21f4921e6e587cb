"""Whoever called and waits for an answer: what the step `respond` said, or that the run is over without.

A run that is done in this process answers at once; of one that another process did, NOTIFY tells.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.automations.runs.run import CHANNEL, OVER, RunState
from sayso.db.automation_tables import runs as t

LOOK_SECONDS = 2.0
"""However news were lost, it is looked up as often as this."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Of a run: its state, and what `respond` says, if it did. None where there is no such step."""

    state: RunState
    status: int = 200
    body: Any = None
    responded: bool = False
    problem: str = ""


@dataclass
class Answers:
    engine: AsyncEngine
    waiting: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])
    _telling: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def of(self, run: str, seconds: float) -> Answer:
        """As soon as it responded or is over, at the latest after `seconds`: then as far as it is."""
        event = self.waiting.setdefault(run, asyncio.Event())
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        try:
            while True:
                event.clear()
                answer = await self._read(run)
                left = end - loop.time()
                if answer.responded or answer.state in OVER or left <= 0:
                    return answer
                try:
                    await asyncio.wait_for(event.wait(), min(left, LOOK_SECONDS))
                except TimeoutError:
                    continue
        finally:
            if self.waiting.get(run) is event:
                del self.waiting[run]

    async def heard(self, run: str) -> None:
        if (event := self.waiting.get(run)) is not None:
            event.set()

    def tell(self, row: Any, answer: dict[str, Any] | None, *, over: bool) -> None:
        """A run of ours responded, or is over."""
        if (event := self.waiting.get(row.id)) is not None:
            event.set()
        elif row.trigger.get("awaited") and (over or answer is not None):
            task = asyncio.create_task(self._notify(row.id))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _notify(self, run: str) -> None:
        async with self.engine.begin() as tx:
            await tx.execute(text("select pg_notify(:channel, :run)"), {"channel": CHANNEL, "run": run})

    async def _read(self, run: str) -> Answer:
        async with self.engine.connect() as tx:
            row = (await tx.execute(select(t.c.state, t.c.answer, t.c.problem).where(t.c.id == run))).one_or_none()
        if row is None:
            return Answer("cancelled")
        if row.answer is None:
            return Answer(row.state, problem=row.problem)
        return Answer(row.state, row.answer.get("status", 200), row.answer.get("body"), True, row.problem)
