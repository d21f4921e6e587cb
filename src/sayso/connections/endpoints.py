"""Addresses that follow what happens here: kept by owners and builders of the workspace."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.connections import webhooks
from sayso.connections.address import Url
from sayso.db import tables as system
from sayso.db.connection_tables import deliveries
from sayso.db.connection_tables import webhooks as t
from sayso.errors import Invalid, NotFound, Problem
from sayso.team import audit
from sayso.team.actor import Actor

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

EVENTS: dict[str, str] = {
    "row.created": "Rows were added",
    "row.changed": "Rows were changed",
    "row.trashed": "Rows were put in the trash",
    "row.restored": "Rows came back from the trash",
    "row.imported": "Rows were imported",
    "comment.created": "Somebody commented on a row",
    "comment.removed": "A comment was removed",
    "app.built": "An app was built",
    "app.changed": "An app was changed",
    "app.trashed": "An app was put in the trash",
    "app.restored": "An app came back from the trash",
    "run.changed": "A run of an automation began, waits, or ended",
    "fill.changed": "Values that models write: under way, or done",
    "import.changed": "An import is under way, or done",
    "trial.changed": "A trial is under way, or done",
}
"""What can be followed. What is one member's own (drafts, notifications) cannot."""
ALL = "*"
AUDIT = "audit.*"
"""Entries of the audit log (`audit.member.*` those of one family), for whoever manages the workspace; not among all."""
ENDPOINTS_MAX = 100
"""Of one workspace."""
OVERLAP_HOURS = 24
"""How long an old secret signs beside the new one."""
NAME_LENGTH_MAX = 100
_OF_AUDIT = re.compile(r"audit\.(?:[a-z][a-z_]{0,30}\.)?\*")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`secret` is there once, right after it was made. `events` is empty where only automations send. `why`: why it is off."""

    id: str
    name: str
    url: str
    events: tuple[str, ...]
    app: str | None
    on: bool
    why: str
    hint: str
    old_until: datetime | None
    failing_since: datetime | None
    last_at: datetime | None
    last_state: str | None
    last_status: int | None
    created_by: str
    created_at: datetime
    secret: str | None = None


async def create(
    tx: AsyncConnection,
    connections: Connections,
    *,
    by: Actor,
    url: str,
    events: Sequence[str],
    name: str = "",
    app: str | None = None,
    on: bool = True,
) -> Endpoint:
    """Raises `Forbidden`, `Invalid`."""
    by.must("build")
    values = await _checked(tx, {"url": url, "events": events, "app": app, "name": name}, by)
    if ((await tx.scalar(select(func.count()).where(t.c.workspace_id == by.workspace))) or 0) >= ENDPOINTS_MAX:
        raise Invalid(f"A workspace has at most {ENDPOINTS_MAX} webhooks.")
    id = await webhooks.added(tx, connections, by=by, on=on, **values)
    await audit.write(tx, "webhook.created", f"added the webhook to {values['url']}", by=by, subject=id)
    return await read(tx, connections, id, by=by, secret=True)


async def listed(tx: AsyncConnection, *, by: Actor) -> tuple[Endpoint, ...]:
    by.must("build")
    rows = await tx.execute(select(t).where(t.c.workspace_id == by.workspace).order_by(t.c.position))
    return tuple(_endpoint(row) for row in rows)


async def read(tx: AsyncConnection, connections: Connections, id: str, *, by: Actor, secret: bool = False) -> Endpoint:
    row = await row_of(tx, id, by)
    return _endpoint(row, connections.vault.open(row.secret, row.id) if secret else None)


async def change(tx: AsyncConnection, connections: Connections, id: str, changes: Mapping[str, Any], *, by: Actor) -> Endpoint:
    """Changes `url`, `name`, `events`, `app` or `on`. Switched on, it begins anew: what failed before is forgotten."""
    row = await row_of(tx, id, by)
    values = await _checked(tx, {name: value for name, value in changes.items() if name != "on"}, by)
    if not row.events and values.get("events"):
        raise Invalid(Problem("events", "cannot be followed by what automations send to; add another webhook"))
    if changes.get("on") is True:
        values |= {"on": True, "why": "", "failing_since": None}
        await _again(tx, id)
    elif changes.get("on") is False:
        await off(tx, id, "")
    if values.keys() & {"url", "events", "app"} and by.member:
        values["created_by"] = by.member  # it tells what they may see, from now on: nobody leads another's eyes elsewhere
    if values:
        await tx.execute(update(t).where(t.c.id == id).values(**values))
    was = {name: getattr(row, name) for name in ("url", "name", "events", "app", "on")}
    said = f"changed the webhook to {values.get('url', row.url)}"
    after = {**was, **{name: value for name, value in values.items() if name in was}, "on": changes.get("on", row.on)}
    await audit.write(tx, "webhook.changed", said, by=by, subject=id, before=was, after=after)
    return await read(tx, connections, id, by=by)


async def rotate(tx: AsyncConnection, connections: Connections, id: str, *, by: Actor) -> Endpoint:
    """A new secret, told once. The old one signs too for a day, so that whoever listens can change over without missing anything."""
    row = await row_of(tx, id, by)
    old = connections.vault.seal(connections.vault.open(row.secret, id), f"{id}:old")
    until = datetime.now(UTC) + timedelta(hours=OVERLAP_HOURS)
    values = {**webhooks.sealed(connections, id, webhooks.new_secret()), "old_secret": old, "old_until": until}
    await tx.execute(update(t).where(t.c.id == id).values(**values))
    await audit.write(tx, "webhook.rotated", f"gave a new secret to the webhook to {row.url}", by=by, subject=id)
    return await read(tx, connections, id, by=by, secret=True)


async def remove(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    row = await row_of(tx, id, by)
    await tx.execute(t.delete().where(t.c.id == id))
    await audit.write(tx, "webhook.removed", f"removed the webhook to {row.url}", by=by, subject=id)


async def off(tx: AsyncConnection, id: str, why: str) -> None:
    """Switched off: what waits is not sent any more; it can be sent again by hand."""
    await tx.execute(update(t).where(t.c.id == id).values(on=False, why=why))
    d = deliveries.c
    gone = {"state": "cancelled", "problem": why or "the webhook was switched off", "ended_at": func.now()}
    await tx.execute(update(deliveries).where(d.webhook == id, d.state == "waiting").values(**gone))


async def row_of(tx: AsyncConnection, id: str, by: Actor) -> Any:
    by.must("build")
    row = (await tx.execute(select(t).where(t.c.workspace_id == by.workspace, t.c.id == id))).one_or_none()
    if row is None:
        raise NotFound(f"There is no webhook {id}.")
    if any(_OF_AUDIT.fullmatch(event) for event in row.events):
        by.must("manage")
    return row


async def _again(tx: AsyncConnection, id: str) -> None:
    """Entries of the audit log that were given up while it failed or was off wait to be delivered again: that log has no gaps."""
    d = deliveries.c
    gone = (d.webhook == id) & d.state.in_(("failed", "cancelled")) & d.event.startswith("audit.")
    anew = {"state": "waiting", "attempts": 0, "next_at": func.now(), "ended_at": None, "problem": ""}
    await tx.execute(update(deliveries).where(gone).values(**anew))


def secrets_of(connections: Connections, row: Any, now: datetime) -> tuple[str, ...]:
    """Those that sign just now, the newest first."""
    current = connections.vault.open(row.secret, row.id)
    if row.old_secret is not None and row.old_until is not None and row.old_until > now:
        return current, connections.vault.open(row.old_secret, f"{row.id}:old")
    return (current,)


async def _checked(tx: AsyncConnection, given: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if "url" in given:
        values["url"] = str(Url.of(str(given["url"] or "")))
    if "name" in given:
        name = " ".join(str(given["name"] or "").split())
        if len(name) > NAME_LENGTH_MAX or (name and not name.isprintable()):
            raise Invalid(Problem("name", f"has at most {NAME_LENGTH_MAX} characters"))
        values["name"] = name
    if "events" in given:
        asked: list[str] = list(dict.fromkeys(map(str, given["events"] or ())))
        if any(_OF_AUDIT.fullmatch(one) for one in asked):
            by.must("manage")
        wrong = [one for one in asked if one not in EVENTS and one != ALL and not _OF_AUDIT.fullmatch(one)]
        if not asked or wrong:
            raise Invalid(Problem("events", f"are some of {', '.join(EVENTS)}, or {ALL} for all", "row.created"))
        values["events"] = [one for one in asked if ALL not in asked or one not in EVENTS]
    if "app" in given:
        a = system.apps.c
        if given["app"] and not await tx.scalar(
            select(a.number).where(a.workspace_id == by.workspace, a.id == given["app"], a.deleted_at.is_(None))
        ):
            raise Invalid(Problem("app", "is no app of this workspace", "crm"))
        values["app"] = given["app"] or None
    return values


def _endpoint(row: Any, secret: str | None = None) -> Endpoint:
    values: dict[str, Any] = {name: getattr(row, name) for name in Endpoint.__dataclass_fields__ if name != "secret"}
    values["events"] = tuple(row.events)
    return Endpoint(**values, secret=secret)
