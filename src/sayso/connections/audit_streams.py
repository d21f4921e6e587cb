"""The audit log, carried to webhooks: each entry once, in the order of the chain.

A stream has a place of its own, which moves in the transaction that puts its deliveries. While a webhook is off its place stands still, so
that nothing is missed: switched on again, it goes on there, and what had been given up meanwhile is tried anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import cast, func, select, update
from sqlalchemy.dialects.postgresql import JSONPATH, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.connections import endpoints, webhooks
from sayso.connections.endpoints import Endpoint
from sayso.db import tables as system
from sayso.db.audit_tables import chains, streams
from sayso.db.connection_tables import deliveries
from sayso.db.connection_tables import webhooks as t
from sayso.team import standing
from sayso.team.actor import Actor
from sayso.team.audit.entry import COLUMNS, entry

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

CHANNEL = "sayso_audit"
"""On which the database tells that there are entries, at their commit."""
AUDIT = '$[*] ? (@ starts with "audit.")'
PUT_AT_ONCE = 200
WAITING_MAX = 2_000
"""Deliveries of one stream that may wait; the rest stays in the log until some have arrived."""
LEFT = "Whoever added it may not read the audit log any more"


async def listed(tx: AsyncConnection, *, by: Actor) -> tuple[Endpoint, ...]:
    by.must("manage")
    return tuple(one for one in await endpoints.listed(tx, by=by) if any(event.startswith("audit.") for event in one.events))


async def create(
    tx: AsyncConnection, connections: Connections, *, by: Actor, url: str, kinds: Sequence[str] = (), name: str = ""
) -> Endpoint:
    """A stream from now on; `kinds` are families such as `member`, none for all. Raises `Forbidden`, `Invalid`."""
    events = [f"audit.{kind}.*" for kind in kinds] or [endpoints.AUDIT]
    made = await endpoints.create(tx, connections, by=by, url=url, events=events, name=name)
    await _place(tx, made.id, by.workspace)
    return made


async def step(tx: AsyncConnection) -> int:
    """Puts what is new into the deliveries of every stream; gives how many. Streams that another process is at are left to it."""
    query = select(t).where(t.c.on, func.jsonb_path_exists(t.c.events, cast(AUDIT, JSONPATH))).with_for_update(skip_locked=True)
    return sum([await _one(tx, row) for row in (await tx.execute(query)).all()])


async def _one(tx: AsyncConnection, row: Any) -> int:
    by = await standing.read(tx, row.created_by, workspace=row.workspace_id)
    if by is None or not by.may("manage"):
        await endpoints.off(tx, row.id, LEFT)
        return 0
    place, room = await _place(tx, row.id, row.workspace_id), WAITING_MAX - await _waiting(tx, row.id)
    a = system.audit.c
    news = select(*COLUMNS).where(a.workspace_id == row.workspace_id, a.n > place).order_by(a.n).limit(min(PUT_AT_ONCE, room))
    found = [entry(one) for one in await tx.execute(news)] if room > 0 else []
    wanted = [one for one in found if _follows(row.events, one.kind)]
    for one in wanted:
        event = f"audit.{one.kind}"
        await webhooks.put(
            tx, row.workspace_id, row.id, event=event, body=_written(event, one.at, one.as_json()), key=f"audit:{one.n}"
        )
    if found:
        await tx.execute(update(streams).where(streams.c.webhook == row.id).values(n=found[-1].n))
    return len(found)


def _written(event: str, at: Any, told: dict[str, Any]) -> bytes:
    body = webhooks.written(event, at, told)
    if len(body) <= webhooks.BODY_BYTES_MAX:
        return body
    return webhooks.written(event, at, {**told, "before": None, "after": None, "detail": {"too_long": len(body)}})


def _follows(events: list[str], kind: str) -> bool:
    return any(one == endpoints.AUDIT or f"audit.{kind}.".startswith(one.removesuffix("*")) for one in events)


async def _place(tx: AsyncConnection, webhook: str, workspace: str) -> int:
    """Where the stream stands; a new one begins at the end of the log, as of now."""
    place = (await tx.execute(select(streams.c.n).where(streams.c.webhook == webhook))).scalar_one_or_none()
    if place is not None:
        return place
    end = select(chains.c.n).where(chains.c.workspace_id == workspace)
    place = (await tx.execute(end)).scalar_one_or_none() or 0
    new = insert(streams).values(webhook=webhook, workspace_id=workspace, n=place)
    await tx.execute(new.on_conflict_do_nothing())
    return place


async def _waiting(tx: AsyncConnection, webhook: str) -> int:
    d = deliveries.c
    query = select(func.count()).where(d.webhook == webhook, d.state == "waiting")
    return (await tx.execute(query)).scalar_one()
