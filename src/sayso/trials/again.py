"""A scheduled trial, done again: new cases by the same rules, the same contenders, and those that the directory has brought."""

import logging
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.trial_tables import trials as t
from sayso.errors import SaysoError
from sayso.gateway.gateway import Gateway
from sayso.models.directory import Directory
from sayso.trials import begin, schedule, stored
from sayso.trials.asked_models import known_as
from sayso.trials.begin import Wanted
from sayso.trials.trial import CONTENDERS_MAX, IN_USE, Contender, Trial

log = logging.getLogger(__name__)


async def turn(tx: AsyncConnection, gateway: Gateway, directory: Directory, now: datetime) -> str | None:
    """Looks at one schedule that is due. The id of the trial whose turn it was, or None when none is due.

    All in one transaction: two processes never begin the same turn, and one that dies begins nothing.
    """
    id = await schedule.due(tx, now)
    trial = await stored.of_process(tx, id) if id is not None else None
    if id is None or trial is None or trial.schedule is None:
        return id
    more = [*schedule.new_snapshots(trial, directory), *_successors(trial, gateway, directory, now)]
    weekly = trial.plan.kept.get("weekly_at")
    if more or (weekly is not None and datetime.fromisoformat(weekly) <= now):
        try:
            async with tx.begin_nested():
                await _begun(tx, gateway, trial, more, directory)
        except SaysoError as error:
            log.warning("the trial %s was not done again: %s", trial.id, error)
            await tx.execute(update(t).where(t.c.id == id).values(problem=f"It was not done again: {error}"[:500]))
    try:
        async with tx.begin_nested():
            await _moved_on(tx, trial, directory, now)
    except SaysoError as error:  # whoever began it has left, or may not read the app: nobody else's schedule waits for that
        log.warning("the schedule of the trial %s has ended: %s", trial.id, error)
        ended = {"schedule": None, "next_at": None, "problem": f"It is not done again: {error}"[:500]}
        await tx.execute(update(t).where(t.c.id == id).values(**ended))
    return id


async def _begun(tx: AsyncConnection, gateway: Gateway, trial: Trial, more: list[Contender], directory: Directory) -> None:
    by = await stored.beginner(tx, trial)
    others = [one for one in trial.plan.contenders if one.id != IN_USE]
    room = CONTENDERS_MAX - 1 - len(more)
    ready = await begin.prepared(
        tx,
        gateway,
        Wanted(
            trial.app, trial.path, (*others[:room], *more), trial.plan.cases, trial.plan.mask, trial.plan.checks, trial.plan.judge,
            trial.name, trial.budget, None, trial.id,
        ),
        directory,
        by=by,
    )  # fmt: skip
    await begin.begin(tx, ready, by=by)


async def _moved_on(tx: AsyncConnection, trial: Trial, directory: Directory, now: datetime) -> None:
    app = await stored.spec_of(tx, trial, by=await stored.beginner(tx, trial)) if trial.app else None
    zone = app.zone if app else "UTC"
    assert trial.schedule is not None
    kept = {**trial.plan.kept, **schedule.remembered(trial.plan, trial.schedule, zone, directory, now)}
    plan = trial.plan.model_copy(update={"kept": kept})
    next_at = schedule.next_at(trial.schedule, zone, now)
    await tx.execute(update(t).where(t.c.id == trial.id).values(plan=plan.model_dump(mode="json"), next_at=next_at))


def _successors(trial: Trial, gateway: Gateway, directory: Directory, now: datetime) -> list[Contender]:
    """What is named in place of a model that is to end, under the name by which the gateway reaches it."""
    successor = schedule.shutdown_of(trial, directory, now)
    if successor is None:
        return []
    for provider, adapter in gateway.workspace(trial.workspace).providers.values():
        del adapter
        for name in provider.models:
            known = known_as(directory, name)
            if known is not None and known.id == successor:
                return [Contender(id="c1", model=f"{provider.name}/{name}")]
    log.warning("the trial %s knows no way to %s, which follows the model in use", trial.id, successor)
    return []
