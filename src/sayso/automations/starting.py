"""What a person or a program starts: a button, a call, a message to a co-worker."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import registry
from sayso.automations.registry.reading import Entry
from sayso.automations.runs import begin
from sayso.automations.triggers.caused import HOPS_MAX
from sayso.data import apps, filters, rows
from sayso.data.clock import Clock
from sayso.data.open_app import OpenApp
from sayso.data.physical import found
from sayso.data.scope import Scope
from sayso.db.automation_tables import runs as t
from sayso.errors import Conflict, Invalid, Problem
from sayso.spec.automation import ButtonPressed, Called, Input, MessageReceived
from sayso.spec.filter import Filter
from sayso.team.actor import Actor, system

TEXT_CHARACTERS_MAX = 100_000


async def press(tx: AsyncConnection, app: OpenApp, automation: str, row: int, *, by: Actor, key: str | None = None) -> str:
    """The button of a row; gives the run, the same one for the same `key`. Raises `NotFound`, `Forbidden`, `Conflict` when it is off, `Invalid` for a row that has no such button."""
    app.must("write")
    entry = await _starting(tx, app, automation)
    trigger = entry.registered.automation.trigger
    if not isinstance(trigger, ButtonPressed):
        raise Conflict(f"{entry.registered.automation.name} has no button.")
    await rows.read(tx, app, trigger.table, row)
    if not await _meets(tx, app, trigger.table, row, trigger.filter):
        raise Invalid(Problem("row", f"has no button {trigger.label} just now: it does not meet what the button asks"))
    told = {"kind": "button", "table": trigger.table, "rows": [row], "count": 1, "by": by.id, "by_name": by.name}
    return await _begun(tx, entry, told, key, by)


async def call(
    tx: AsyncConnection,
    app: OpenApp,
    automation: str,
    inputs: Mapping[str, Any],
    *,
    by: Actor,
    key: str | None = None,
    hops: int = 0,
    of: str | None = None,
    awaited: bool = False,
) -> str | None:
    """The run; None when one with this key has begun already. `awaited` says that somebody waits for its answer.
    Raises as `press` does, `Invalid` with paths such as `inputs/Customer`."""
    app.must("write")
    entry = await _starting(tx, app, automation)
    trigger = entry.registered.automation.trigger
    if not isinstance(trigger, Called):
        raise Conflict(f"{entry.registered.automation.name} is started by something else, and cannot be called.")
    if hops > HOPS_MAX:
        raise Conflict(
            f"{entry.registered.automation.name} was stopped: automations called one another {HOPS_MAX} times in a row."
        )
    told: dict[str, Any] = {"kind": "called", "inputs": checked(trigger.inputs, inputs), "by": by.id, "by_name": by.name}
    told |= {"awaited": True} if awaited else {}
    return await begin(tx, entry.registered, told, key=f"call:{key}" if key else None, by=by, hops=hops, of=of)


async def message(
    tx: AsyncConnection, key: str, conversation: str, text: str, *, turn: str, by: Actor
) -> int:  # fmt: skip
    """What people say to a co-worker, of which `key` (`crm.mina`) is the name, starts what waits for that; gives how many runs."""
    if by.kind not in ("member", "token"):
        return 0  # what automations ask a co-worker starts none
    app_id, _, coworker = key.partition(".")
    if not coworker:
        return 0
    app = await apps.open_app(tx, app_id, by=system(by.workspace))
    if not any(one.on and isinstance(one.trigger, MessageReceived) for one in app.spec.automations):
        return 0
    told = {"kind": "message", "coworker": coworker, "conversation": conversation, "text": text, "by": by.id, "by_name": by.name}
    begun = 0
    for entry in (await registry.entries(tx, app)).values():
        trigger = entry.registered.automation.trigger
        if entry.starts and isinstance(trigger, MessageReceived) and trigger.coworker == coworker:
            begun += await begin(tx, entry.registered, told, key=f"message:{turn}", by=by) is not None
    return begun


def checked(asked: tuple[Input, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs by their names, in their kinds. Raises `Invalid` with every problem."""
    problems = [
        Problem(f"inputs/{name[:60]}", "is not asked for", ", ".join(i.name for i in asked) or None)
        for name in given
        if name not in {i.name for i in asked}
    ]
    values: dict[str, Any] = {}
    for one in asked:
        raw = given.get(one.name)
        try:
            values[one.name] = _value(one, raw)
        except ValueError:
            problems.append(Problem(f"inputs/{one.name}", f"is {_KINDS[one.kind]}", _EXAMPLES[one.kind]))
        if one.required and raw in (None, ""):
            problems.append(Problem(f"inputs/{one.name}", "is required"))
    if problems:
        raise Invalid.of(problems)
    return values


_KINDS = {"text": "a text", "number": "a number", "checkbox": "true or false", "date": "a day"}
_EXAMPLES = {"text": "Otto", "number": "12.5", "checkbox": "true", "date": "2026-11-27"}


def _value(one: Input, raw: Any) -> Any:
    if raw is None or raw == "":
        return None
    match one.kind, raw:
        case "text", str() if len(raw) <= TEXT_CHARACTERS_MAX:
            return raw
        case "number", int() | float() if not isinstance(raw, bool):
            return raw
        case "number", str():
            return int(raw) if raw.strip().lstrip("-").isdigit() else float(raw)
        case "checkbox", bool():
            return raw
        case "date", str():
            return date.fromisoformat(raw).isoformat()
        case _:
            raise ValueError(raw)


async def _starting(tx: AsyncConnection, app: OpenApp, automation: str) -> Entry:
    entry = await registry.entry(tx, app, automation)
    if not entry.starts:
        raise Conflict(entry.problem or f"{entry.registered.automation.name} is switched off.")
    return entry


async def _meets(tx: AsyncConnection, app: OpenApp, table: str, row: int, filter: Filter) -> bool:
    scope = Scope.of(app, found(app, table), Clock.of(app.spec.zone))
    meets = select(scope.t.c.id).where(scope.t.c.id == row, scope.alive, filters.where(scope, filter))
    return (await tx.execute(meets)).first() is not None


async def _begun(tx: AsyncConnection, entry: Entry, told: Mapping[str, Any], key: str | None, by: Actor) -> str:
    key = f"press:{key or secrets.token_hex(12)}"
    run = await begin(tx, entry.registered, told, key=key, by=by)
    if run is not None:
        return run
    mine = (t.c.app == entry.registered.app_number) & (t.c.automation == entry.registered.automation.id) & (t.c.key == key)
    return (await tx.execute(select(t.c.id).where(mine))).scalar_one()
