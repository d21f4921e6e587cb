"""How long entries are kept: for ever, unless owners say otherwise. What is thrown away leaves the hash that the rest hangs on."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.db.audit_tables import chains as c
from sayso.errors import Invalid, Problem
from sayso.team.actor import Actor, system
from sayso.team.audit.writing import write

KEEP_DAYS_MIN = 30
KEEP_DAYS_MAX = 36_500
_LET = text("select set_config('sayso.audit_keeper', pg_current_xact_id()::text, true)")
"""What the table's guard asks for; it counts in this transaction only."""


async def days(tx: AsyncConnection, *, by: Actor) -> int | None:
    """How long entries are kept here; None for ever."""
    by.must("manage")
    return (await tx.execute(select(c.c.keep_days).where(c.c.workspace_id == by.workspace))).scalar_one_or_none()


async def keep(tx: AsyncConnection, keep_days: int | None, *, by: Actor) -> None:
    """None: for ever."""
    by.must("manage")
    if keep_days is not None and not KEEP_DAYS_MIN <= keep_days <= KEEP_DAYS_MAX:
        raise Invalid(
            Problem("keep_days", f"is a number of days from {KEEP_DAYS_MIN} to {KEEP_DAYS_MAX}, or null for ever", "365")
        )
    was = await days(tx, by=by)
    if was == keep_days:
        return
    begins = func.sha256(func.convert_to(by.workspace, "UTF8"))
    new = insert(c).values(workspace_id=by.workspace, hash=begins, gone_hash=begins, keep_days=keep_days)
    await tx.execute(new.on_conflict_do_update(index_elements=["workspace_id"], set_={"keep_days": keep_days}))
    lasts = "for ever" if keep_days is None else f"for {keep_days} days"
    await write(
        tx, "audit.kept", f"had the audit log kept {lasts}", by=by, before={"keep_days": was}, after={"keep_days": keep_days}
    )


async def sweep(tx: AsyncConnection, now: datetime | None = None) -> int:
    """Throws away what every workspace keeps no longer; gives how many entries that were."""
    now, gone = now or datetime.now(UTC), 0
    for row in (await tx.execute(select(c).where(c.c.keep_days.is_not(None)))).all():
        gone += await _shortened(tx, row.workspace_id, now - timedelta(days=row.keep_days))
    return gone


async def forget(tx: AsyncConnection, workspace: str) -> None:
    """All of a workspace that is deleted for good."""
    await tx.execute(_LET)
    await tx.execute(delete(t.audit).where(t.audit.c.workspace_id == workspace))
    await tx.execute(delete(c).where(c.c.workspace_id == workspace))


async def _shortened(tx: AsyncConnection, workspace: str, until: datetime) -> int:
    """From the beginning of the chain up to the first entry that is young enough; the log then says so itself."""
    a = t.audit.c
    here = a.workspace_id == workspace
    row = (await tx.execute(select(c).where(c.c.workspace_id == workspace).with_for_update())).one()
    first_kept = select(func.coalesce(func.min(a.n), row.n + 1)).where(here, a.at >= until)
    last = (await tx.execute(first_kept)).scalar_one() - 1
    end = (await tx.execute(select(a.hash).where(here, a.n == last))).scalar_one_or_none()
    if last <= row.gone_n or end is None:
        return 0
    await tx.execute(_LET)
    gone = (await tx.execute(delete(t.audit).where(here, a.n <= last))).rowcount
    await tx.execute(update(c).where(c.c.workspace_id == workspace).values(gone_n=last, gone_hash=end))
    what = {"first": row.gone_n + 1, "last": last, "hash_of_last": end.hex()}
    await write(tx, "audit.shortened", f"let go of {gone} entries that were kept long enough", by=system(workspace), detail=what)
    return gone
