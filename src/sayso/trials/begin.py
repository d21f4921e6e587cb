"""How a trial begins: checked, its cases drawn, its cost estimated; then kept, and worked off by whoever is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai import job as jobs
from sayso.ai.job import Job
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.errors import Invalid, NotFound, Problem
from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway
from sayso.gateway.refusals import Refused
from sayso.models.capability import refusals
from sayso.models.directory import Directory
from sayso.team.actor import Actor
from sayso.trials import asked_models, estimate, schedule, stored
from sayso.trials.asked_models import AskedModel
from sayso.trials.cases import made
from sayso.trials.cases.made import Drawn
from sayso.trials.cases.masked import Mask
from sayso.trials.checks import AnyCheck
from sayso.trials.estimate import Estimated
from sayso.trials.judge import must_judge
from sayso.trials.parts import BUILDER, WHOLE, part, tried_at, with_prompt_refused
from sayso.trials.promotion import with_contender
from sayso.trials.trial import CONTENDERS_MAX, IN_USE, Again, Case, Cases, Contender, Judge, Plan, contending

KINDS = {"text": "text", "vision": "text", "image": "image", "embedding": "embedding"}
"""What comes out of a slot's model, as the directory calls it."""


EVERY_CASE, UNMASKED = Cases(), Mask()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to try. `app` is None for the builder."""

    app: str | None
    path: str
    contenders: Sequence[Contender] = ()
    cases: Cases = EVERY_CASE
    mask: Mask = UNMASKED
    checks: tuple[AnyCheck, ...] = ()
    judge: Judge | None = None
    name: str = ""
    budget: Decimal | None = None
    schedule: Again | None = None
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A trial that could begin. `problems` say which contenders cannot be asked, and why."""

    app: OpenApp | None
    plan: Plan
    name: str
    cases: Sequence[Case]
    drawn: Drawn
    estimates: Mapping[str, Estimated]
    asked: Mapping[str, AskedModel]
    problems: Mapping[str, str]
    budget: Decimal | None = None
    wanted: Wanted | None = None
    judge_cost: Decimal | None = Decimal(0)
    work: Mapping[str, Job] = field(default_factory=dict)

    @property
    def cost(self) -> Decimal | None:
        """Of all contenders and of the judge."""
        costs = [*(one.cost for one in self.estimates.values()), self.judge_cost]
        return None if any(cost is None for cost in costs) else sum((cost for cost in costs if cost is not None), Decimal(0))


async def prepared(tx: AsyncConnection, gateway: Gateway, wanted: Wanted, directory: Directory, *, by: Actor) -> Prepared:
    """Everything that can be known before a model is asked. Raises `Invalid` with every problem, `NotFound`, `Forbidden`."""
    app = await apps.open_app(tx, wanted.app, by=by, to="build") if wanted.app is not None else None
    if app is None:
        by.must("build")
    if app is None and wanted.path != BUILDER:
        raise Invalid(Problem("app", "names the app whose part is tried; only the builder has none", "crm"))
    caller = gateway.caller(by.workspace, app=app.id if app else None, member=by.member, name="Trial")
    contenders = contending([one for one in wanted.contenders if one.id != IN_USE])
    if len(contenders) < 2 and wanted.of is None:
        raise Invalid(Problem("contenders", "are none besides the one in use", '[{"model": "openai/gpt-6-luna"}]'))
    for one in contenders:
        with_prompt_refused(wanted.path, one.prompt)
    judge = must_judge(gateway, caller, wanted.judge, directory) if wanted.judge is not None else None
    work = _work(app, wanted.path)
    prompts = [one.prompt for one in contenders if one.prompt is not None]
    drawn = await made.made(tx, app, work, wanted.cases, wanted.mask, prompts) if app is not None else _spoken(work, wanted)
    in_use = _in_use(gateway, caller, work, directory)
    asked, problems = _asked(gateway, caller, app, wanted.path, work, contenders, in_use, directory)
    named = tuple(one.model_copy(update={"name": one.name or _named(one, asked.get(one.id))}) for one in contenders)
    kept: dict[str, Any] = {
        "version": app.version if app else None,
        "in_use": in_use,
        "left_out": drawn.left_out,
        "masked": drawn.masked,
    }
    plan = Plan(contenders=named, cases=wanted.cases, mask=wanted.mask, checks=wanted.checks, judge=wanted.judge, kept=kept)
    by_path = {job.path: job for job in work}
    estimates = {one.id: estimate.of(asked[one.id], by_path, drawn.cases) for one in named if one.id in asked}
    if wanted.schedule is not None:
        zone, now = app.spec.zone if app else "UTC", datetime.now(UTC)
        plan = plan.model_copy(update={"kept": {**kept, **schedule.remembered(plan, wanted.schedule, zone, directory, now)}})
    title = wanted.name.strip() or (part(app.spec, wanted.path).name if app is not None else "Builder")
    judge_cost = estimate.of_judge(judge, drawn.cases, len(named)) if judge is not None else Decimal(0)
    return Prepared(app, plan, title, drawn.cases, drawn, estimates, asked, problems, wanted.budget, wanted, judge_cost, by_path)


