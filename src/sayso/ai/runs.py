"""Past work of AI parts: kept in batches by whoever did it, sampled by trials, thrown away by the gateway with its ledger, after `keep_work_days`.

A run holds what was read of a row, so it is read only by who may read the app.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai.inputs import Inputs
from sayso.ai.job import Job
from sayso.ai.outcome import Outcome
from sayso.data.open_app import OpenApp
from sayso.db.ai_tables import runs as t

SAMPLE_MAX = 2_000
LOOKED_AT_MAX = 20_000
"""The newest runs of a part, among which are those that are sampled."""
INPUT_BYTES_MAX = 200_000
"""What has read more than this is kept without its texts."""


@dataclass(frozen=True, slots=True)
class Run:
    """One piece of work. `inputs` and `outcome` are JSON: of a field `Inputs.as_json()` and `Outcome.as_json()`."""

    path: str
    version: str
    model: str
    row: int | None
    inputs: dict[str, Any]
    outcome: dict[str, Any]
    state: str
    cost: Decimal | None
    ms: int
    by: str = ""
    id: int = 0
    at: datetime | None = None


def of(job: Job, inputs: Inputs, outcome: Outcome, *, by: str = "") -> Run:
    """`by` is the id of the actor on whose behalf it was done."""
    return Run(
        job.path, outcome.version or job.version, outcome.model or job.model, inputs.row, inputs.as_json(), outcome.as_json(),
        outcome.state, outcome.cost, outcome.ms, by,
    )  # fmt: skip


async def keep(tx: AsyncConnection, workspace: str, app: int | None, many: Sequence[Run]) -> None:
    """Writes them all. `app` is the app's number, None for what belongs to the workspace."""
    if many:
        await tx.execute(insert(t), [_row(workspace, app, run) for run in many])


def _row(workspace: str, app: int | None, run: Run) -> dict[str, Any]:
    large = sum(len(str(v)) for v in run.inputs.values()) > INPUT_BYTES_MAX
    inputs = {"row": run.row, "values": [], "too_large": True} if large else run.inputs
    return {
        "workspace_id": workspace, "app": app, "path": run.path, "version": run.version, "model": run.model[:200], "row": run.row,
        "inputs": inputs, "outcome": run.outcome, "state": run.state, "cost": run.cost, "ms": run.ms, "by_actor": run.by,
    }  # fmt: skip


async def sample(
    tx: AsyncConnection, app: OpenApp, path: str, count: int, *, states: Sequence[str] = ("written", "review"), seed: int = 0
) -> list[Run]:
    """Up to `count` runs of one part, each row once (its newest), stratified: every outcome value gets its share before the most common
    one fills the rest. The same `seed` gives the same sample. Raises `Forbidden` without the right to read."""
    app.must("read")
    count = max(0, min(count, SAMPLE_MAX))
    c = t.c
    newest = (
        select(c.id, c.row, func.coalesce(c.outcome["value"].astext, "").label("value"))
        .where(c.workspace_id == app.by.workspace, c.app == app.number, c.path == path, c.state.in_(states))
        .where(~c.inputs.has_key("too_large"))
        .order_by(c.id.desc())
        .limit(LOOKED_AT_MAX)
        .subquery()
    )
    n = newest.c
    once = (
        select(n.id, n.value)
        .ext(distinct_on(func.coalesce(n.row, -n.id)))
        .order_by(func.coalesce(n.row, -n.id), n.id.desc())
        .subquery()
    )
    shuffled = func.md5(func.concat(once.c.id, ":", seed))
    place = func.row_number().over(partition_by=func.left(once.c.value, 100), order_by=shuffled).label("place")
    ranked = select(once.c.id, place, shuffled.label("mixed")).subquery()
    chosen = select(ranked.c.id).order_by(ranked.c.place, ranked.c.mixed).limit(count)
    found = await tx.execute(select(t).where(c.id.in_(chosen)).order_by(c.id.desc()))
    return [_run(row) for row in found]


async def count(tx: AsyncConnection, app: OpenApp) -> dict[str, int]:
    """How many runs each part has."""
    app.must("read")
    c = t.c
    query = (
        select(c.path, func.count().label("many")).where(c.workspace_id == app.by.workspace, c.app == app.number).group_by(c.path)
    )
    return {str(row.path): int(row.many) for row in await tx.execute(query)}


def _run(row: Any) -> Run:
    return Run(
        row.path, row.version, row.model, row.row, row.inputs, row.outcome, row.state, row.cost, row.ms, row.by_actor, row.id, row.at
    )  # fmt: skip
