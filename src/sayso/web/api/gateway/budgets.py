"""Budgets: how much models may cost."""

from datetime import datetime
from decimal import Decimal
from typing import Literal, Self

from fastapi import Response

from sayso.gateway import budget_book
from sayso.gateway.ledger_book import dollars
from sayso.web.actor import By
from sayso.web.api.gateway.shapes import BudgetId, Dollars, Subject
from sayso.web.shapes import Asked, Shown
from sayso.web.work import Tx

Scope = Literal["workspace", "app", "member", "key"]
Period = Literal["total", "day", "week", "month"]


class Budget(Shown):
    """Dollars for one period (in UTC; weeks begin on Monday)."""

    id: str
    scope: Scope
    subject: str
    """The id of the app, member or key; empty for the workspace."""
    period: Period
    amount: str
    spent: str
    leased: str
    """Set aside for calls under way."""
    period_start: datetime
    created_at: datetime

    @classmethod
    def of(cls, one: budget_book.Budget) -> Self:
        money = {name: dollars(getattr(one, name)) for name in ("amount", "spent", "leased")}
        rest = {name: getattr(one, name) for name in ("id", "scope", "subject", "period", "period_start", "created_at")}
        return cls.model_validate(rest | money)


class Budgets(Shown):
    items: list[Budget]
    next: str | None = None


class NewBudget(Asked):
    scope: Scope
    subject: Subject = ""
    period: Period
    amount: Dollars


class BudgetChange(Asked):
    amount: Dollars


async def listed(tx: Tx, by: By) -> Budgets:
    """All budgets, and what is spent of each."""
    return Budgets(items=[Budget.of(one) for one in await budget_book.listed(tx, by=by)])


async def create(new: NewBudget, tx: Tx, by: By) -> Budget:
    """A new budget; within a second it limits every call."""
    made = await budget_book.create(
        tx, by=by, scope=new.scope, subject=new.subject, period=new.period, amount=Decimal(new.amount)
    )
    return Budget.of(made)


async def show(id: BudgetId, tx: Tx, by: By) -> Budget:
    """One budget."""
    return Budget.of(await budget_book.read(tx, id, by=by))


async def update(id: BudgetId, change: BudgetChange, tx: Tx, by: By) -> Budget:
    """Raise or lower a budget."""
    return Budget.of(await budget_book.change(tx, id, Decimal(change.amount), by=by))


async def remove(id: BudgetId, tx: Tx, by: By) -> Response:
    """Remove a budget: nothing limits any more what it limited."""
    await budget_book.remove(tx, id, by=by)
    return Response(status_code=204)
