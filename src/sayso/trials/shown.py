"""A trial as it is shown: plain JSON, with everything that a screen or the command line tells of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps
from sayso.errors import SaysoError
from sayso.gateway.gateway import Gateway
from sayso.models.directory import Directory
from sayso.models.words import day as day_text
from sayso.spec.app import App
from sayso.team.actor import Actor
from sayso.trials import asked_models, stored, volume, votes
from sayso.trials.asked_models import AskedModel
from sayso.trials.checks import title
from sayso.trials.contending import asked_of, job_of
from sayso.trials.estimate import seconds
from sayso.trials.parts import BUILDER, WHOLE, Part, part
from sayso.trials.statistics import SURE, Interval
from sayso.trials.summary import Summary, Summed, summed, verdict
from sayso.trials.trial import IN_USE, Contender, Trial

GONE = "This part of the app is gone."


async def lines(tx: AsyncConnection, trials: Sequence[Trial], *, by: Actor) -> list[dict[str, Any]]:
    """Each trial in short. Their best is worked out when they have ended."""
    specs: dict[str, App] = {}
    found: list[dict[str, Any]] = []
    for trial in trials:
        if trial.app is not None and trial.app not in specs:
            specs[trial.app] = (await apps.open_app(tx, trial.app, by=by)).spec
        sums = summed(trial, await stored.figures_of(tx, trial.id), await votes.of(tx, trial.id)) if trial.ended_at else None
        found.append(line(trial, _part(specs.get(trial.app or ""), trial), sums))
    return found


async def whole(
    tx: AsyncConnection, gateway: Gateway, directory: Directory, id: str, *, by: Actor, now: datetime
) -> dict[str, Any]:
    """One trial with all its figures. Raises `NotFound`."""
    trial = await stored.read(tx, id, by=by)
    answers = await stored.words_of(tx, id)
    sums = summed(trial, answers, await votes.of(tx, id))
    refused = {one.contender: one.problem for one in answers if one.state == "refused"}
    opened = await apps.open_app(tx, trial.app, by=by) if trial.app else None
    spec, may = opened.spec if opened else None, opened.may if opened else by.may
    then = await _spec_then(tx, trial, spec, by)
    paths = await stored.paths_of(tx, id)
    caller = gateway.caller(trial.workspace, app=trial.app)
    asked = {one.id: _asked(gateway, caller, directory, trial, then, paths, one) for one in trial.plan.contenders}
    used = asked[IN_USE]
    worked = await volume.of(tx, trial.workspace, trial.app, paths, used.model if isinstance(used, AskedModel) else None)
    where = _part(spec, trial)
    names = {one.id: _name(one, asked[one.id]) for one in trial.plan.contenders}
    left = max(0, trial.calls - trial.answered) if trial.state in ("queued", "running") else 0
    return {
        **line(trial, where, sums, names),
        "slot": where.slot if where else "",
        "task": where.task if where else "",
        "contenders": [
            _contender(one, sums.by[one.id], asked[one.id], names, worked, used, _is_now(gateway, caller, directory, trial, spec, then, paths, one), refused.get(one.id))
            for one in trial.plan.contenders
        ],
        "frontier": list(sums.frontier),
        "best": sums.best,
        "sure": SURE,
        "plan": _plan(trial),
        "left_out": [{"why": why, "count": count} for why, count in (trial.plan.kept.get("left_out") or {}).items()],
        "masked": trial.plan.kept.get("masked") or 0,
        "differ": len(sums.differ),
        "agreement": asdict(sums.agreement) if sums.agreement else None,
        "agreement_missing": sums.agreement_missing if trial.plan.judge else 0,
        "people": sums.people,
        "may_build": may("build"),
        "may_vote": may("comment"),
        "seconds_left": seconds(left, len(trial.plan.contenders)),
        "started_at": trial.started_at,
        "created_by": trial.created_by,
        "now": now,
    }  # fmt: skip


def line(trial: Trial, where: Part | None, sums: Summary | None, names: Mapping[str, str] | None = None) -> dict[str, Any]:
    named = names or {one.id: one.name for one in trial.plan.contenders}
    return {
        "id": trial.id,
        "app": trial.app,
        "app_name": trial.app_name,
        "path": trial.path,
        "part": where.name if where else trial.name,
        "where": where.where if where else "",
        "kind": where.kind if where else None,
        "name": trial.name,
        "state": trial.state,
        "problem": trial.problem or (None if where else GONE),
        "cases": trial.cases,
        "calls": trial.calls,
        "answered": trial.answered,
        "spent": dollars(trial.spent),
        "budget": dollars(trial.budget),
        "created_at": trial.created_at,
        "ended_at": trial.ended_at,
        "best_name": named.get(sums.best) if sums and sums.best else None,
        "verdict": verdict(trial, sums, named) if sums else f"{trial.answered} of {trial.calls} answers are there.",
        "schedule": {**trial.schedule.model_dump(mode="json"), "next_at": trial.next_at} if trial.schedule else None,
        "of": trial.of,
    }


def dollars(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def share(found: Interval | None, by: str) -> dict[str, Any] | None:
    return {**asdict(found), "by": by} if found is not None else None


def _part(spec: App | None, trial: Trial) -> Part | None:
    try:
        if trial.path == BUILDER:
            return Part(BUILDER, "builder", "Builder", "the workspace", "builder", "text", "", "")
        return part(spec, trial.path) if spec is not None else None
    except SaysoError:
        return None


async def _spec_then(tx: AsyncConnection, trial: Trial, spec: App | None, by: Actor) -> App | None:
    try:
        return await stored.spec_of(tx, trial, by=by)
    except SaysoError:
        return spec


def _asked(
    gateway: Gateway, caller: Any, directory: Directory, trial: Trial, spec: App | None, paths: Sequence[str], one: Contender
) -> AskedModel | str:
    """What it asks at the first of its places, or why it cannot."""
    try:
        path = paths[0] if paths else trial.path
        return asked_of(gateway, caller, directory, trial, job_of(trial, spec, path, one), one)
    except SaysoError as error:
        return str(error)


def _is_now(
    gateway: Gateway, caller: Any, directory: Directory, trial: Trial, now: App | None, then: App | None, paths: Sequence[str], one: Contender
) -> bool:  # fmt: skip
    """Whether the app does at every place what this contender does."""
    if now is None or then is None:
        return one.id == IN_USE
    try:
        for path in paths:
            job, stands = job_of(trial, then, path, one), job_of(trial, now, path, Contender(id=IN_USE))
            mine = asked_of(gateway, caller, directory, trial, job, one).asked
            theirs = asked_models.find(gateway, caller, stands.model, directory).asked
            if job.prompt != stands.prompt or mine != theirs:
                return False
        return bool(paths)
    except SaysoError:
        return False


def _name(one: Contender, asked: AskedModel | str) -> str:
    return one.name or (asked.name if isinstance(asked, AskedModel) else one.model or "In use")


def _contender(
    one: Contender, told: Summed, asked: AskedModel | str, names: Mapping[str, str], worked: volume.Volume, used: AskedModel | str, is_now: bool,
    refused: str | None,
) -> dict[str, Any]:  # fmt: skip
    each = told.cost_per_1000 / 1000 if told.cost_per_1000 is not None else None
    known = asked.known if isinstance(asked, AskedModel) else None
    return {
        "id": one.id,
        "name": names[one.id],
        "model": asked.asked if isinstance(asked, AskedModel) else one.model,
        "snapshot": one.snapshot,
        "prompt": one.prompt,
        "directory": known.id if known else None,
        "in_use": one.id == IN_USE,
        "is_now": is_now,
        "note": _note(one, asked, used, worked),
        "problem": asked if isinstance(asked, str) else refused if not told.answered else None,
        "answered": told.answered,
        "failed": told.failed,
        "refused": told.refused,
        "grades": {"good": told.grades.good, "fine": told.grades.fine, "poor": told.grades.poor},
        "votes_missing": told.grades.missing,
        "quality": share(told.quality.of, told.quality.by) if told.quality else None,
        "measures": {by: share(found, by) for by, found in told.measures.items()},
        "checks": [share(found, "checks") for found in told.checks],
        "cost": dollars(told.cost),
        "cost_per_1000": dollars(told.cost_per_1000),
        "cost_per_month": dollars(each * worked.runs) if each is not None and worked.runs else None,
        "runs_per_month": worked.runs,
        "p50_ms": told.p50_ms,
        "p95_ms": told.p95_ms,
        "first_ms": told.first_ms,
    }


def _note(one: Contender, asked: AskedModel | str, used: AskedModel | str, worked: volume.Volume) -> str:
    """What else is worth a glance under its name."""
    if one.id == IN_USE:
        return f"in use since {day_text(worked.since.date())}" if worked.since else "in use"
    if isinstance(asked, str) or isinstance(used, str):
        return ""
    if asked.here or asked.provider == "local":
        return "on this machine"
    if asked.asked == used.asked:
        return "same model"
    if asked.price is None or used.price is None:
        return "price not published" if asked.price is None else ""
    mine, theirs = ((p.input_dearest, p.output_dearest) for p in (asked.price, used.price))
    if mine == theirs:
        return "same token price"
    if not all(theirs):
        return ""
    ratio = (mine[0] / theirs[0] + mine[1] / theirs[1]) / 2
    return f"tokens {abs(ratio - 1) * 100:.0f}% {'cheaper' if ratio < 1 else 'dearer'}"


def _plan(trial: Trial) -> dict[str, Any]:
    plan = trial.plan
    return {
        "cases": plan.cases.model_dump(mode="json", exclude={"given"}),
        "mask": plan.mask.model_dump(),
        "checks": [{**check.model_dump(mode="json"), "title": title(check)} for check in plan.checks],
        "judge": plan.judge.model_dump() if plan.judge else None,
    }


__all__ = ["WHOLE", "dollars", "line", "lines", "share", "whole"]
