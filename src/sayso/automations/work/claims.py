"""Which runs are whose. A worker is one row, and says every second that it lives; what a silent one had is anybody's.

Claims of all workers are made one after another (an advisory lock), many runs at a time, so that limits on how many runs of an automation
and of an app go on together are kept exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.runs.run import CHANNEL

BEAT_SECONDS = 1.0
LEFT_SECONDS = 8.0
"""A worker of which nothing was heard for so long has lost its runs."""
CRASHES_MAX = 3
"""Of workers on a run that they did by itself. The one before, beside others, is not held against it."""
AUTOMATION_RUNS_AT_ONCE = 50
"""Runs of one automation that go on together, where it does not say itself."""
APP_RUNS_AT_ONCE = 200
CLAIMING = 0x5A1501
POISON = "Workers stopped unexpectedly {crashes} times while they were doing this run, so it is left alone. Look at its last step, then try again."

_LIVES = text("select id from sayso.automation_workers where id = :id for share")
_REGISTER = text("insert into sayso.automation_workers (id, place) values (:id, :place)")
_BEAT = text("update sayso.automation_workers set seen_at = clock_timestamp() where id = :id returning id")
_MANY_DUE = text("select count(*) from (select from sayso.automation_runs where wake_at <= now() limit :looked) as due")
_DUE = """
    select r.id, r.app, r.automation, r.wake_at, r.crashes, coalesce(r.at_once, :automation_max) as most
    from sayso.automation_runs r
    where r.wake_at <= now() and (r.crashes = 0 or :alone)
"""
_OLDEST = f"{_DUE} order by r.wake_at limit :looked"
"""All that is due, where that is little."""
_OF_EACH = f"""
    select oldest.* from each cross join lateral (
        {_DUE} and r.app = each.app and r.automation = each.automation
        order by r.wake_at limit (select greatest(1, :looked / greatest(count(*), 1)) from each)
    ) oldest
"""  # noqa: S608  nothing but constants
"""The oldest of each automation, where much is due: 100,000 runs of one keep no other waiting."""
_TAKE = """
    with recursive each as (
        (select app, automation from sayso.automation_runs where wake_at is not null order by app, automation limit 1)
        union all
        select more.app, more.automation from each, lateral (
            select r.app, r.automation from sayso.automation_runs r
            where r.wake_at is not null and (r.app, r.automation) > (each.app, each.automation) order by r.app, r.automation limit 1
        ) more
    ), busy as (
        select app, automation, count(*) as many from sayso.automation_runs where worker is not null group by app, automation
    ), apps as (
        select app, sum(many) as many from busy group by app
    ), placed as (
        select due.*, row_number() over (partition by due.app, due.automation order by due.wake_at) + coalesce(b.many, 0) as place
        from ({due}) due
        join sayso.apps there on there.number = due.app and there.deleted_at is null
        left join busy b on b.app = due.app and b.automation = due.automation
    ), ranked as (
        select placed.*, row_number() over (partition by placed.app order by placed.place, placed.wake_at) + coalesce(a.many, 0) as in_app
        from placed left join apps a on a.app = placed.app
        where placed.place <= placed.most
    ), picked as (
        select id from ranked where in_app <= :app_max order by crashes > 0 desc, place, wake_at limit :many
    ), mine as (
        select r.id from sayso.automation_runs r join picked on picked.id = r.id where r.wake_at <= now() for update of r skip locked
    )
    update sayso.automation_runs r set worker = :worker, state = 'running', wake_at = null, started_at = coalesce(r.started_at, now())
    from mine where r.id = mine.id
    returning r.*, clock_timestamp() as taken_at
"""
_TAKE_OLDEST, _TAKE_OF_EACH = text(_TAKE.format(due=_OLDEST)), text(_TAKE.format(due=_OF_EACH))
_NEXT = text(
    "select extract(epoch from min(wake_at) - now()) from sayso.automation_runs where wake_at is not null and wake_at > now()"
)
_DEAD = text("""
    select id from sayso.automation_workers where seen_at < clock_timestamp() - make_interval(secs => :left) for update skip locked
