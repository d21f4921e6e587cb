"""One trial, from where it stands to its end: asked in parallel, each answer kept before its place is given to the next case."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DataError

from sayso import db
from sayso.ai.job import Job
from sayso.db.claims import BEAT_SECONDS
from sayso.errors import NotFound, SaysoError
from sayso.gateway.refusals import Refused
from sayso.spec.app import App
from sayso.team.actor import Actor, system
from sayso.trials import estimate, likeness, stored
from sayso.trials import judge as judging
from sayso.trials.checks import Checked, Likeness, scored
from sayso.trials.claims import TRIALS
from sayso.trials.contending import asked_of, job_of
from sayso.trials.estimate import AT_ONCE
from sayso.trials.measured import measured
from sayso.trials.players import Place, Played, player_of
from sayso.trials.trial import Answer, Case, Contender, State, Trial

if TYPE_CHECKING:
    from sayso.trials.work import Work

KEPT_TOGETHER_SECONDS = 0.02
"""Answers that come within this time are written down in one transaction."""
TOLD_SECONDS = 0.5
"""How often open tabs hear how far it is."""
REFUSED_MAX = 10
"""A contender that was refused so often in a row is not asked on: no key, no budget, no such model."""
ANSWER_SECONDS_MAX = 600
"""One case on one contender, with whatever it is asked again."""

UNSTORABLE = "What was answered cannot be stored."

log = logging.getLogger(__name__)


class Run:
    """Of one process, which has claimed it."""

    def __init__(self, work: "Work", row: Any) -> None:
        self.work, self.gateway, self.engine = work, work.gateway, work.gateway.engine
        self.id, self.workspace = row.id, row.workspace_id
        self.stopped = asyncio.Event()
        self.end: State = "done"
        self.problem: str | None = None
        self.lost = False
        self.spent = Decimal(row.spent)
        self._under_way = Decimal(0)
        self._dearest: dict[str, Decimal] = {}
        self._refused: dict[str, int] = {}
        self.by: Actor | None = None
        """Whoever began it, with the rights of the last beat."""
        self._waiting: list[tuple[Answer, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._told_at = 0.0

    async def through(self) -> None:
        beating = asyncio.create_task(self._beat())
        try:
            async with db.transaction(self.engine) as tx:
                trial = await stored.of_process(tx, self.id)
            if trial is None:
                return
            try:
                await self._worked(trial)
            except SaysoError as error:
                self._stop("failed", str(error))
            if not self.lost:
                await self._ended(trial)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def _beat(self) -> None:
        while not self.lost:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                async with db.transaction(self.engine) as tx:
                    row = await TRIALS.beat(tx, self.id, self.work.process)
                    if row is not None and (trial := await stored.of_process(tx, self.id)) is not None:
                        self.by = await stored.beginner(tx, trial)
            except SaysoError as error:
                self._stop("failed", str(error))
                continue
            except Exception as error:
                log.warning("a trial waits for PostgreSQL: %s", error)
                continue
            self._seen(row)

    def _seen(self, row: Any) -> None:
        if row is None:
            self.lost = True
            self.stopped.set()
        elif row.state == "cancelling":
            self._stop("cancelled", None)

    def _stop(self, end: State, problem: str | None) -> None:
        if not self.stopped.is_set():
            self.end, self.problem = end, problem
        self.stopped.set()

    async def _worked(self, trial: Trial) -> None:
        async with db.transaction(self.engine) as tx:
            await stored.begun(tx, trial)
            by = await stored.beginner(tx, trial)
            spec = await stored.spec_of(tx, trial, by=by)
            self.cases = cases = await stored.cases_of(tx, trial.id)
            had = await stored.had(tx, trial.id)
        self.place = Place(by, trial.app, self.gateway.caller(self.workspace, app=trial.app, member=by.member, name="Trial"))
        ways = self._ways(trial, spec, cases)
        waiting = (
            (case, one) for case in cases for one in trial.plan.contenders if (case.n, one.id) not in had and one.id in ways
        )
        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(AT_ONCE, max(1, trial.calls - len(had)))):
                tasks.create_task(self._next(trial, ways, waiting))
        if not self.stopped.is_set():
            await self._compared(trial, cases)
        if not self.stopped.is_set() and trial.plan.judge is not None:
            await self._judged(trial, cases)

    def _ways(self, trial: Trial, spec: App | None, cases: Sequence[Case]) -> dict[str, dict[str, tuple[Job, str]]]:
        """For each contender: what is asked at each path, and of which model. Those that cannot be asked are left out, and told."""
        ways: dict[str, dict[str, tuple[Job, str]]] = {}
        for one in trial.plan.contenders:
            try:
                ways[one.id] = {path: self._way(trial, spec, path, one) for path in sorted({case.path for case in cases})}
            except (Refused, NotFound) as error:
                self._refused[one.id] = REFUSED_MAX
                log.info("the trial %s leaves out %s: %s", trial.id, one.name or one.model, error)
        if not ways:
            self._stop("failed", "None of the contenders can be asked: see what each of them says.")
        return ways

    def _way(self, trial: Trial, spec: App | None, path: str, one: Contender) -> tuple[Job, str]:
        job = job_of(trial, spec, path, one)
        found = asked_of(self.gateway, self.place.caller, self.work.directory(), trial, job, one)
        first = estimate.of(found, {path: job}, self.cases).each
        self._dearest[one.id] = max(self._dearest.get(one.id, Decimal(0)), first or Decimal(0))
        return replace(job, model=found.asked), found.asked

    # ── asking ────────────────────────────────────────────────

    async def _next(
        self, trial: Trial, ways: Mapping[str, Mapping[str, tuple[Job, str]]], waiting: Iterator[tuple[Case, Contender]]
    ) -> None:
        for case, one in waiting:
            if self.stopped.is_set():
                return
            if self._refused.get(one.id, 0) >= REFUSED_MAX:
                continue
            expected = self._dearest[one.id]
            if trial.budget is not None and self.spent + self._under_way + expected > trial.budget:
                self._stop("stopped", f"The budget of ${trial.budget:f} is spent.")
                break
            self._under_way += expected
            try:
                played = await self._played(*ways[one.id][case.path], case)
            finally:
                self._under_way -= expected
            self._counted(one.id, played)
            await self._kept(trial, case, one.id, played)

    async def _played(self, job: Job, model: str, case: Case) -> Played:
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                return await player_of(self.work.players, job).play(
                    replace(self.place, by=self.by or self.place.by), job, case, model
                )
        except TimeoutError:
            return Played("failed", problem=f"There was no answer within {ANSWER_SECONDS_MAX} seconds.", model=model)
        except SaysoError as error:
            return Played("failed", problem=str(error), model=model)
        except Exception:
            log.exception("a case of the trial %s was given up", self.id)
            return Played("failed", problem="Sayso failed here, not the model: the server's log says why.", model=model)

    def _counted(self, contender: str, played: Played) -> None:
        cost = played.cost or Decimal(0)
        self.spent += cost
        self._dearest[contender] = max(self._dearest[contender], cost)
        nothing = played.state == "refused" and not played.cost and not played.tokens
        self._refused[contender] = self._refused.get(contender, 0) + 1 if nothing else 0

    async def _kept(self, trial: Trial, case: Case, contender: str, played: Played) -> None:
        """Comes back when it is written down: only then may the next case be asked in its place."""
        answer = Answer(
            case.n, contender, played.state, played.value, played.text, played.problem, played.model, played.provider, played.cost,
            dict(played.tokens or {}), played.ms, played.first_ms, played.calls, [dict(one) for one in played.recorded],
        )  # fmt: skip
        scores = scored(trial.plan.checks, checked(case, answer))
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((replace(answer, scores=scores), done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(trial))
        await done

    async def _write(self, trial: Trial) -> None:
        while self._waiting:
            await asyncio.sleep(KEPT_TOGETHER_SECONDS)
            some, self._waiting = self._waiting, []
            try:
                await self._stored(trial, [answer for answer, _ in some])
            except Exception as error:
                for _, done in some:
                    if not done.done():
                        done.set_exception(error)
                return
            for _, done in some:
                if not done.done():
                    done.set_result(None)

    async def _stored(self, trial: Trial, some: Sequence[Answer]) -> None:
        """What PostgreSQL cannot store fails alone: the trial would be taken up again, and that case asked and paid again, for ever."""
        try:
            await self._written(trial, some)
        except DataError as error:
            log.error("an answer of the trial %s cannot be stored: %s", self.id, error)
            if len(some) == 1:
                one = some[0]
                lost = Answer(one.n, one.contender, "failed", problem=UNSTORABLE, cost=one.cost, ms=one.ms, calls=one.calls)
                await self._written(trial, [lost])
            else:
                for one in some:
                    await self._stored(trial, [one])

    async def _written(self, trial: Trial, some: Sequence[Answer]) -> None:
        now = asyncio.get_running_loop().time()
        async with db.transaction(self.engine) as tx:
            row = await TRIALS.beat(tx, self.id, self.work.process)
            self._seen(row)
            if row is None:
                return
            await stored.keep(tx, self.id, some)
            await stored.spend(tx, self.id, sum((one.cost for one in some if one.cost), Decimal(0)))
            if now - self._told_at > TOLD_SECONDS:
                self._told_at = now
                await stored.told(tx, self.id, trial.app, by=system(self.workspace))

    # ── what takes all answers ────────────────────────────────

    async def _compared(self, trial: Trial, cases: Sequence[Case]) -> None:
        """How alike answers are to what they are held against, by the embedding slot; all checks are scored anew with it."""
        if not any(isinstance(check, Likeness) for check in trial.plan.checks):
            return
        async with db.transaction(self.engine) as tx:
            answers = await stored.answers_of(tx, self.id)
        found, cost = await likeness.found(self.gateway, self.place.caller, trial.plan.checks, cases, answers)
        by_case = {case.n: case for case in cases}
        in_use = {one.n: one.text for one in answers if one.contender == "in_use"}
        new = {
            (one.n, one.contender): {
                "scores": list(
                    scored(trial.plan.checks, checked(by_case[one.n], one, found.get((one.n, one.contender)), in_use.get(one.n)))
                )
            }
            for one in answers
        }
        await self._scored(trial, new, cost)

    async def _judged(self, trial: Trial, cases: Sequence[Case]) -> None:
        judge = trial.plan.judge
        async with db.transaction(self.engine) as tx:
            answers = [one for one in await stored.answers_of(tx, self.id) if one.ok and one.judged is None]
        by_case, waiting = {case.n: case for case in cases}, iter(answers)

        async def one_after_another() -> None:
            for answer in waiting:
                if self.stopped.is_set() or judge is None:
                    return
                expected = self._dearest.get("judge", Decimal(0))
                if trial.budget is not None and self.spent + self._under_way + expected > trial.budget:
                    self._stop("stopped", f"The budget of ${trial.budget:f} is spent; not every answer was judged.")
                    break
                self._under_way += expected
                found = await judging.judged(self.gateway, self.place.caller, judge, by_case[answer.n], answer)
                self._under_way -= expected
                self.spent += found.cost or Decimal(0)
                self._dearest["judge"] = max(self._dearest.get("judge", Decimal(0)), found.cost or Decimal(0))
                await self._scored(trial, {(answer.n, answer.contender): {"judged": found.as_json()}}, found.cost)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(AT_ONCE, len(answers))):
                tasks.create_task(one_after_another())

    async def _scored(self, trial: Trial, new: Mapping[tuple[int, str], Mapping[str, Any]], cost: Decimal | None) -> None:
        async with db.transaction(self.engine) as tx:
            row = await TRIALS.beat(tx, self.id, self.work.process)
            self._seen(row)
            if row is not None:
                await stored.judged(tx, self.id, new)
                await stored.spend(tx, self.id, cost or Decimal(0))

    async def _ended(self, trial: Trial) -> None:
        by = system(self.workspace)
        async with db.transaction(self.engine) as tx:
            if await TRIALS.beat(tx, self.id, self.work.process) is None:
                return
            left = [one for one in trial.plan.contenders if self._refused.get(one.id, 0) >= REFUSED_MAX]
            if self.end == "done" and len(left) == len(trial.plan.contenders):
                self.end, self.problem = "failed", self.problem or "None of the contenders could be asked."
            await stored.end(tx, trial, self.end, self.problem, by=by)
            if (ended := await stored.of_process(tx, self.id)) is not None:
                await measured(tx, self.gateway, ended, self.work.directory())


def checked(case: Case, answer: Answer, alike: Mapping[str, float] | None = None, in_use: str | None = None) -> Checked:
    """What checks look at. Of an answer that failed nothing is right."""
    if not answer.ok:
        return Checked(None, "", case.expected, in_use, rules=False, likeness=dict.fromkeys(alike, 0.0) if alike else None)
    return Checked(answer.value, answer.text, case.expected, in_use, rules=True, likeness=alike)
