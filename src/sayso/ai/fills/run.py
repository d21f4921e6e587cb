"""One fill worked off, from where it is to its end.

    feed ──► queue ──► up to CALLS_AT_ONCE workers, each asking for one row ──► answers, noted down ──► writer, a batch at a time
    (inputs of many rows                (no transaction open)                                       (one transaction a batch)
     in one transaction)

Whatever ends it early (budget, too many failures, a field that is gone) stops the asking; what was asked is waited for and written.
Only when a person calls it off, or another process has it, is what is under way broken off.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import func, select, update
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from sayso import db
from sayso.ai import drawing, work
from sayso.ai import inputs as reading
from sayso.ai.fills import writing
from sayso.ai.fills.fill import CLAIMS, Fill, field_still, money, now
from sayso.ai.fills.notes import Notes
from sayso.ai.fills.seen import Answered, Seen, digest_of
from sayso.ai.fills.seen import now as seen_now
from sayso.ai.fills.stored import WHY_CHARACTERS_MAX, tell
from sayso.ai.fills.wanted import Part, Wanted, judged, part_of
from sayso.ai.inputs import Inputs
from sayso.ai.outcome import Outcome
from sayso.data import apps, provenance
from sayso.data.open_app import OpenApp
from sayso.data.physical import rows_of
from sayso.db.claims import BEAT_SECONDS
from sayso.db.fill_tables import fill_lines
from sayso.db.fill_tables import fills as t
from sayso.errors import NotFound, SaysoError
from sayso.gateway.gateway import Gateway
from sayso.spec.fields import fill_of
from sayso.team import standing

CALLS_AT_ONCE = 32
ROWS_READ = 100
"""Rows whose inputs are read in one transaction."""
ROWS_READY_MAX = 200
"""Rows that are read and wait to be asked: more would only grow old."""
BATCH_ROWS_MAX = 250
BATCH_SECONDS = 0.15
"""How long answers are gathered before they are written; what a person watches moves that often."""
UNWRITTEN_ROWS_MAX = 1_000
FILL_FAILURES_MAX = 20
"""Rows in a row for which no answer came at all: the provider is not there for anybody."""
UNPRICED_CALLS_MAX = 2
"""Calls at once within a budget, until the first answer has shown what one costs."""
BUSY_SECONDS, BUSY_SECONDS_MAX = 1.0, 60.0
"""How long everybody waits when an upstream has no room; each time longer, up to a minute."""
BUSY_WAITS_MAX = 60
ANSWERS_REMEMBERED_MAX = 5_000
"""Different inputs whose answer is used again, where the field says so."""
ENDING_SECONDS_MAX = 4
"""What a server that stops takes to write what it has."""
TRY_AGAIN_SECONDS = 1.0

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Ready:
    """A row whose inputs are read."""

    n: int
    row: int
    seen: Seen
    part: Part
    inputs: Inputs


class Run:
    """Of one process. `row` is the fill as it was claimed."""

    def __init__(self, gateway: Gateway, process: str, row: Any) -> None:
        self.gateway, self.engine, self.process = gateway, gateway.engine, process
        self.fill = Fill.of(row)
        self.notes = Notes(gateway.home, self.fill.id)
        self.queue: asyncio.Queue[Ready | None] = asyncio.Queue(ROWS_READY_MAX)
        self.answers: list[Answered] = []
        self.more = asyncio.Event()
        """There is something to be written."""
        self.room = asyncio.Event()
        self.ended = asyncio.Event()
        """No row is asked any more; `why` says why, when it is not simply done."""
        self.called_off = asyncio.Event()
        self.why = ""
        self.unwritable = False
        """What was answered cannot be written: it stays noted down until somebody goes on with the fill."""
        self.asking = 0
        self.spent = self.fill.cost
        self.dearest = self._expected()
        self.priced = False
        """A row has been answered, so that what one costs is no mere estimate."""
        self.failures = 0
        self.patience = asyncio.Event()
        self.patience.set()
        self.known: OrderedDict[str, asyncio.Future[Outcome]] = OrderedDict()

    async def through(self) -> None:
        if not await self._begun():
            return
        beating = asyncio.create_task(self._beat())
        off = asyncio.create_task(self.called_off.wait())
        working = asyncio.create_task(self._work())
        try:
            await asyncio.wait([off, working], return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                await working
        except asyncio.CancelledError:
            await self._stop(working)
            await asyncio.wait([asyncio.create_task(self._last_words())], timeout=ENDING_SECONDS_MAX)
            raise
        finally:
            await self._stop(working, beating, off)
        if self.called_off.is_set():
            self.notes.forget_all()
        else:
            await self._over()

    async def _work(self) -> None:
        feeding = asyncio.create_task(self._feed())
        writing_ = asyncio.create_task(self._write_all())
        try:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(min(CALLS_AT_ONCE, max(1, self.fill.rows - self.fill.done))):
                    tasks.create_task(self._ask_all())
            await self._stop(feeding)
            while self.answers and not self.unwritable and not writing_.done():
                self.more.set()
                await asyncio.sleep(0.01)
        finally:
            await self._stop(feeding, writing_)

    async def _stop(self, *tasks: asyncio.Task[Any]) -> None:
        for task in tasks:
            task.cancel()
        for task, told in zip(tasks, await asyncio.gather(*tasks, return_exceptions=True), strict=True):
            if isinstance(told, Exception) and not isinstance(told, asyncio.CancelledError):
                log.error("%s of the fill %s failed", task.get_name(), self.fill.id, exc_info=told)

    def _end(self, why: str) -> None:
        self.why = self.why or why
        self.ended.set()
        self.patience.set()
        self.room.set()
        with suppress(asyncio.QueueFull):  # whoever waits for a row learns that there is none
            for _ in range(CALLS_AT_ONCE):
                self.queue.put_nowait(None)

    # ── the beginning ─────────────────────────────────────────

    async def _begun(self) -> bool:
        """Marks it as running, and writes what an earlier process had noted down. Whether there is anything left to do."""
        settings = {**self.fill.settings, "began_at": now(), "done_before": self.fill.done}
        async with db.transaction(self.engine) as tx:
            row = await CLAIMS.beat(tx, self.fill.id, self.process, state="running", settings=settings, updated_at=func.now())
            if row is None:
                return False
            self.fill = Fill.of(row)
            await tell(tx, self.fill)
        noted = [Answered.of(line) for line in await asyncio.to_thread(self.notes.left)]
        for at in range(0, len(noted), BATCH_ROWS_MAX):
            some = noted[at : at + BATCH_ROWS_MAX]
            if not await self._patiently(lambda some=some: self._written(some)):
                break
        self.spent = self.fill.cost
        if not self.unwritable:
            self.notes.forget_all()
        return True

    async def _opened(self, tx: Any, to: Any) -> tuple[OpenApp, Part]:
        """The app for whoever began the fill, as far as they still may. Raises what stands in the way."""
        by = await standing.now(tx, self.fill.by)
        app = await apps.open_app(tx, self.fill.app_id, by=by, to=to)
        if app.number != self.fill.app:
            raise NotFound("The app is gone.")
        if gone := field_still(app, self.fill):
            raise NotFound(gone)
        return app, part_of(app, self.fill.table, self.fill.field)

    # ── rows to be asked ──────────────────────────────────────

    async def _feed(self) -> None:
        after, l = 0, fill_lines  # noqa: E741
        while not self.ended.is_set():
            waiting = select(l.c.n, l.c.row_id).where(l.c.fill == self.fill.id, l.c.state.is_(None), l.c.n > after)
            async with self.engine.connect() as tx:
                lines = (await tx.execute(waiting.order_by(l.c.n).limit(ROWS_READ))).all()
            if not lines:
                break
            after = lines[-1].n
            ready = await self._patiently(lambda some=[(line.n, line.row_id) for line in lines]: self._read(some))
            for one in ready or ():
                await self.queue.put(one)
        for _ in range(CALLS_AT_ONCE):
            await self.queue.put(None)

    async def _read(self, lines: Sequence[tuple[int, int]]) -> list[Ready]:
        """Inputs of these rows. Those that need no model any more are over with."""
        ids = [row for _, row in lines]
        async with db.transaction(self.engine) as tx:
            app, part = await self._opened(tx, "read")
            there = await seen_now(tx, app, part, ids)
            gathered = {one.row: one for one in await reading.gathered(tx, app, part.table.id, list(there), part.job)}
            known = await provenance.read(tx, app, rows_of(app, part.table), ids, part.number)
            by_hand = await self._by_hand(tx, app, part, ids)
            await self._not_stale(tx, app, part, known, gathered)
        ready: list[Ready] = []
        for n, row in lines:
            inputs = gathered.get(row)
            if inputs is None or row in by_hand:
                self._answered(Answered(n, row, there.get(row, Seen(0, ""))))
                continue
            seen = replace(there[row], inputs=digest_of(inputs))
            if self._is_current(known.get(row), seen, part):
                self._answered(Answered(n, row, seen))
            else:
                ready.append(Ready(n, row, seen, part, inputs))
        return ready

    async def _by_hand(self, tx: Any, app: OpenApp, part: Part, ids: list[int]) -> set[int]:
        """What people have written since the fill was begun."""
        if self.fill.settings.get("overwrite"):
            return set()
        each = judged(app, part, ids, Wanted(part.table.id, part.field.id, again=True), mine=True).subquery()
        return set((await tx.execute(select(each.c.id).where(each.c.verdict == "by_hand"))).scalars())

    async def _not_stale(
        self, tx: Any, app: OpenApp, part: Part, known: dict[int, provenance.Provenance], gathered: dict[int | None, Inputs]
    ) -> None:
        """What was taken for stale and is made of the very same all the same."""
        same = {
            row: provenance.Provenance("written", {k: v for k, v in one.about.items() if k != "stale"}, one.inputs)
            for row, one in known.items()
            if one.state == "stale" and row in gathered and one.inputs == digest_of(gathered[row]) and one.about.get("version") == part.job.version
        }  # fmt: skip
        known |= same
        await provenance.keep(tx, app, rows_of(app, part.table), {(row, part.number): one for row, one in same.items()})

    def _is_current(self, known: provenance.Provenance | None, seen: Seen, part: Part) -> bool:
        """Whether a model has been given just this already."""
        if known is None or self.fill.settings.get("again") or known.state not in ("written", "review"):
            return False
        return known.inputs == seen.inputs and known.about.get("version") == part.job.version

    # ── asking ────────────────────────────────────────────────

    async def _ask_all(self) -> None:
        while not self.ended.is_set():
            one = await self._next()
            if one is None or not await self._affordable():
                return
            self.asking += 1
            try:
                outcome = await self._asked(one)
            finally:
                self.asking -= 1
            if outcome is None:
                return
            self._judge(outcome)
            self._answered(Answered(one.n, one.row, one.seen, one.inputs, outcome))
            while len(self.answers) > UNWRITTEN_ROWS_MAX:
                self.room.clear()
                await self.room.wait()

    async def _next(self) -> Ready | None:
        """The next row; None at the end, or when nothing more is to be asked."""
        one = await self.queue.get()
        return None if self.ended.is_set() else one

    async def _affordable(self) -> bool:
        """Whether one more row stays within the budget, however dear those under way turn out."""
        budget = self.fill.budget
        while budget is not None and not self.ended.is_set():
            within = self.spent + (self.asking + 1) * self.dearest <= budget
            if within and (self.priced or self.asking < UNPRICED_CALLS_MAX):
                break
            if not self.asking:
                self._end(f"Stopped at the budget of ${money(budget)}. Go on with a higher one; what is written stays.")
            else:
                await asyncio.sleep(0.02)
        return not self.ended.is_set()

    async def _asked(self, one: Ready) -> Outcome | None:
        """What came of it; None when it was not asked to the end because the fill ended meanwhile."""
        fill = fill_of(one.part.field)
        if fill is None or not fill.reuse:
            return await self._called(one)
        known = self.known.get(one.seen.inputs)
        if known is not None:
            outcome = await asyncio.shield(known)
            if outcome.is_value:
                return replace(outcome, cost=Decimal(0), tokens={}, calls=0, ms=0)
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.known[one.seen.inputs] = future
        while len(self.known) > ANSWERS_REMEMBERED_MAX:
            self.known.popitem(last=False)
        outcome = None
        try:
            outcome = await self._called(one)
        finally:
            future.set_result(outcome or Outcome("failed"))
        return outcome

    async def _called(self, one: Ready) -> Outcome | None:
        caller = self.gateway.caller(self.fill.workspace, app=self.fill.app_id, member=self.fill.actor.get("member"))
        outcome = Outcome("failed")
        for wait in range(BUSY_WAITS_MAX):
            await self.patience.wait()
            if self.ended.is_set():
                return None
            outcome = await work.do(self.gateway, caller, one.part.job, one.inputs, self.fill.model)
            if not outcome.busy:
                break
            await self._wait(min(BUSY_SECONDS_MAX, BUSY_SECONDS * 2 ** min(wait, 8)))
        if outcome.pictures:
            async with db.transaction(self.engine) as tx:
                outcome = await drawing.keep(tx, self.gateway, outcome, by=self.fill.by)
        return outcome

    async def _wait(self, seconds: float) -> None:
        """Everybody waits: whoever asks on meanwhile would only be refused as well."""
        if not self.patience.is_set():
            await self.patience.wait()
            return
        self.patience.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.ended.wait(), seconds)
        self.patience.set()

    def _judge(self, outcome: Outcome) -> None:
        """What it cost, and whether the provider is there at all."""
        self.spent += outcome.cost or Decimal(0)
        if outcome.cost:
            self.dearest = max(self.dearest, outcome.cost)
        if not outcome.calls:
            return
        self.priced = True
        self.failures = 0 if outcome.is_value or outcome.attempts else self.failures + 1
        if self.failures >= FILL_FAILURES_MAX:
            self._end(f"Stopped, since {self.failures} rows in a row got no answer. {outcome.problem or ''}".strip())

    def _expected(self) -> Decimal:
        """What a row is expected to cost, before the first has been answered."""
        estimate = self.fill.settings.get("estimate") or {}
        cost, rows = estimate.get("cost"), estimate.get("rows")
        return Decimal(cost) / rows if cost and rows else Decimal(0)

    # ── writing ───────────────────────────────────────────────

    def _answered(self, one: Answered) -> None:
        if one.outcome is not None:
            self.notes.add(one.noted())
        self.answers.append(one)
        self.more.set()

    async def _write_all(self) -> None:
        while True:
            await self.more.wait()
            if len(self.answers) < BATCH_ROWS_MAX and not self.ended.is_set() and self.asking:
                await asyncio.sleep(BATCH_SECONDS)
            self.more.clear()
            await self._flush()

    async def _flush(self) -> None:
        while some := self.answers[:BATCH_ROWS_MAX]:
            paths = [path] if len(some) == len(self.answers) and (path := self.notes.turned()) else []
            if not await self._patiently(lambda some=some: self._written(some)):
                return
            del self.answers[: len(some)]
            self.notes.forget(paths)
            self.room.set()

    async def _written(self, answers: Sequence[Answered]) -> bool:
        async with db.transaction(self.engine) as tx:
            app, part = await self._opened(tx, "write")
            after = await writing.write(tx, app, part, self.fill, self.process, answers)
        if after is None:
            self.called_off.set()
            self._end("")
            return False
        self.fill = after
        return True

    async def _patiently(self, do: Callable[[], Awaitable[T]]) -> T | None:
        """Does it again for as long as PostgreSQL is away; None when something else stands in the way, which ends the fill."""
        while True:
            try:
                return await do()
            except DataError as error:  # the same again would be refused again, for ever
                log.error("the fill %s cannot be written: %s", self.fill.id, error)
                self.unwritable = True
                self._end("Stopped: what a model answered cannot be stored.")
                return None
            except (DBAPIError, PoolTimeout) as error:
                log.warning("a fill waits for PostgreSQL: %s", error)
                await asyncio.sleep(TRY_AGAIN_SECONDS)
            except SaysoError as error:
                self.unwritable = True
                self._end(f"Stopped: {error}")
                return None

    # ── the end ───────────────────────────────────────────────

    async def _beat(self) -> None:
        """Says that we are at it, and hears whether we still should be."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                async with db.transaction(self.engine) as tx:
                    row = await CLAIMS.beat(tx, self.fill.id, self.process)
            except (DBAPIError, PoolTimeout) as error:
                log.warning("a fill waits for PostgreSQL: %s", error)
                continue
            if row is None:
                self.called_off.set()
                return

    async def _last_words(self) -> None:
        """Of a server that stops: what it has is written, and the rest left to the next one."""
        await self._flush()

    async def _over(self) -> None:
        waits = (
            select(func.count()).select_from(fill_lines).where(fill_lines.c.fill == self.fill.id, fill_lines.c.state.is_(None))
        )
        async with db.transaction(self.engine) as tx:
            left = (await tx.execute(waits)).scalar_one()
            if left and not self.why:
                return
            state = "stopped" if left else "done"
            why = self.why[:WHY_CHARACTERS_MAX] if left else ""
            over = update(t).where(t.c.id == self.fill.id, t.c.process == self.process, t.c.state == "running")
            values = {"state": state, "why": why, "ended_at": func.clock_timestamp(), "updated_at": func.clock_timestamp()}
            row = (await tx.execute(over.values(**values, process=None, seen_at=None).returning(*t.c))).one_or_none()
            if row is not None:
                self.fill = Fill.of(row)
                await tell(tx, self.fill)
        if not self.unwritable:
            self.notes.forget_all()
