"""What a co-worker has done and cost this month, by the turns themselves."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.coworkers.roster import Found
from sayso.db import coworker_tables as t


def month(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _of(found: Found, since: datetime) -> ColumnElement[bool]:
    c = t.conversations.c
    app = c.app == found.number if found.number is not None else c.app.is_(None)
    return (c.workspace_id == found.workspace) & (c.coworker == found.coworker.id) & app & (t.turns.c.at >= since)


async def spent(tx: AsyncConnection, found: Found) -> Decimal:
    """Dollars since the first of the month; looked up only where a budget asks."""
    if found.coworker.budget_cents is None:
        return Decimal(0)
    query = select(func.coalesce(func.sum(t.turns.c.cost), 0)).join_from(
        t.turns, t.conversations, t.conversations.c.id == t.turns.c.conversation
    )
    return Decimal((await tx.execute(query.where(_of(found, month(datetime.now(UTC)))))).scalar_one())


async def this_month(tx: AsyncConnection, found: Found) -> dict[str, Any]:
    """`{month, conversations, answers, cost, unpriced, budget}`; dollars as text."""
    u = t.turns.c
    since = month(datetime.now(UTC))
    query = select(
        func.count(func.distinct(u.conversation)),
        func.count(),
        func.coalesce(func.sum(u.cost), 0),
        func.coalesce(func.sum(u.unpriced), 0),
    ).join_from(t.turns, t.conversations, t.conversations.c.id == u.conversation)
    talks, answers, cost, unpriced = (await tx.execute(query.where(_of(found, since)))).one()
    budget = found.coworker.budget_cents
    return {
        "month": f"{since:%Y-%m}",
        "conversations": talks,
        "answers": answers,
        "cost": f"{cost:.4f}",
        "unpriced": unpriced,
        "budget": None if budget is None else f"{budget / 100:.2f}",
    }
