"""What a workspace has measured of a model itself, beside what others publish: by trials, and by evaluations of the builder.

A measurement has no name of a person and no text of a row in it: only figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.trial_tables import measurements as t
from sayso.team.actor import Actor

LISTED_MAX = 100


@dataclass(frozen=True, slots=True)
class Measurement:
    """`model` is as the gateway was asked, `directory` its id in the directory of models (None when it is not there); `kind` is `trial` or
    an evaluation such as `builds_apps`, `subject` the id of that. `quality` with its bounds is from 0 to 1 over `n` cases, scored `by`
    votes, judge, checks or the evaluation's scorer. `figures` are plain JSON: cost_per_1000 (dollars as text), p50_ms, p95_ms, failures, …
    """

    model: str
    directory: str | None
    kind: str
    subject: str
    title: str
    quality: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    by: str | None = None
    figures: Mapping[str, Any] | None = None
    at: datetime | None = None


async def keep(tx: AsyncConnection, workspace: str, one: Measurement) -> None:
    """Takes the place of what the same subject said of the same model before."""
    same = (t.c.workspace_id == workspace) & (t.c.kind == one.kind) & (t.c.subject == one.subject) & (t.c.model == one.model)
    if one.subject:
        await tx.execute(delete(t).where(same))
    values = {
        "model": one.model[:200],
        "directory": one.directory,
        "kind": one.kind,
        "subject": one.subject,
        "title": one.title[:300],
    }
    values |= {
        "quality": one.quality,
        "low": one.low,
        "high": one.high,
        "n": one.n,
        "by": one.by,
        "figures": dict(one.figures or {}),
    }
    await tx.execute(insert(t).values(workspace_id=workspace, **values))


async def forget(tx: AsyncConnection, workspace: str, kind: str, subject: str) -> None:
    """When what was measured is removed."""
    await tx.execute(delete(t).where(t.c.workspace_id == workspace, t.c.kind == kind, t.c.subject == subject))


async def of_model(tx: AsyncConnection, names: tuple[str, ...], *, by: Actor) -> tuple[Measurement, ...]:
    """The newest first. `names` are all that mean the model: its id in the directory, and names of the gateway."""
    by.must("read")
    c = t.c
    query = select(c.model, c.directory, c.kind, c.subject, c.title, c.quality, c.low, c.high, c.n, c.by, c.figures, c.at)
    query = query.where(c.workspace_id == by.workspace, c.directory.in_(names) | c.model.in_(names))
    rows = await tx.execute(query.order_by(c.at.desc(), c.id.desc()).limit(LISTED_MAX))
    return tuple(Measurement(*row) for row in rows)
