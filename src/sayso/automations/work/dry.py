"""A dry run: everything is done in one transaction that is taken back at the end; steps that reach out only say what they would do.

What it shows is kept as a run of its own, for a few days.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso import db
from sayso.automations.registered import Registered
from sayso.automations.runs.run import page
from sayso.automations.steps.step import Parts, Run
from sayso.automations.work import bounded, claimed
from sayso.automations.work.checkpoints import Checkpoints
from sayso.automations.work.ends import Failed
from sayso.automations.work.execution import Execution, Hands
from sayso.automations.work.gate import Gate
from sayso.automations.work.plan import Plan
from sayso.automations.work.records import Change
from sayso.automations.work.together import Trial
from sayso.automations.work.trouble import told
from sayso.db.automation_tables import runs as t
from sayso.db.automation_tables import steps as s
from sayso.team.actor import Actor
from sayso.team.ids import new_id

DRY_SECONDS_MAX = 30.0
"""For as long as this at most its rows are locked for others."""


async def tried(parts: Parts, registered: Registered, trigger: Mapping[str, Any], *, by: Actor) -> str:
    """The id of the run, which is over."""
    started = datetime.now(UTC)
    id = new_id("r")
    number, app_id = registered.app_number, registered.app_id
    name = registered.automation.name
    run = Run(
        id,
        registered.workspace,
        app_id,
        number,
        registered.automation.id,
        name,
        trigger,
        0,
        True,
        parts.url + page(app_id, registered.automation.id, id),
        started,
    )
    ended, trial = await _gone_through(parts, registered, run, by)
    values = {
        "id": id, "workspace_id": registered.workspace, "app": number, "app_id": app_id, "automation": registered.automation.id, "name": name,
        "version": registered.version, "definition": registered.definition, "owner": registered.owner, "trigger": dict(trigger),
        "started_by": by.name, "dry": True, "state": ended.state if ended.state in ("done", "failed") else "done", "problem": ended.problem,
        "detail": ended.detail, "failed_step": ended.failed_step, "answer": trial.answer, "steps": len(trial.kept), "started_at": started,
        "ended_at": datetime.now(UTC),
    }  # fmt: skip
    async with db.transaction(parts.engine) as tx:
        await tx.execute(insert(t).values(values))
        if trial.kept:
            await tx.execute(insert(s), [_stored(record.stored(id)) for record in trial.kept.values()])
    return id


async def _gone_through(parts: Parts, registered: Registered, run: Run, by: Actor) -> tuple[Change, Trial]:
    async with parts.engine.connect() as tx:
        await tx.begin()
        trial = Trial(parts.engine, tx)
        try:
            row = Owned(registered.workspace, registered.owner, run.name)
            actor = claimed.actor(row, await claimed.owners_of(tx, [row]))
            plan = Plan.of(registered.automation, await claimed.app_at(tx, registered))
            execution = Execution(_hands(parts.engine, parts), run, plan, actor, (), {})
            async with asyncio.timeout(DRY_SECONDS_MAX):
                return await execution.through(trial), trial
        except Exception as error:
            if isinstance(error, Failed):
                return Change(run.id, "failed", problem=error.problem, failed_step=error.place), trial
            trouble = told(error, None)
            return Change(
                run.id, "failed", problem=bounded.line(trouble.message, bounded.PROBLEM_CHARACTERS_MAX), detail=trouble.detail
            ), trial
        finally:
            await tx.rollback()


class Owned:
    """As much of a run as says whose rights it has."""

    def __init__(self, workspace: str, owner: str, name: str) -> None:
        self.workspace_id, self.owner, self.name = workspace, owner, name


def _hands(engine: AsyncEngine, parts: Parts) -> Hands:
    return Hands(engine, Checkpoints(engine, ""), Gate(), parts)


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    values["ended_at"] = values["ended_at"] or datetime.now(UTC)
    if values["state"] in ("begun", "again", "waiting"):
        values["state"] = "failed" if values["problem"] else "done"
    return values
