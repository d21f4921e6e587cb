"""Runs that are over are kept for a while and then thrown away, with their steps; then definitions that nothing names any more."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso import db

RUN_DAYS_KEPT = 30
DRY_RUN_DAYS_KEPT = 3
RUNS_OF_ONE_KEPT_MAX = 50_000
"""Of one automation, but for those of the last hours."""
KEPT_HOURS = 3
"""However many they are: a delivery whose answer was lost comes again, finds its run, and begins none."""
APPROVAL_DAYS_KEPT = 365
SWEPT_AT_ONCE = 5_000
SWEEP_SECONDS = 3_600

log = logging.getLogger(__name__)

_OLD = text("""
    delete from sayso.automation_runs where id in (
        select r.id from sayso.automation_runs r
        where r.ended_at < now() - make_interval(days => case when r.dry then :dry_days else :days end) limit :many)
""")
_MANY = text("""
    delete from sayso.automation_runs where id in (
        select id from (
            select id, ended_at, row_number() over (partition by app, automation order by position desc) as place
            from sayso.automation_runs where ended_at is not null
        ) ranked where place > :most and ended_at < now() - make_interval(hours => :hours) limit :many)
""")
_UNUSED = text("""
    delete from sayso.automation_definitions d
    where created_at < now() - interval '1 day'
      and not exists (select from sayso.automation_runs r where r.definition = d.digest)
      and not exists (select from sayso.automations a where a.definition = d.digest)
""")
_DECIDED = text("""
    delete from sayso.approvals where decided_at < now() - make_interval(days => :days)
       or state = 'open' and expires_at < now() - make_interval(days => :days)
""")


async def hourly(engine: AsyncEngine, days: int = RUN_DAYS_KEPT) -> None:
    """For ever."""
    while True:
        try:
            await sweep(engine, days)
        except Exception as error:
            log.warning("old runs wait to be thrown away: %s", error)
        await asyncio.sleep(SWEEP_SECONDS)


async def sweep(engine: AsyncEngine, days: int = RUN_DAYS_KEPT) -> int:
    """How many runs were thrown away. A thousand or so at a time, so that nobody waits."""
    total = 0
    for statement, values in (
        (_OLD, {"days": days, "dry_days": DRY_RUN_DAYS_KEPT}),
        (_MANY, {"most": RUNS_OF_ONE_KEPT_MAX, "hours": KEPT_HOURS}),
    ):
        while True:
            async with db.transaction(engine) as tx:
                gone = (await tx.execute(statement, {**values, "many": SWEPT_AT_ONCE})).rowcount
            total += gone
            if gone < SWEPT_AT_ONCE:
                break
    async with db.transaction(engine) as tx:
        await tx.execute(_UNUSED)
        await tx.execute(_DECIDED, {"days": APPROVAL_DAYS_KEPT})
    return total
