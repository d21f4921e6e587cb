"""Budgets as the owner keeps them; `budgets.py` is how they are spent."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import gateway_tables as t
from sayso.db.tables import apps, members
from sayso.errors import Conflict, Invalid, NotFound, Problem
from sayso.gateway import news
from sayso.gateway.budgets import PERIODS, ZERO, begun
from sayso.team import audit
from sayso.team.actor import Actor
from sayso.team.ids import new_id

SCOPES = ("workspace", "app", "member", "key")
AMOUNT_MAX = Decimal(10**9)


@dataclass(frozen=True, slots=True)
class Budget:
    """Dollars for one period. `leased` is set aside by running servers for calls under way and the next ones."""

    id: str
    scope: str
    subject: str
    period: str
    amount: Decimal
    spent: Decimal
    leased: Decimal
    period_start: datetime
    created_at: datetime


async def create(tx: AsyncConnection, *, by: Actor, scope: str, subject: str = "", period: str, amount: Decimal) -> Budget:
    """Raises `Forbidden`, `Invalid`, `Conflict`."""
    by.must("manage")
    if scope not in SCOPES:
        raise Invalid(Problem("scope", f"is one of {', '.join(SCOPES)}", "workspace"))
    if period not in PERIODS:
        raise Invalid(Problem("period", f"is one of {', '.join(PERIODS)}", "month"))
    if (scope == "workspace") != (subject == "") or not await _is_there(tx, scope, subject, by):
        raise Invalid(
            Problem("subject", f"is the id of the {scope}" if scope != "workspace" else "is only for apps, members and keys")
        )
    b = t.budgets.c
    same = (b.workspace_id == by.workspace) & (b.scope == scope) & (b.subject == subject) & (b.period == period)
    if await tx.scalar(select(b.id).where(same)):
        raise Conflict("There is such a budget already.")
    id = new_id("b")
    start = begun(period, (await tx.execute(select(func.now()))).scalar_one())
    values: dict[str, Any] = {"period_start": start} if start else {}
    await tx.execute(
        t.budgets.insert().values(
            id=id, workspace_id=by.workspace, scope=scope, subject=subject, period=period, amount=_amount(amount), **values
        )
    )
    await audit.write(tx, "gateway.budget.created", f"set a budget of ${amount}", by=by, subject=id)
    await news.changed(tx)
    return await read(tx, id, by=by)


async def listed(tx: AsyncConnection, *, by: Actor) -> tuple[Budget, ...]:
    by.must("manage")
    query = select(*COLUMNS).where(t.budgets.c.workspace_id == by.workspace).order_by(t.budgets.c.scope, t.budgets.c.created_at)
    return tuple(_budget(row) for row in await tx.execute(query))


async def read(tx: AsyncConnection, id: str, *, by: Actor) -> Budget:
    by.must("manage")
    row = (await tx.execute(select(*COLUMNS).where(t.budgets.c.workspace_id == by.workspace, t.budgets.c.id == id))).one_or_none()
    if row is None:
        raise NotFound(f"There is no budget {id}.")
    return _budget(row)


async def change(tx: AsyncConnection, id: str, amount: Decimal, *, by: Actor) -> Budget:
    await read(tx, id, by=by)
    await tx.execute(t.budgets.update().where(t.budgets.c.id == id).values(amount=_amount(amount)))
    await audit.write(tx, "gateway.budget.changed", f"changed a budget to ${amount}", by=by, subject=id)
    return await read(tx, id, by=by)


async def remove(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    await read(tx, id, by=by)
    await tx.execute(t.budgets.delete().where(t.budgets.c.workspace_id == by.workspace, t.budgets.c.id == id))
    await audit.write(tx, "gateway.budget.removed", "removed a budget", by=by, subject=id)
    await news.changed(tx)


def _budget(row: Any) -> Budget:
    """A period that is over counts for nothing, whoever was first to see it."""
    *_, period_start, _created, now = row
    values = dict(zip(Budget.__dataclass_fields__, row, strict=False))
    start = begun(row.period, now)
    if start is not None and period_start < start:
        values |= {"spent": ZERO, "period_start": start}
    return Budget(**values)


def _amount(amount: Decimal) -> Decimal:
    if not amount.is_finite() or not 0 <= amount <= AMOUNT_MAX or amount != round(amount, 6):
        raise Invalid(Problem("amount", "is an amount of dollars", "25.00"))
    return amount


async def _is_there(tx: AsyncConnection, scope: str, subject: str, by: Actor) -> bool:
    match scope:
        case "app":
            query = select(apps.c.id).where(apps.c.workspace_id == by.workspace, apps.c.id == subject)
        case "member":
            query = select(members.c.id).where(members.c.workspace_id == by.workspace, members.c.id == subject)
        case "key":
            query = select(t.keys.c.id).where(t.keys.c.workspace_id == by.workspace, t.keys.c.id == subject)
        case _:
            return True
    return await tx.scalar(query) is not None


COLUMNS = (
    *(
        t.budgets.c[name]
        for name in ("id", "scope", "subject", "period", "amount", "spent", "leased", "period_start", "created_at")
    ),
    func.now().label("now"),
)
