"""One step that does something: given what it needs, done, kept; tried again, or failed in words."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sayso.automations import steps as kinds
from sayso.automations.steps.step import Doing, Done, OutsideStep, PlainStep, RowsStep, StepFailed, StepKind, Waits
from sayso.automations.work import bounded
from sayso.automations.work.checkpoints import Lost
from sayso.automations.work.ends import Carefully, Failed, Paused, Stopped, Suspended
from sayso.automations.work.frame import Frame
from sayso.automations.work.records import Record
from sayso.automations.work.together import Together, Trial
from sayso.automations.work.trouble import DatabaseGone, again_at, told

if TYPE_CHECKING:
    from sayso.automations.work.execution import Execution

STEP_SECONDS_MAX = 900.0
"""One attempt at a step that reaches out; models and large files take their time."""


class Leaf:
    """One step at one place."""

    def __init__(self, of: Execution, step: Any, path: str, frame: Frame, together: Together) -> None:
        self.of, self.step, self.path, self.frame, self.together = of, step, path, frame, together
        self.name = of.plan.names[path]
        self.place = frame.place(self.name)
        self.kind: StepKind = kinds.of(step)
        self.record: Record = of.records.get(self.place) or of.new_record(self.place, self.name, step.kind)
        self._clock = time.monotonic()

    async def done(self) -> None:
        """Raises `Failed`, `Suspended`, `Carefully` and `Lost`."""
        record = self.record
        if record.settled:
            if record.state == "failed" and self.step.failed == "stop":
                raise Failed(self.place, record.problem, record.detail)
            self._unless_over()
            return
        if record.wake_at is not None and record.wake_at > self.of.now() and record.state == "again":
            raise Suspended(record.wake_at, "time")
        self._clock = time.monotonic()
        try:
            await self._attempted()
        except (Failed, Suspended, Carefully, Paused, Lost, DatabaseGone):
            raise
        except Exception as error:
            await self._in_trouble(error)
        self._unless_over()

    def _unless_over(self) -> None:
        if self.record.state == "done" and self.kind.ends(self.step, self.record.output or {}):
            raise Stopped(self.place, self.record.told, failed=False)

    async def _attempted(self) -> None:
        match self.kind:
            case PlainStep():
                self._kept(self.kind.do(self.step, await self._doing()))
            case RowsStep():
                tx = await self.together.open()
                with self.of.cause():
                    done = await self.kind.do(tx, self.step, await self._doing())
                self.of.gathering.changed()
                self._kept(done)
            case OutsideStep():
                await self._outside(self.kind)
                return
            case _:
                raise StepFailed(f"A step {self.step.kind!r} cannot be done by this version of Sayso.")
        if self.together.careful or self.together.full:
            await self.of.keep(self.together)

    async def _outside(self, kind: OutsideStep) -> None:
        record = self.record
        if record.state == "waiting":
            await self._woken(kind)
            return
        if record.state in ("begun", "again") and record.input is not None:
            record.attempts += 1  # a crash, or an attempt before: the same thing with the same key
            prepared: dict[str, Any] = record.input
        else:
            await self.of.keep(self.together)  # what comes before is kept, whatever becomes of this
            prepared = record.input = await kind.prepared(self.step, await self._doing())
        if isinstance(self.together, Trial):
            await self._tried(kind, prepared)
            return
        record.state, record.wake_at = "begun", None
        self.together.records.append(record)
        await self.of.keep(self.together)  # the note: from here on it may have been done
        doing = await self._doing()
        with self.of.cause():
            async with asyncio.timeout(STEP_SECONDS_MAX):
                done = await kind.done(prepared, self.step, doing)
        await self._settled(done)

    async def _woken(self, kind: OutsideStep) -> None:
        record, now = self.record, self.of.now()
        wait = record.wait or {}
        until = datetime.fromisoformat(wait["until"]) if wait.get("until") else None
        if wait.get("for") == "time" and until is not None and until > now:
            raise Suspended(until, "time")
        waited = Waits(until, wait.get("for", "time"), wait.get("id"))
        async with asyncio.timeout(STEP_SECONDS_MAX):
            done = await kind.woken(record.input or {}, waited, self.step, await self._doing())
        if done.wait is None and not done.output and not done.told and record.output:
            done = Done(record.output, record.told)
        await self._settled(done)

    async def _settled(self, done: Done) -> None:
        self.of.gathering.changed()
        self._kept(done)
        try:
            await self.of.keep(self.together)
        except Lost:
            await self.of.hands.checkpoints.too_late(self.of.run.id, self.record)
            raise
        if done.wait is not None:
            raise Suspended(done.wait.until, done.wait.for_)

    async def _tried(self, kind: OutsideStep, prepared: dict[str, Any]) -> None:
        """In a dry run."""
        done = await kind.tried(prepared, self.step, await self._doing())
        if done is None:
            self.of.gathering.guesses[self.name] = self.of.plan.titles[self.name]
            done = Done({"none": True}, "Would be done; in a dry run nothing goes out.")
        self._kept(Done(done.output, done.told, done.cost))

    def _kept(self, done: Done) -> None:
        record = self.record
        waits = done.wait
        record.state = "waiting" if waits is not None else "done"
        record.output = bounded.output(done.output)
        record.told = bounded.line(done.told, bounded.TOLD_CHARACTERS_MAX)
        record.problem = record.detail = ""
        record.cost, record.wake_at = done.cost, None
        record.ms = round((time.monotonic() - self._clock) * 1000)
        if waits is not None:
            until = waits.until.astimezone(UTC).isoformat() if waits.until else None
            record.wait = {**(record.wait or {}), "for": waits.for_, "until": until, "id": waits.id}
        else:
            record.ended_at = datetime.now(UTC)
        self.together.records.append(record)
        self.of.noted(record)
        if answer := done.output.get("answer") if record.kind == "respond" else None:
            self.of.answer = answer

    async def _in_trouble(self, error: Exception) -> None:
        if (
            isinstance(self.kind, (RowsStep, PlainStep))
            and not self.together.careful
            and self.together.records
            and not self.of.run.dry
        ):
            self.of.forget(self.together)
            await self.together.rollback()
            raise Carefully from error
        trouble = told(error, self.step)
        if self.together.tx is not None and not self.of.run.dry:
            await self.together.rollback()
        record = self.record
        record.problem = bounded.line(trouble.message, bounded.PROBLEM_CHARACTERS_MAX)
        record.detail = bounded.line(trouble.detail, bounded.DETAIL_CHARACTERS_MAX)
        record.ms = round((time.monotonic() - self._clock) * 1000)
        again = None if self.of.run.dry else again_at(trouble, self.step.retry, record.attempts, self.of.now())
        if again is not None:
            record.state, record.wake_at = "again", again
            if not isinstance(self.kind, OutsideStep) or record.input is None:
                record.attempts += 1
        else:
            record.state, record.wake_at, record.ended_at = "failed", None, datetime.now(UTC)
            record.output = (
                {"none": True, "failed": record.problem} if self.step.failed == "go_on" else None
            )  # it is named as nothing
        self.together.records.append(record)
        self.of.records[record.place] = record
        await self.of.keep(self.together)
        if again is not None:
            raise Suspended(again, "time")
        if self.step.failed == "stop":
            raise Failed(self.place, record.problem, record.detail)

    async def _doing(self) -> Doing:
        of = self.of
        names = await of.gathering.names(of.plan.needs(self.path, self.step), self.frame, self.together)
        return Doing(
            of.run, self.name, self.frame.key(of.run.id, self.name, of.again.get(self.place, 0)), of.by, of.plan.app, names, of.parts,
            self.record.attempts, self.frame.rows[0] if self.frame.rows else None,
            self.together.tx if isinstance(self.together, Trial) else None,
        )  # fmt: skip
