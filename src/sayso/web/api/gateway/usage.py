"""Usage: what models were called and what that cost, summed for charts."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import Query

from sayso.gateway import ledger_book
from sayso.gateway.ledger_book import DIMENSIONS, Filter, dollars
from sayso.web.actor import By
from sayso.web.shapes import Asked, Json, Shown
from sayso.web.work import Tx

DAYS = 30
Text = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]


class AskedUsage(Asked):
    by: Annotated[str, Query(max_length=100)] = "day"
    """Some of day, model, app, member, key, provider, endpoint, with commas."""
    since: date | None = None
    """30 days before `until`, unless said."""
    until: date | None = None
    """Today, unless said; included."""
    key: Text | None = None
    app: Text | None = None
    member: Text | None = None
    provider: Text | None = None
    model: Text | None = None
    endpoint: Text | None = None


class UsageGroup(Shown):
    of: Json
    """What these are the sums of, such as `{"day": "2026-11-22", "model": "gpt-6-luna"}`."""
    calls: int
    failed: int
    unpriced: int
    """Calls whose cost is not known."""
    tokens: dict[str, int]
    """By kind: input, cached, cache_write, output, reasoning, and those of pictures and sound."""
    cost: str
    mean_ms: int


class Usage(Shown):
    items: list[UsageGroup]
    total: UsageGroup
    since: date
    until: date


async def show(asked: Annotated[AskedUsage, Query()], tx: Tx, by: By) -> Usage:
    """Calls, tokens and dollars by day, model, app, person, key, provider or endpoint. Owners see all, others their own."""
    until = asked.until or datetime.now(UTC).date()
    since = asked.since or max(until, date(1, 3, 1)) - timedelta(days=DAYS)
    wanted = Filter(
        key=asked.key, app=asked.app, member=asked.member, provider=asked.provider, model=asked.model, endpoint=asked.endpoint
    )
    group_by = [name.strip() for name in asked.by.split(",") if name.strip()]
    rows = await ledger_book.sums(tx, group_by, since, until, by=by, wanted=wanted)
    (total,) = await ledger_book.sums(tx, [], since, until, by=by, wanted=wanted)
    return Usage(items=[_group(row, group_by) for row in rows], total=_group(total, []), since=since, until=until)


def _group(row: Any, group_by: list[str]) -> UsageGroup:
    calls = int(row.calls or 0)
    return UsageGroup(
        of={name: getattr(row, name) for name in DIMENSIONS if name in group_by},
        calls=calls,
        failed=int(row.failed or 0),
        unpriced=int(row.unpriced or 0),
        tokens={name.removesuffix("_tokens"): int(getattr(row, name) or 0) for name in ledger_book.TOKENS},
        cost=dollars(row.cost) if row.cost is not None else "0.00",
        mean_ms=int(row.latency_ms or 0) // calls if calls else 0,
    )
