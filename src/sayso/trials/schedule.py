"""Trials that are done again by themselves: weekly, when a model gets a new snapshot, when the one in use is to be shut down."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.trial_tables import trials as t
from sayso.errors import Invalid, Problem
from sayso.models import lifecycle
from sayso.models.directory import Directory
from sayso.models.model import Model
from sayso.trials.asked_models import known_as
from sayso.trials.trial import IN_USE, Again, Contender, Plan, Trial

LOOK_HOURS = 6
"""How often the directory is asked for new snapshots and shutdowns."""
LEAST_HOURS = 24
"""Between two turns of one schedule: a cron of every minute would be a bill."""


def next_at(again: Again, zone: str, now: datetime) -> datetime:
    """When this schedule is looked at next. Raises `Invalid` for a cron that is none, or that comes round too often."""
    weekly = weekly_at(again, zone, now)
    looked = now + timedelta(hours=LOOK_HOURS)
    if weekly is None:
        return looked
    return min(weekly, looked) if len(again.when) > 1 else weekly


def weekly_at(again: Again, zone: str, now: datetime) -> datetime | None:
    """The next turn of its cron, in UTC; None when it has none. Clock changes are cronsim's to know."""
    if "weekly" not in again.when:
        return None
    try:
        turns = CronSim(again.cron, now.astimezone(ZoneInfo(zone)))
        first, second = next(turns), next(turns)
    except (CronSimError, StopIteration, KeyError, ValueError):
        raise Invalid(Problem("schedule/cron", "is five fields of cron", "0 6 * * 1")) from None
    if second - first < timedelta(hours=LEAST_HOURS):
        raise Invalid(Problem("schedule/cron", "comes round more than once a day", "0 6 * * 1"))
    return first.astimezone(UTC)


def taken_up(trial: Trial, again: Again | None, zone: str, directory: Directory, now: datetime) -> dict[str, Any]:
    """The columns of a trial whose schedule is another from now on; None ends it. Raises `Invalid`."""
    if again is None:
        return {"schedule": None, "next_at": None}
    plan = trial.plan.model_copy(update={"kept": {**trial.plan.kept, **remembered(trial.plan, again, zone, directory, now)}})
    return {"schedule": again.model_dump(mode="json"), "next_at": next_at(again, zone, now), "plan": plan.model_dump(mode="json")}


async def due(tx: AsyncConnection, now: datetime) -> str | None:
    """A trial whose schedule is to be looked at, moved on by `LOOK_HOURS`: one process has it, and keeps others from it until it commits."""
    c = t.c
    waiting = select(c.id).where(c.next_at <= now).order_by(c.next_at).limit(1).with_for_update(skip_locked=True)
    mine = update(t).where(c.id == waiting.scalar_subquery()).values(next_at=now + timedelta(hours=LOOK_HOURS))
    return await tx.scalar(mine.returning(c.id))


def new_snapshots(trial: Trial, directory: Directory) -> list[Contender]:
    """For each contender's model the newest dated version, when it has come out since the trial was made."""
    if trial.schedule is None or "snapshot" not in trial.schedule.when:
        return []
    seen: set[str] = set(trial.plan.kept.get("snapshots") or ())
    found: list[Contender] = []
    for one in trial.plan.contenders:
        for snapshot in snapshots_of(one.asked, directory):
            if snapshot not in seen and one.model is not None and one.id != IN_USE:
                found.append(Contender(id="c1", model=one.model, snapshot=snapshot, prompt=one.prompt))
    return found[-2:]


def snapshots_of(model: str | None, directory: Directory) -> list[str]:
    """Dated versions that the directory lists of a model, in its order."""
    known = _known(model, directory)
    return [snapshot.id for snapshot in known.snapshots] if known else []


def shutdown_of(trial: Trial, directory: Directory, now: datetime) -> str | None:
    """The successor of the model in use, when that has got a day on which it ends since the trial was made; else None."""
    if trial.schedule is None or "shutdown" not in trial.schedule.when:
        return None
    seen: set[str] = set(trial.plan.kept.get("shutdowns") or ())
    for model in (trial.plan.kept.get("in_use") or {}).values():
        known = _known(model, directory)
        if known is not None and known.id not in seen:
            life = lifecycle.of(known, directory, now.date())
            if life.status in ("deprecated", "retired") and life.successor:
                return life.successor
    return None


def remembered(plan: Plan, again: Again, zone: str, directory: Directory, now: datetime) -> dict[str, Any]:
    """What is known by now, so that only what is new begins another turn."""
    weekly = weekly_at(again, zone, now)
    in_use = (_known(model, directory) for model in (plan.kept.get("in_use") or {}).values())
    return {
        "weekly_at": weekly.astimezone(UTC).isoformat() if weekly else None,
        "snapshots": [s for one in plan.contenders for s in snapshots_of(one.asked, directory)],
        "shutdowns": [
            one.id for one in in_use if one is not None and lifecycle.status_on(one, now.date()) in ("deprecated", "retired")
        ],
    }


def _known(model: str | None, directory: Directory) -> Model | None:
    return (known_as(directory, model.partition("/")[2] or model) or known_as(directory, model)) if model else None
