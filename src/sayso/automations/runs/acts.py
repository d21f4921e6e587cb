"""What people do with runs: cancelled, paused, resumed, tried again, done again. A worker that has the run hears of it at its next checkpoint."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Text, delete, func, literal, select, text, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import approvals
from sayso.automations.registered import Registered
from sayso.automations.runs.begin import begin, storable
from sayso.automations.runs.reading import found, must
from sayso.automations.runs.run import CHANNEL, OVER
from sayso.automations.runs.waking import wake
from sayso.data import events
from sayso.db.automation_tables import runs as t
from sayso.db.automation_tables import steps as s
from sayso.db.notification_tables import approvals as a
from sayso.errors import Conflict, Forbidden, NotFound, TooLarge
from sayso.team import audit
from sayso.team.actor import Actor

BODY_BYTES_MAX = 1_000_000
"""Of what is sent to the address of a step that waits for it."""


async def cancel(tx: AsyncConnection, run: str, *, by: Actor) -> Any:
    """What it has done stays; what a worker is in the middle of may still come to its end outside."""
    row = await found(tx, run, by=by, lock=True)
    await must(tx, row, "write", by=by)
    if row.state in OVER:
        raise Conflict(f"This run is {row.state} already.")
    problem = f"{by.name} cancelled it."
    over = {"state": "cancelled", "worker": None, "wake_at": None, "ended_at": func.now(), "problem": problem, "waits_for": None}
    await tx.execute(update(t).where(t.c.id == run).values(over))
    await tx.execute(update(a).where(a.c.run == run, a.c.state == "open").values(state="withdrawn", decided_at=func.now()))
    await approvals.withdraw(tx, [run])
    await audit.write(tx, "run.cancelled", f"cancelled a run of {row.name}", by=by, subject=run)
    await _told(tx, row, "cancelled", by)
    return await found(tx, run, by=by)


async def pause(tx: AsyncConnection, run: str, *, by: Actor) -> Any:
    """At once, or when the step that is being done is over."""
    row = await found(tx, run, by=by, lock=True)
    await must(tx, row, "write", by=by)
    if row.state in OVER or row.state == "paused":
        raise Conflict(f"This run is {row.state} already.")
    held = {"pause": True} if row.worker is not None else {"state": "paused", "wake_at": None}
    await tx.execute(update(t).where(t.c.id == run).values(held))
    await audit.write(tx, "run.paused", f"paused a run of {row.name}", by=by, subject=run)
    await _told(tx, row, "paused", by)
    return await found(tx, run, by=by)


async def resume(tx: AsyncConnection, run: str, *, by: Actor) -> Any:
    row = await found(tx, run, by=by, lock=True)
    await must(tx, row, "write", by=by)
    if row.state != "paused" and not row.pause:
        raise Conflict(f"This run is not paused; it is {row.state}.")
    if row.worker is None:
        await _due(tx, run, state="waiting")
    await tx.execute(update(t).where(t.c.id == run).values(pause=False))
    await audit.write(tx, "run.resumed", f"had a run of {row.name} go on", by=by, subject=run)
    await _told(tx, row, "waiting", by)
    return await found(tx, run, by=by)


async def retry(tx: AsyncConnection, run: str, *, by: Actor, step: str | None = None, skip: bool = False) -> Any:
    """Goes on with the step that failed, or from this place again: what came before it keeps what it did. `skip` leaves that step out.

    A step that was done before and is done again has a new key: a person wants it a second time.
    """
    row = await found(tx, run, by=by, lock=True)
    await must(tx, row, "build", by=by)
    if row.dry:
        raise Conflict("This was a dry run. Try it again as a new one.")
    if row.worker is not None or row.state in ("waiting", "running", "sleeping"):
        raise Conflict("This run is under way. Cancel or pause it first.")
    kept = {one.place: one for one in await tx.execute(select(s).where(s.c.run == run))}
    place = step or row.failed_step
    if place is not None and place not in kept and step is not None:
        raise NotFound(f"This run has no step {place[:80]!r}.")
    if skip and place in kept and kept[place].kind == "approval":
        raise Forbidden(
            "A question to people is answered, not left out: what follows acts with the rights of the automation's owner."
        )
    again = dict(row.again or {})
    if place is not None and place in kept:
        await _taken_back(tx, run, kept, place, again, skip=skip)
    elif skip:
        raise Conflict("There is no failed step that could be left out.")
    await _forget_failed(tx, run)
    await _due(tx, run, state="waiting", again=again)
    await audit.write(tx, "run.retried", f"had a run of {row.name} go on{' without a step' if skip else ''}", by=by, subject=run)
    await _told(tx, row, "waiting", by)
    return await found(tx, run, by=by)


async def _taken_back(
    tx: AsyncConnection, run: str, kept: dict[str, Any], place: str, again: dict[str, int], *, skip: bool
) -> None:
    one = kept[place]
    later = [] if one.state == "failed" else [k for k in kept.values() if k.n > one.n]
    for other in [one, *later]:
        if other.state == "done":
            again[other.place] = again.get(other.place, 0) + 1
    await tx.execute(delete(s).where(s.c.run == run, s.c.place.in_([other.place for other in later])))
    around = [k.place for k in kept.values() if k.kind == "for_each" and k.n < one.n and k.state == "done"]
    await tx.execute(update(s).where(s.c.run == run, s.c.place.in_(around)).values(state="begun", ended_at=None))
    if skip:
        values = {
            "state": "skipped",
            "output": {},
            "problem": "",
            "told": "Left out.",
            "ended_at": func.now(),
            "wake_at": None,
            "wait": None,
        }
        await tx.execute(update(s).where(s.c.run == run, s.c.place == place).values(values))
    else:
        await tx.execute(delete(s).where(s.c.run == run, s.c.place == place))


async def _forget_failed(tx: AsyncConnection, run: str) -> None:
    """What failed beside it is done anew too. Loops and branches that have begun go on where they are."""
    failed = (s.c.run == run) & (s.c.state == "failed")
    await tx.execute(update(s).where(failed, s.c.kind == "for_each", s.c.input.is_not(None)).values(state="begun", problem=""))
    await tx.execute(
        update(s).where(failed, s.c.kind.in_(("branch", "switch")), s.c.output.is_not(None)).values(state="done", problem="")
    )
    await tx.execute(delete(s).where(failed))


async def _due(tx: AsyncConnection, run: str, **values: Any) -> None:
    anew = {
        "wake_at": func.now(),
        "ended_at": None,
        "problem": "",
        "detail": "",
        "failed_step": None,
        "crashes": 0,
        "waits_for": None,
        "pause": False,
    }
    await tx.execute(update(t).where(t.c.id == run).values({**anew, **values}))
    await tx.execute(text("select pg_notify(:channel, '')"), {"channel": CHANNEL})


async def replay(tx: AsyncConnection, run: str, registered: Registered, *, by: Actor) -> str:
    """A new run with the same input, on the definition of now. The id."""
    row = await found(tx, run, by=by)
    await must(tx, row, "build", by=by)
    if row.automation != registered.automation.id or row.app != registered.app_number:
        raise NotFound("That run is of another automation.")
    begun = await begin(tx, registered, row.trigger, key=None, by=by, of=run)
    assert begun is not None
    await audit.write(tx, "run.replayed", f"had a run of {row.name} done again", by=by, subject=begun)
    return begun


async def came(tx: AsyncConnection, token: str, body: Any) -> str | None:
    """Something was sent to the address of a step that waits for it: the first call counts. The run's id; None when nobody waits there."""
    if len(orjson.dumps(body, default=str)) > BODY_BYTES_MAX:
        raise TooLarge(f"What is sent has at most {BODY_BYTES_MAX:,} bytes.")
    query = select(s.c.run, s.c.place, s.c.state, s.c.wait).where(s.c.wait["token"].astext == token, s.c.wait.has_key("token"))
    one = (await tx.execute(query.with_for_update())).one_or_none()
    if one is None:
        return None
    if one.state == "waiting" and "came" not in one.wait:
        with_it = s.c.wait.op("||")(sql_cast(literal(storable(orjson.dumps({"came": body}).decode()), Text), JSONB))
        await tx.execute(update(s).where(s.c.run == one.run, s.c.place == one.place).values(wait=with_it))
        await wake(tx, one.run)
    return one.run


async def _told(tx: AsyncConnection, row: Any, state: str, by: Actor) -> None:
    payload = {"id": row.id, "automation": row.automation, "state": state, "dry": row.dry, "problem": ""}
    await events.write(tx, "run.changed", app=row.app_id, payload=payload, by=by)
