"""One run, from what is kept of it to its end or its next wait: its definition walked from the start, past what is done already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.automations.steps.step import Parts, RowRef, Run
from sayso.automations.work import bounded
from sayso.automations.work.checkpoints import Checkpoints
from sayso.automations.work.ends import Carefully, Failed, Paused, Stopped, Suspended
from sayso.automations.work.frame import Frame
from sayso.automations.work.gate import Gate
from sayso.automations.work.gathering import Gathering
from sayso.automations.work.leaf import Leaf
from sayso.automations.work.loops import each
from sayso.automations.work.plan import Plan
from sayso.automations.work.records import Change, Record
from sayso.automations.work.together import Together
from sayso.automations.work.waits import waited
from sayso.automations.work.ways import stopped, taken
from sayso.data import events
from sayso.spec.automation import Branch, ForEach, Stop, Switch, Wait, inner
from sayso.team.actor import Actor

STEPS_DONE_MAX = 20_000
"""Of one run, loops counted turn by turn."""
AWAITED = ("webhook", "called")
"""Triggers whose caller may be waiting for an answer."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What an execution works with, of its worker."""

    engine: AsyncEngine
    checkpoints: Checkpoints
    gate: Gate
    parts: Parts


class Execution:
    """`again` holds, by place, how often a person had a step done anew."""

    def __init__(
        self,
        hands: Hands,
        run: Run,
        plan: Plan,
        by: Actor,
        records: Sequence[Record],
        again: dict[str, int],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.hands, self.run, self.plan, self.by, self.again = hands, run, plan, by, again
        self.now = now
        self.parts = hands.parts
        self.records = {record.place: record for record in records}
        self._kept = {record.place: copy(record) for record in records}
        self.gathering = Gathering(run, plan, by, self.records)
        self.answer: dict[str, Any] | None = None
        self._answered = False
        self._left = ""
        self._n = max((record.n for record in records), default=0)
        self.told = ""

    def acts_as(self, by: Actor | None, left: str = "") -> None:
        """With these rights from the next step on; None when nobody stands for it any more, and `left` says so."""
        if by is not None:
            self.by = self.gathering.by = by
        self._left = left

    async def through(self, together: Together | None = None) -> Change:
        """How it ended, or what it waits for: kept already. Raises `Lost`, and `DatabaseGone`."""
        careful = False
        while True:
            work = together or Together(self.hands.engine, self.hands.checkpoints, self.hands.gate, careful=careful)
            try:
                ended = await self._walked(work)
                await self._commit(work, ended)
                return ended
            except Carefully:
                careful = True
            except BaseException:
                await work.rollback()
                raise

    async def _walked(self, work: Together) -> Change:
        rows = self.run.trigger.get("rows") or ()
        table = self.run.trigger.get("table")
        first = (RowRef(table, int(rows[0])),) if table and len(rows) == 1 and self.run.trigger.get("count", 1) == 1 else ()
        try:
            await self.steps(self.plan.automation.steps, "", Frame(rows=first), work)
        except Suspended as wait:
            return Change(self.run.id, "sleeping", wait.until, wait.for_)
        except Stopped as stop:
            if stop.failed:
                return Change(self.run.id, "failed", problem=stop.message, failed_step=stop.place)
            self.told = stop.message or self.told
        except Failed as failure:
            return Change(self.run.id, "failed", problem=failure.problem, detail=failure.detail, failed_step=failure.place)
        except Paused:
            return Change(self.run.id, "paused")
        return Change(self.run.id, "done")

    async def steps(self, some: Sequence[Any], at: str, frame: Frame, work: Together) -> None:
        for n, step in enumerate(some):
            path = f"{at}{n}"
            if self._left:
                raise Failed(frame.place(self.plan.names[path]), self._left)
            match step:
                case Branch() | Switch():
                    await self._unless_it_goes_on(step, path, frame, work, self._way(step, path, frame, work))
                case ForEach():
                    await self._unless_it_goes_on(step, path, frame, work, each(self, step, path, frame, work))
                case Wait():
                    await waited(self, step, path, frame, work)
                case Stop():
                    await stopped(self, step, path, frame, work)
                case _:
                    await Leaf(self, step, path, frame, work).done()
            if (
                self.answer is not None
                and not self._answered
                and self.run.trigger.get("kind") in AWAITED
                and (at or n + 1 < len(some))
            ):
                await self.keep(work)  # whoever called need not wait for the rest

    async def _way(self, step: Any, path: str, frame: Frame, work: Together) -> None:
        way = await taken(self, step, path, frame, work)
        inside = dict(inner(step)).get(way if way in ("then", "otherwise") else f"{way}/then", ())
        place = way if way in ("then", "otherwise") else f"{way}/then"
        await self.steps(inside, f"{path}/{place}/", frame, work)

    async def _unless_it_goes_on(self, step: Any, path: str, frame: Frame, work: Together, doing: Any) -> None:
        """What fails inside fails the run, unless the step around it says to go on."""
        try:
            await doing
        except Failed as failure:
            if step.failed == "stop":
                raise
            record = self.at(path, step, frame)
            record.state, record.ended_at = "failed", record.ended_at or datetime.now(UTC)
            record.problem = bounded.line(f"{failure.problem}", bounded.PROBLEM_CHARACTERS_MAX)
            work.records.append(record)
            self.noted(record)

    # ── what is kept ──────────────────────────────────────────

    def at(self, path: str, step: Any, frame: Frame) -> Record:
        """What is kept of the step here, or a new record of it."""
        name = self.plan.names[path]
        place = frame.place(name)
        return self.records.get(place) or self.new_record(place, name, step.kind)

    def new_record(self, place: str, name: str, kind: str) -> Record:
        self._n += 1
        if self._n > STEPS_DONE_MAX:
            raise Failed(place, f"One run does at most {STEPS_DONE_MAX:,} steps; loops count turn by turn.")
        return Record(place, self._n, name, kind, "begun")

    def noted(self, record: Record) -> None:
        self.records[record.place] = record
        self.told = record.told or self.told

    def forget(self, work: Together) -> None:
        """What is about to be rolled back did not happen: each of its steps stands as it was kept last, such as a wait whose call has come."""
        for record in work.records:
            if (kept := self._kept.get(record.place)) is None:
                self.records.pop(record.place, None)
            else:
                self.records[record.place] = copy(kept)

    async def keep(self, work: Together) -> None:
        """A checkpoint on the way. Raises `Paused` when a person asked for it."""
        if work.tx is None and not work.records and (self.answer is None or self._answered):
            return
        await self._commit(work, Change(self.run.id))

    async def _commit(self, work: Together, change: Change) -> None:
        costs = [record.cost for record in work.records if record.cost is not None and record.settled]
        done = sum(record.state in ("done", "skipped") for record in work.records)
        answer = self.answer if not self._answered else None
        whole = Change(
            change.id, change.state, change.wake_at, change.waits_for, change.problem, change.detail, change.failed_step,
            bounded.line(self.told, bounded.TOLD_CHARACTERS_MAX) or None, sum(costs, Decimal(0)) if costs else None, done, answer,
        )  # fmt: skip
        written = [copy(record) for record in work.records]
        kept = await work.commit(whole)
        self._kept.update((record.place, record) for record in written)
        self._answered = self._answered or answer is not None
        if kept.pause and change.state is None:
            raise Paused

    def cause(self) -> AbstractContextManager[None]:
        return events.caused_by(self.run.id, self.run.hops + 1)