async def begin(tx: AsyncConnection, ready: Prepared, *, by: Actor) -> str:
    """Keeps it; its id. Raises `Invalid` when a contender cannot be asked at all, or when there is nothing to ask."""
    wanted = ready.wanted
    assert wanted is not None
    bad = [Problem(f"contenders/{id}", why) for id, why in ready.problems.items() if id not in ready.asked]
    if bad and wanted.of is None:
        raise Invalid.of(bad)
    now = datetime.now(UTC)
    zone = ready.app.spec.zone if ready.app else "UTC"
    next_at = schedule.next_at(wanted.schedule, zone, now) if wanted.schedule else None
    return await stored.create(
        tx, ready.app, wanted.path, ready.name, ready.plan, ready.cases, by=by, budget=wanted.budget, schedule=wanted.schedule,
        next_at=next_at, of=wanted.of,
    )  # fmt: skip


async def add(tx: AsyncConnection, gateway: Gateway, id: str, one: Contender, directory: Directory, *, by: Actor) -> None:
    """One more contender on the same cases; only it is asked. Raises `Invalid` when there are six, or it is there already."""
    trial = await stored.read(tx, id, by=by, to="build")
    if len(trial.plan.contenders) >= CONTENDERS_MAX:
        raise Invalid(Problem("contenders", f"are at most {CONTENDERS_MAX}, with the one in use"))
    with_prompt_refused(trial.path, one.prompt)
    contending([*trial.plan.contenders, one])
    app = await apps.open_app(tx, trial.app, by=by, to="build") if trial.app else None
    caller = gateway.caller(by.workspace, app=trial.app, member=by.member, name="Trial")
    new = one.model_copy(
        update={"id": f"c{max((int(c.id[1:]) for c in trial.plan.contenders if c.id != IN_USE), default=0) + 1}"}
    )
    work = _work(app, trial.path)
    asked, problems = _asked(gateway, caller, app, trial.path, work, (new,), trial.plan.kept.get("in_use") or {}, directory)
    if new.id not in asked:
        raise Invalid(Problem("model", problems[new.id]))
    new = new.model_copy(update={"name": new.name or _named(new, asked[new.id])})
    plan = trial.plan.model_copy(update={"contenders": (*trial.plan.contenders, new)})
    again = {} if trial.state in ("queued", "running") else {"state": "queued", "ended_at": None, "problem": None}
    await stored.changed(tx, trial, by=by, plan=plan.model_dump(mode="json"), **again)


def _work(app: OpenApp | None, path: str) -> tuple[Job, ...]:
    return tried_at(app.spec, path) if app is not None else (Job(BUILDER, "builder", "", "text", None),)


def _spoken(work: Sequence[Job], wanted: Wanted) -> Drawn:
    """Of what belongs to no app, cases are written by hand."""
    drawn = Drawn()
    for case in made.by_hand(work[0], wanted.cases):
        made.take(drawn, case, wanted.mask, len(drawn.cases) + 1)
    return drawn


def _in_use(gateway: Gateway, caller: Caller, work: Sequence[Job], directory: Directory) -> dict[str, str]:
    """By path: what is asked now, as one model; a slot that is switched later changes nothing of the trial."""
    found: dict[str, str] = {}
    for job in work:
        try:
            found[job.path] = asked_models.find(gateway, caller, job.model, directory).asked
        except Refused:
            found[job.path] = job.model
    return found


def _asked(
    gateway: Gateway, caller: Caller, app: OpenApp | None, path: str, work: Sequence[Job], contenders: Sequence[Contender],
    in_use: Mapping[str, str], directory: Directory,
) -> tuple[dict[str, AskedModel], dict[str, str]]:  # fmt: skip
    """What each asks, and what speaks against it. A contender that is in neither is none; one in both may fail."""
    asked: dict[str, AskedModel] = {}
    problems: dict[str, str] = {}
    for one in contenders:
        try:
            found = [
                asked_models.find(gateway, caller, one.model or in_use.get(job.path, job.model), directory, snapshot=one.snapshot)
                for job in work
            ]
            if one.prompt is not None and app is not None and path != WHOLE:
                jobs.of(with_contender(app.spec, path, one), path)
            asked[one.id] = found[0]
            if doubts := _doubts(app, work, found):
                problems[one.id] = doubts
        except (Refused, NotFound) as error:
            problems[one.id] = str(error)
    return asked, problems


def _doubts(app: OpenApp | None, work: Sequence[Job], found: Sequence[AskedModel]) -> str:
    said: list[str] = []
    for job, one in zip(work, found, strict=True):
        if one.known is None:
            continue
        needs = ["vision"] if job.slot == "vision" else []
        kind = KINDS.get(job.slot) if job.slot in KINDS else None
        said += refusals(one.known, needs, kind=kind, who=part(app.spec, job.path).name if app else "The builder")
    return " ".join(dict.fromkeys(said))


def _named(one: Contender, asked: AskedModel | None) -> str:
    if one.id == IN_USE:
        return asked.name if asked else "In use"
    name = asked.name if asked else one.model or "In use"
    return f"{name}, other prompt" if one.prompt is not None else name
