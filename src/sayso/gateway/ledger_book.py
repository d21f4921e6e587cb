"""The ledger as it is read: entries with filters, sums for charts, and what is older than the owner wants to keep."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import ai_tables
from sayso.db import gateway_tables as t
from sayso.db.gateway_tables import TOKENS
from sayso.errors import Invalid, NotFound, Problem
from sayso.team.actor import Actor

PAGE_ENTRIES_MAX = 500
EXPORT_BATCH_ROWS = 2000
DAYS_MAX = 800
GROUPS_MAX = 5000
DIMENSIONS = ("day", "key", "app", "member", "provider", "model", "endpoint")
NAMES = ("key", "app", "member", "provider", "model", "asked", "endpoint")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries. `status` is `ok`, `failed`, or a number; `since` and `until` are moments, the later one not included."""

    key: str | None = None
    app: str | None = None
    member: str | None = None
    provider: str | None = None
    model: str | None = None
    asked: str | None = None
    endpoint: str | None = None
    status: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    unpriced: bool = False


async def page(
    tx: AsyncConnection, wanted: Filter, *, by: Actor, before: UUID | None = None, limit: int = 50
) -> tuple[list[Any], UUID | None]:
    """Newest first, and the place to go on from. Owners see all, others what they did themselves."""
    query = _query(wanted, by)
    if before is not None:
        query = query.where(t.ledger.c.id < before)  # ids sort by time
    limit = max(1, min(limit, PAGE_ENTRIES_MAX))
    rows = list((await tx.execute(query.order_by(t.ledger.c.id.desc()).limit(limit + 1))).all())
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


async def read(tx: AsyncConnection, id: UUID, *, by: Actor) -> tuple[Any, Any]:
    """One entry, and what was said in it when that was kept."""
    row = (await tx.execute(_query(Filter(), by).where(t.ledger.c.id == id))).one_or_none()
    if row is None:
        raise NotFound(f"There is no call {id.hex}.")
    bodies = select(t.bodies.c.request, t.bodies.c.answer).where(t.bodies.c.workspace_id == by.workspace, t.bodies.c.id == id)
    return row, (await tx.execute(bodies)).one_or_none()


async def all_of(tx: AsyncConnection, wanted: Filter, *, by: Actor) -> AsyncGenerator[Any]:
    """Every entry, oldest first, in batches: for files."""
    after: UUID | None = None
    while True:
        query = _query(wanted, by).order_by(t.ledger.c.id).limit(EXPORT_BATCH_ROWS)
        rows = (await tx.execute(query.where(t.ledger.c.id > after) if after is not None else query)).all()
        for row in rows:
            yield row
        if len(rows) < EXPORT_BATCH_ROWS:
            return
        after = rows[-1].id


async def sums(
    tx: AsyncConnection, group_by: Sequence[str], since: date, until: date, *, by: Actor, wanted: Filter | None = None
) -> list[Any]:
    """Calls, tokens and dollars between two days (both included), by some of `DIMENSIONS`. From the daily sums, so quick at any size."""
    if not set(group_by) <= set(DIMENSIONS):
        raise Invalid(Problem("by", f"is some of {', '.join(DIMENSIONS)}, with commas", "day,model"))
    if not 0 <= (until - since).days <= DAYS_MAX:
        raise Invalid(Problem("since", f"is at most {DAYS_MAX} days before until"))
    u = t.usage.c
    counts = [func.sum(u[name]).label(name) for name in ("calls", "failed", "unpriced", *TOKENS, "cost", "latency_ms")]
    query = select(*(u[name] for name in group_by), *counts).where(u.workspace_id == by.workspace, u.day >= since, u.day <= until)
    if not by.may("manage"):
        query = query.where(u.member == (by.member or ""))
    for name in ("key", "app", "member", "provider", "model", "endpoint"):
        value = getattr(wanted, name) if wanted else None
        if value is not None:
            query = query.where(u[name] == value)
    groups = [u[name] for name in group_by]
    if groups:
        query = query.group_by(*groups).order_by(*groups)
    return list((await tx.execute(query.limit(GROUPS_MAX))).all())


async def swept(tx: AsyncConnection, workspace: str, *, ledger_days: int, bodies_days: int, work_days: int) -> None:
    """Removes what is older than the owner keeps. The daily sums stay."""
    now = datetime.now(UTC)
    for table, days in ((t.ledger, ledger_days), (t.bodies, bodies_days), (ai_tables.runs, work_days)):
        await tx.execute(table.delete().where(table.c.workspace_id == workspace, table.c.at < now - timedelta(days=days)))


def shown(row: Any) -> dict[str, Any]:
    """An entry as JSON shows it: the id as `x-request-id` told it, dollars as text."""
    value = {name: getattr(row, name) for name in (c.name for c in _COLUMNS)}
    value["id"] = f"req_{row.id.hex}"
    value["cost"] = None if row.cost is None else dollars(row.cost)
    return value


def id_of(text: str) -> UUID:
    """The id of an entry, from `req_…`. Raises `NotFound`."""
    try:
        return UUID(text.removeprefix("req_"))
    except ValueError:
        raise NotFound("There is no such call.") from None


def dollars(amount: Decimal) -> str:
    """Exact, without an exponent and without noughts at the end, but with cents."""
    text = f"{amount:f}"
    whole, _, part = text.partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')}"


def _query(wanted: Filter, by: Actor) -> Select[Any]:
    c = t.ledger.c
    conditions: list[ColumnElement[bool]] = [c.workspace_id == by.workspace]
    if not by.may("manage"):
        conditions.append(c.member == by.member)
    conditions += [c[name] == value for name in NAMES if (value := getattr(wanted, name)) is not None]
    match wanted.status:
        case None:
            pass
        case "ok":
            conditions.append(c.status < 400)
        case "failed":
            conditions.append(or_(c.status >= 400, c.error.is_not(None)))
        case number if number.isdecimal() and len(number) == 3:
            conditions.append(c.status == int(number))
        case _:
            raise Invalid(Problem("status", "is ok, failed, or a status", "429"))
    if wanted.since is not None:
        conditions.append(c.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(c.at < wanted.until)
    if wanted.unpriced:
        conditions.append(c.cost.is_(None))
    return select(*_COLUMNS).where(and_(*conditions))


_COLUMNS = tuple(column for column in t.ledger.c if column.name not in ("workspace_id", "budgets"))
COLUMNS = tuple(column.name for column in _COLUMNS)
