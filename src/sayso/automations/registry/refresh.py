"""Brings the registry's rows of one app up to date with its versions."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import definitions
from sayso.automations.registry import watch
from sayso.automations.registry.owners import Standing, followed
from sayso.data.open_app import OpenApp
from sayso.db.automation_tables import automations as t
from sayso.spec.automation import Automation, EmailReceived, WebhookReceived, trigger_table
from sayso.team.ids import ALPHABET

ADDRESS_LENGTH = 32
NOBODY = "Nobody stands for it any more. Switch it off and on again, and it acts with your rights."


async def refresh(tx: AsyncConnection, app: OpenApp, now: datetime | None = None) -> None:
    """Does nothing when it is up to date, which costs one statement."""
    wanted = {one.id for one in app.whole.automations}
    there = await _there(tx, app)
    if there.keys() == wanted and all(row.version == app.version for row in there.values()):
        return
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"automations of {app.number}", 0))))
    there = await _there(tx, app)
    if any(row.version > app.version for row in there.values()):
        return  # another process has read a newer version already
    known = {id: Standing(row.on, row.definition, row.owner, row.on_since) for id, row in there.items()}
    after = min((row.version for row in there.values()), default=0)
    standing = await followed(tx, app.by.workspace, app.number, known, after, app.version)
    for automation in app.whole.automations:
        if one := standing.get(automation.id):
            await _put(tx, app, automation, one, there.get(automation.id), now or datetime.now(UTC))
    await tx.execute(delete(t).where(t.c.app == app.number, t.c.automation.not_in(wanted)))


async def _there(tx: AsyncConnection, app: OpenApp) -> dict[str, Any]:
    rows = (await tx.execute(select(t).where(t.c.app == app.number))).all()
    return {row.automation: row for row in rows}


async def _put(tx: AsyncConnection, app: OpenApp, automation: Automation, one: Standing, before: Any, now: datetime) -> None:
    values: dict[str, Any] = {
        "workspace_id": app.by.workspace, "app_id": app.id, "name": automation.name, "on": one.on, "version": app.version,
        "definition": await definitions.keep(tx, app.by.workspace, automation), "kind": automation.trigger.kind,
        "table_no": _table_no(app, automation), "owner": one.owner, "on_since": one.on_since, "updated_at": func.now(),
        "problem": NOBODY if one.on and one.owner is None else "",
        **_clock(app, automation, one, before, now),
    }  # fmt: skip
    if _has_address(automation) and (before is None or before.token is None):
        values["token"] = new_address()
    put = insert(t).values(app=app.number, automation=automation.id, **values)
    await tx.execute(put.on_conflict_do_update(index_elements=[t.c.app, t.c.automation], set_=values))


def _table_no(app: OpenApp, automation: Automation) -> int | None:
    return app.columns.tables.get(trigger_table(app.whole, automation) or "")


def new_address() -> str:
    """What nobody guesses: 165 bits. Small letters and digits, for those who write mail addresses do not keep others apart."""
    return "".join(secrets.choice(ALPHABET) for _ in range(ADDRESS_LENGTH))


def _has_address(automation: Automation) -> bool:
    trigger = automation.trigger
    return isinstance(trigger, WebhookReceived) or (isinstance(trigger, EmailReceived) and trigger.connection is None)


def _clock(app: OpenApp, automation: Automation, one: Standing, before: Any, now: datetime) -> dict[str, Any]:
    if not one.on:
        return {"next_at": None}
    clock = watch.clock_of(app.whole, automation)
    if before is not None and before.on and before.kind == automation.trigger.kind and {**before.place, **clock} == before.place:
        return {}
    next_at, place = watch.begun(app.whole, automation, now)
    return {"next_at": next_at, "place": place}