""")
_FREE = text("""
    update sayso.automation_runs set
        worker = null, alone = false,
        crashes = crashes + counted,
        state = case when crashes + counted >= :most then 'quarantined' else 'waiting' end,
        wake_at = case when crashes + counted >= :most then null else now() - make_interval(days => crashes + counted) end,
        ended_at = case when crashes + counted >= :most then now() end,
        problem = case when crashes + counted >= :most then :poison else problem end
    from (select id as run, case when crashes = 0 or alone then 1 else 0 end as counted
          from sayso.automation_runs where worker = any(:dead)) as theirs
    where id = theirs.run
    returning id, state, workspace_id, app, app_id, automation, name, owner, problem
""")
_FORGET = text("delete from sayso.automation_workers where id = any(:dead)")
_LET_GO = text("""
    update sayso.automation_runs set worker = null, state = 'waiting', wake_at = now(), alone = false where worker = :worker and id = any(:ids)
""")
_LET_GO_ALL = text("""
    with theirs as (
        update sayso.automation_runs set worker = null, state = 'waiting', wake_at = now(), alone = false where worker = :worker returning id
    ), gone as (
        delete from sayso.automation_workers where id = :worker
    )
    select pg_notify(:channel, '') where exists (select from theirs)
""")
_ALONE = text("update sayso.automation_runs set alone = true where id = :id and worker = :worker returning id")


async def register(tx: AsyncConnection, worker: str, place: str) -> None:
    await tx.execute(_REGISTER, {"id": worker, "place": place[:200]})


async def beat(tx: AsyncConnection, worker: str) -> bool:
    """False when it was taken for dead: all it has is others' now."""
    return (await tx.execute(_BEAT, {"id": worker})).first() is not None


async def take(tx: AsyncConnection, worker: str, many: int, *, alone: bool) -> Sequence[Any]:
    """At most `many` runs that are due, now this worker's. `alone`: also those on which a worker died before.

    Nothing is taken by a worker that was taken for dead and has not heard it yet: nobody would ever free what it holds.
    """
    await tx.execute(text("select pg_advisory_xact_lock(:key)"), {"key": CLAIMING})
    if (await tx.execute(_LIVES, {"id": worker})).first() is None:
        return []
    values = {
        "worker": worker, "many": many, "looked": many * 4, "automation_max": AUTOMATION_RUNS_AT_ONCE, "app_max": APP_RUNS_AT_ONCE,
        "alone": alone,
    }  # fmt: skip
    much = (await tx.execute(_MANY_DUE, values)).scalar_one() >= values["looked"]
    return (await tx.execute(_TAKE_OF_EACH if much else _TAKE_OLDEST, values)).all()


async def next_due(tx: AsyncConnection) -> float | None:
    """In how many seconds, by the clock of PostgreSQL: that of this machine may be another."""
    seconds = (await tx.execute(_NEXT)).scalar_one()
    return None if seconds is None else float(seconds)


async def recover(tx: AsyncConnection) -> Sequence[Any]:
    """Frees what dead workers had; gives the runs, some of them in quarantine now.

    Whoever had a crash is done by itself from then on, and before all others: so a run is blamed only for what happens in its own few
    moments, and not for a machine that is switched off now and then.
    """
    dead = list((await tx.execute(_DEAD, {"left": LEFT_SECONDS})).scalars())
    if not dead:
        return []
    freed = (await tx.execute(_FREE, {"dead": dead, "most": CRASHES_MAX + 1, "poison": POISON.format(crashes=CRASHES_MAX)})).all()
    await tx.execute(_FORGET, {"dead": dead})
    await tx.execute(text("select pg_notify(:channel, '')"), {"channel": CHANNEL})
    return freed


async def let_go(tx: AsyncConnection, worker: str, ids: Sequence[str]) -> None:
    """What this worker cannot go on with, for whoever comes: nobody crashed."""
    await tx.execute(_LET_GO, {"worker": worker, "ids": list(ids)})


async def let_go_all(tx: AsyncConnection, worker: str) -> None:
    """When a worker ends in order."""
    await tx.execute(_LET_GO_ALL, {"worker": worker, "channel": CHANNEL})


async def tried_alone(tx: AsyncConnection, worker: str, id: str) -> bool:
    return (await tx.execute(_ALONE, {"worker": worker, "id": id})).first() is not None
