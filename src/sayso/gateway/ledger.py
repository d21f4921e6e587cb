"""Every call, as PostgreSQL keeps it: written in batches from the journal, each exactly once, together with what it spent."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import transaction
from sayso.db.gateway_tables import TOKENS
from sayso.gateway import budgets
from sayso.gateway.journal import Journal, left_behind

BATCH_BYTES_MAX = 2**19
FLUSH_SECONDS = 0.25
AWAY_SECONDS = 1.0
"""Between tries while PostgreSQL does not answer."""
INTERRUPTED = 499

log = logging.getLogger(__name__)

_SHAPE = {
    "id": "uuid", "workspace_id": "text", "at": "double precision", "key": "text", "app": "text", "member": "text", "endpoint": "text",
    "asked": "text", "provider": "text", "model": "text", "status": "smallint", "streamed": "boolean",
    **dict.fromkeys(TOKENS, "bigint"),
    "cost": "numeric", "flags": "text[]", "latency_ms": "integer", "first_ms": "integer", "attempts": "smallint", "error": "text",
    "budgets": "text[]",
}  # fmt: skip
_COLUMNS = ", ".join(_SHAPE)
_ALWAYS = dict.fromkeys((*TOKENS, "status", "latency_ms"), "0") | {
    "at": None, "streamed": "false", "flags": "'{}'::text[]", "budgets": "'{}'::text[]", "attempts": "1", "provider": "''", "model": "''",
}  # fmt: skip
_VALUES = ", ".join(
    "to_timestamp(at)" if name == "at" else f"coalesce({name}, {_ALWAYS[name]})" if name in _ALWAYS else name for name in _SHAPE
)
_DIMENSIONS = ("key", "app", "member", "provider", "model", "endpoint")
_SUMS = (*TOKENS, "cost", "latency_ms")
WRITE = text(
    f"""
    with incoming as (
      select distinct on (id) * from json_to_recordset(cast(:rows as json)) as x({", ".join(f"{n} {k}" for n, k in _SHAPE.items())})
    ), fresh as (
      insert into sayso.gateway_ledger ({_COLUMNS}) select {_VALUES} from incoming on conflict (id) do nothing returning *
    ), spent as (
      select budget, sum(cost) as cost from fresh, unnest(budgets) as budget where cost <> 0 group by budget
    ), of_leases as (
      update sayso.gateway_leases l set amount = l.amount - s.cost from spent s
      where l.process = :process and l.budget = s.budget returning l.budget, s.cost
    ), of_budgets as (
      update sayso.gateway_budgets b
      set spent = b.spent + s.cost, leased = b.leased - coalesce((select cost from of_leases l where l.budget = b.id), 0)
      from spent s where b.id = s.budget
    ), used as (
      update sayso.gateway_keys k set used_at = f.at from (select key, max(at) as at from fresh where key is not null group by key) f
      where k.id = f.key and (k.used_at is null or k.used_at < f.at - interval '1 minute')
    )
    insert into sayso.gateway_usage as u
      (workspace_id, day, {", ".join(_DIMENSIONS)}, calls, failed, unpriced, {", ".join(_SUMS)})
    select workspace_id, (at at time zone 'utc')::date, {", ".join(f"coalesce({d}, '')" for d in _DIMENSIONS)},
      count(*), count(*) filter (where status >= 400), count(*) filter (where cost is null),
      {", ".join(f"coalesce(sum({s}), 0)" for s in _SUMS)}
    from fresh group by 1, 2, 3, 4, 5, 6, 7, 8
    on conflict (workspace_id, day, {", ".join(_DIMENSIONS)}) do update set
      {", ".join(f"{n} = u.{n} + excluded.{n}" for n in ("calls", "failed", "unpriced", *_SUMS))}
    """  # noqa: S608 (only our own column names)
)

LOCK = text(
    "select from sayso.gateway_budgets where id in (select budget from sayso.gateway_leases where process = :process) order by id for update"
)
"""Budgets before leases, in one order, here as in `budgets.py`: so nobody waits in a circle."""


class Ledger:
    """Carries the journal's lines into PostgreSQL for as long as `run` runs."""

    def __init__(self, engine: AsyncEngine, journal: Journal, process: str) -> None:
        self._engine, self._journal, self._process = engine, journal, process
        self._writing = asyncio.Lock()
        self.away = False
        """PostgreSQL did not take the last batch."""

    async def run(self) -> None:
        while True:
            await asyncio.sleep(AWAY_SECONDS if self.away else FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> bool:
        """Writes all that waits; false when PostgreSQL is away. Never raises: what was not written stays in the journal."""
        async with self._writing:
            while lines := self._journal.unread(BATCH_BYTES_MAX):
                try:
                    await write(self._engine, lines[:-1].split(b"\n"), self._process)
                except Exception as error:
                    if not self.away:
                        log.warning("the ledger waits for PostgreSQL: %s", error)
                    self.away = True
                    return False
                self.away = False
                self._journal.has(len(lines))
        return True


async def write(engine: AsyncEngine, lines: Sequence[bytes], process: str) -> None:
    """One batch, once. A line that PostgreSQL will never take is left out, and told in the log, rather than stopping all others."""
    try:
        async with transaction(engine) as tx:
            await tx.execute(LOCK, {"process": process})
            await tx.execute(WRITE, {"rows": (b"[" + b",".join(lines) + b"]").decode(), "process": process})
    except (DBAPIError, UnicodeDecodeError) as error:
        state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
        if not (isinstance(error, UnicodeDecodeError) or state.startswith(("22", "23"))):
            raise
        if len(lines) == 1:
            log.error("a line of the ledger cannot be kept: %s: %r", error, lines[0])
            return
        half = len(lines) // 2
        await write(engine, lines[:half], process)
        await write(engine, lines[half:], process)


async def recover(engine: AsyncEngine, folder: Path) -> int:
    """Brings in what processes of this home that were killed have left, and gives back what they held. How many calls that were."""
    found = 0
    for process, ended, under_way in left_behind(folder):
        lines = [line for line in ended.split(b"\n") if line] + under_way
        for at in range(0, len(lines), 1000):
            await write(engine, lines[at : at + 1000], process)
        async with transaction(engine) as tx:
            await budgets.ended(tx, process)
        found += len(lines)
    return found
