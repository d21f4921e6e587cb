"""What a trial has found of models becomes the workspace's own measurement of them."""

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai import measurements
from sayso.ai.measurements import Measurement
from sayso.db.trial_tables import measurements as measurements_table
from sayso.db.trial_tables import trials as trials_table
from sayso.db.trial_tables import votes as votes_table
from sayso.errors import SaysoError
from sayso.gateway.gateway import Gateway
from sayso.models.directory import Directory
from sayso.team.actor import Actor
from sayso.trials import asked_models, stored, votes
from sayso.trials.summary import Summed, summed
from sayso.trials.trial import Contender, Trial

KIND = "trial"
FRESHENED_MAX = 20
"""At one reading."""


async def measured(tx: AsyncConnection, gateway: Gateway, trial: Trial, directory: Directory) -> None:
    """Writes one measurement for every contender that asked another model and answered. Prompts are left out: they are no model's merit."""
    found = summed(trial, await stored.answers_of(tx, trial.id), await votes.of(tx, trial.id))
    await measurements.forget(tx, trial.workspace, KIND, trial.id)
    for one in trial.plan.contenders:
        told = found.by[one.id]
        if one.prompt is None and told.answered:
            await measurements.keep(tx, trial.workspace, _of(gateway, trial, one, told, directory))


async def freshened(tx: AsyncConnection, gateway: Gateway, model: str, directory: Directory, *, by: Actor) -> None:
    """Measurements of trials in which people have voted since are worked out anew."""
    m, v, t = measurements_table.c, votes_table.c, trials_table.c
    since = exists().where(v.trial == t.id, v.at > m.at)
    query = select(t.id).distinct().join_from(measurements_table, trials_table, m.subject == t.id)
    query = query.where(
        m.workspace_id == by.workspace, t.workspace_id == by.workspace, m.kind == KIND, m.directory == model, since
    )
    for id in list(await tx.scalars(query.limit(FRESHENED_MAX))):
        trial = await stored.of_process(tx, id)
        if trial is not None:
            await measured(tx, gateway, trial, directory)


def _of(gateway: Gateway, trial: Trial, one: Contender, told: Summed, directory: Directory) -> Measurement:
    asked, known = one.asked or next(iter((trial.plan.kept.get("in_use") or {}).values()), "in use"), None
    try:
        found = asked_models.find(gateway, gateway.caller(trial.workspace), one.model or asked, directory, snapshot=one.snapshot)
        asked, known = found.asked, found.known
    except SaysoError:
        pass
    quality = told.quality.of if told.quality else None
    place = f" in {trial.app_name}" if trial.app_name else ""
    return Measurement(
        asked,
        known.id if known else None,
        KIND,
        trial.id,
        f"{trial.name}{place}",
        quality.value if quality else None,
        quality.low if quality else None,
        quality.high if quality else None,
        quality.n if quality else told.answered,
        told.quality.by if told.quality else None,
        {
            "cost_per_1000": None if told.cost_per_1000 is None else f"{told.cost_per_1000:f}",
            "p50_ms": told.p50_ms,
            "p95_ms": told.p95_ms,
            "failed": told.failed,
            "answered": told.answered,
            "path": trial.path,
        },
    )
