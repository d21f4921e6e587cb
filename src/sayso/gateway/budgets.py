"""Budgets that are set aside before they are spent.

A process takes slices of a budget from PostgreSQL (leases) and reserves each call's worst case from its slice in memory; what a
call did not need goes back to the slice, and an idle slice goes back to the budget. Since slices and what is spent never add
up to more than the budget, any number of calls in any number of processes overspend by nothing.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso.db import gateway_tables as t
from sayso.db import transaction
from sayso.gateway.refusals import Refused

ZERO = Decimal(0)
SLICE_CALLS = 16
"""How many calls like this one a slice is for; twice as many each time that the next slice is wanted within `BUSY_SECONDS`."""
BUSY_SECONDS = 2
SLICE_PART = 4
"""… and at most this part of what the budget still has, so that other processes find something too."""
IDLE_SECONDS = 3
GOOD_SECONDS = 30
"""Slices are spent no longer than this after PostgreSQL last confirmed that we live; others take them back after `GONE_SECONDS`."""
GONE_SECONDS = 60
SCALE = Decimal(10) ** -18

PERIODS = ("total", "day", "week", "month")


@dataclass(slots=True)
class Slice:
    """What this process holds of one budget: dollars free to reserve."""

    budget: str
    workspace: str
    free: Decimal = ZERO
    touched_at: float = 0.0
    taken: Decimal = ZERO
    """The last slice that was taken, and when."""
    taken_at: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class Hold:
    """What one call has reserved."""

    slices: tuple[Slice, ...]
    amount: Decimal

    def settle(self, cost: Decimal) -> None:
        back = self.amount - cost
        for one in self.slices:
            one.free += back


class Spent(Refused):
    """The budget has no room for this call."""

    def __init__(self, left: Decimal, need: Decimal) -> None:
        super().__init__(
            f"You exceeded your current budget: this call may cost ${_money(need)}, and ${_money(max(left, ZERO))} is left. "
            "Ask for less (a lower max_completion_tokens), or have the owner raise the budget.",
            429,
            code="insufficient_quota",
            type="insufficient_quota",
            headers=[(b"x-should-retry", b"false")],
        )
        self.left = left


class Budgets:
    """The slices of this process."""

    def __init__(self, engine: AsyncEngine, process: str) -> None:
        self._engine, self.process = engine, process
        self._slices: dict[str, Slice] = {}
        self._good_until = 0.0

    # ── for each call ─────────────────────────────────────────

    def has_room(self, budgets: Sequence[str], amount: Decimal) -> Hold | None:
        """Reserves at once, when the slices at hand allow it."""
        now = time.monotonic()
        held: list[Slice] = []
        if now < self._good_until:
            for id in budgets:
                one = self._slices.get(id)
                if one is None or one.free < amount:
                    break
                held.append(one)
            else:
                for one in held:
                    one.free -= amount
                    one.touched_at = now
                return Hold(tuple(held), amount)
        return None

    async def reserve(self, budgets: Sequence[str], amount: Decimal, workspace: str) -> Hold:
        """Reserves, taking larger slices as needed. Raises `Spent` when a budget has no room, `Refused` when PostgreSQL is away."""
        if time.monotonic() >= self._good_until:
            await self.alive()
        held: list[Slice] = []
        try:
            for id in budgets:
                one = self._slices.setdefault(id, Slice(id, workspace))
                if one.free < amount:
                    async with one.lock:
                        if one.free < amount:
                            await self._take(one, amount)
                        one.free -= amount
                else:
                    one.free -= amount
                one.touched_at = time.monotonic()
                held.append(one)
        except BaseException:
            Hold(tuple(held), amount).settle(ZERO)
            raise
        return Hold(tuple(held), amount)

    async def left(self, budgets: Sequence[str]) -> Decimal | None:
        """What the tightest of these budgets still has for this process: its slice and what nobody holds."""
        lowest: Decimal | None = None
        async with transaction(self._engine) as tx:
            for id in budgets:
                row = await _locked(tx, id, lock=False)
                if row is not None:
                    held = self._slices.get(id)
                    free = row.free + (held.free if held else ZERO)
                    lowest = free if lowest is None else min(lowest, free)
        return lowest

    def at_hand(self, budgets: Sequence[str]) -> Decimal | None:
        """The smallest of the slices at hand; None when one is missing."""
        found = [self._slices.get(id) for id in budgets]
        return min((one.free for one in found if one is not None), default=None) if None not in found else None

    # ── with PostgreSQL ───────────────────────────────────────

    async def _take(self, one: Slice, amount: Decimal) -> None:
        need = amount - one.free
        async with transaction(self._engine) as tx:
            row = await _locked(tx, one.budget)
            if row is None:  # removed meanwhile: nothing limits any more
                one.free += need
                return
            if row.free < need:
                raise Spent(row.free + one.free, amount)
            now = time.monotonic()
            wanted = max(amount * SLICE_CALLS, one.taken * 2 if now - one.taken_at < BUSY_SECONDS else ZERO)
            grant = max(need, min(wanted, row.free / SLICE_PART)).quantize(SCALE)
            grant = min(grant, row.free)
            b = t.budgets.c
            fresh = {"spent": row.spent, "period_start": row.period_start} if row.begins else {}
            await tx.execute(t.budgets.update().where(b.id == one.budget).values(leased=b.leased + grant, **fresh))
            lease = insert(t.leases).values(workspace_id=row.workspace, process=self.process, budget=one.budget, amount=grant)
            more = {"amount": t.leases.c.amount + lease.excluded.amount}
            await tx.execute(lease.on_conflict_do_update(index_elements=["process", "budget"], set_=more))
        one.free += grant
        one.taken, one.taken_at = grant, now

    async def give_back(self, *, all_of_it: bool = False) -> None:
        """Idle slices go back to their budgets; at the end all do."""
        since = time.monotonic() - IDLE_SECONDS
        for one in list(self._slices.values()):
            if all_of_it or one.touched_at < since:
                async with one.lock:
                    amount = one.free
                    if amount > 0:
                        one.free = ZERO
                        try:
                            async with transaction(self._engine) as tx:
                                await _released(tx, self.process, one.budget, amount)
                        except BaseException:
                            one.free += amount
                            raise

    async def alive(self) -> None:
        """Tells that this process lives, and takes back what processes that do not have held. Raises when PostgreSQL is away."""
        asked_at = time.monotonic()
        p = t.processes.c
        async with transaction(self._engine) as tx:
            seen = await tx.execute(t.processes.update().where(p.id == self.process).values(seen_at=func.now()))
            if not seen.rowcount:
                self._slices.clear()  # whatever we held was taken back
                await tx.execute(t.processes.insert().values(id=self.process))
            gone = text(
                "select id from sayso.gateway_processes where seen_at < now() - make_interval(secs => :s) for update skip locked"
            )
            for id in (await tx.scalars(gone, {"s": GONE_SECONDS})).all():
                await ended(tx, id)
        self._good_until = asked_at + GOOD_SECONDS


@dataclass(frozen=True, slots=True)
class _Row:
    workspace: str
    spent: Decimal
    free: Decimal
    period_start: datetime
    begins: bool
    """A new period has begun since PostgreSQL last heard of this budget."""


async def _locked(tx: AsyncConnection, id: str, *, lock: bool = True) -> _Row | None:
    b = t.budgets.c
    query = select(b.workspace_id, b.period, b.amount, b.spent, b.leased, b.period_start, func.now().label("now")).where(
        b.id == id
    )
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        return None
    start = begun(row.period, row.now)
    begins = start is not None and row.period_start < start
    spent = ZERO if begins else row.spent
    return _Row(row.workspace_id, spent, row.amount - spent - row.leased, start if start and begins else row.period_start, begins)


def begun(period: str, now: datetime) -> datetime | None:
    """When the current day, week (from Monday) or month began, in UTC; None for budgets without an end."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match period:
        case "day":
            return day
        case "week":
            return day.fromordinal(day.toordinal() - day.weekday()).replace(tzinfo=UTC)
        case "month":
            return day.replace(day=1)
        case _:
            return None


async def _released(tx: AsyncConnection, process: str, budget: str, amount: Decimal) -> None:
    await _locked(tx, budget)
    lease = (t.leases.c.process == process) & (t.leases.c.budget == budget)
    found = await tx.execute(t.leases.update().where(lease).values(amount=t.leases.c.amount - amount))
    if found.rowcount:
        b = t.budgets.c
        await tx.execute(t.budgets.update().where(b.id == budget).values(leased=b.leased - amount))


async def ended(tx: AsyncConnection, process: str) -> None:
    """A process is no more: what it held and had not spent goes back."""
    held = await tx.execute(
        t.leases.delete().where(t.leases.c.process == process).returning(t.leases.c.budget, t.leases.c.amount)
    )
    for budget, amount in held.all():
        b = t.budgets.c
        await tx.execute(t.budgets.update().where(b.id == budget).values(leased=b.leased - amount))
    await tx.execute(t.processes.delete().where(t.processes.c.id == process))


def _money(amount: Decimal) -> str:
    return f"{amount:.6f}".rstrip("0").rstrip(".")
