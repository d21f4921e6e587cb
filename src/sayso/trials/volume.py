"""How much a part really works: for what a model would cost a month here, and since when the one in use is in use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables
from sayso.db.ai_tables import runs as t

MONTH_DAYS = 30


@dataclass(frozen=True, slots=True)
class Volume:
    """`runs` in the past 30 days; `since` when the model in use first did this work, of what is kept."""

    runs: int
    since: datetime | None


async def of(tx: AsyncConnection, workspace: str, app: str | None, paths: Sequence[str], in_use: str | None) -> Volume:
    c, a = t.c, tables.apps.c
    mine = (c.workspace_id == workspace) & (c.path.in_(paths))
    mine &= (a.id == app) if app is not None else c.app.is_(None)
    recent = func.count().filter(c.at > func.now() - func.make_interval(0, 0, 0, MONTH_DAYS))
    since = func.min(c.at).filter(c.model == in_use) if in_use else func.min(None)
    query = select(recent, since).select_from(t.outerjoin(tables.apps, c.app == a.number)).where(mine)
    row = (await tx.execute(query)).one()
    return Volume(int(row[0]), row[1])


async def counts(tx: AsyncConnection, workspace: str, app: str) -> Mapping[str, int]:
    """Past pieces of work by part, of one app."""
    c, a = t.c, tables.apps.c
    query = select(c.path, func.count()).join_from(t, tables.apps, c.app == a.number)
    query = query.where(c.workspace_id == workspace, a.workspace_id == workspace, a.id == app, c.state != "refused").group_by(
        c.path
    )
    return {row.path: row[1] for row in await tx.execute(query)}
