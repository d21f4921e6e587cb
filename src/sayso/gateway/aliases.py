"""Aliases: a name of one's own for a model, with what to ask when that fails.

A target is `{"provider": "openai", "model": "gpt-6-luna-2026-10-01"}`, which pins a snapshot when the name is one's, or follows the
upstream's own alias when it is not; `price` (dollars per million tokens) sets one where nobody has published any. A target without
a provider names another model of this gateway, such as `sayso/reader`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import gateway_tables as t
from sayso.errors import Conflict, Invalid, NotFound, Problem
from sayso.gateway import news
from sayso.gateway.known import SLOTS
from sayso.gateway.pricing import of_operator
from sayso.team import audit
from sayso.team.actor import Actor
from sayso.team.ids import new_id

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,99}")
TARGETS_MAX = 10
RETRIES_MAX = 5
CACHE_SECONDS_MAX = 7 * 86_400
TARGET_FIELDS = frozenset({"provider", "model", "price"})
SETTINGS = frozenset({"retries", "cache_seconds", "note"})


@dataclass(frozen=True, slots=True)
class Alias:
    """`slot` is text, vision, image or embedding, when this is what an empty slot of an app stands for."""

    id: str
    name: str
    slot: str | None
    targets: Sequence[Mapping[str, Any]]
    settings: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime


async def create(
    tx: AsyncConnection,
    name: str,
    targets: Sequence[Mapping[str, Any]],
    *,
    by: Actor,
    slot: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Alias:
    """Raises `Forbidden`, `Invalid`, `Conflict`."""
    by.must("manage")
    if not NAME.fullmatch(name) or name.startswith("slot:"):
        raise Invalid(Problem("name", "is short, of letters, digits, dots and dashes", "writer"))
    a = t.aliases.c
    if await tx.scalar(select(a.id).where(a.workspace_id == by.workspace, a.name == name)):
        raise Conflict(f"There is an alias called {name} already.")
    id = new_id("a")
    await _free_slot(tx, slot, by)
    values = {"slot": _slot(slot), "targets": checked(targets), "settings": checked_settings(settings or {})}
    await tx.execute(t.aliases.insert().values(id=id, workspace_id=by.workspace, name=name, **values))
    await audit.write(tx, "gateway.alias.created", f"made the alias {name}", by=by, subject=id)
    await news.changed(tx)
    return await read(tx, id, by=by)


async def listed(tx: AsyncConnection, *, by: Actor) -> tuple[Alias, ...]:
    by.must("manage")
    query = select(*COLUMNS).where(t.aliases.c.workspace_id == by.workspace).order_by(t.aliases.c.name)
    return tuple(Alias(*row) for row in await tx.execute(query))


async def read(tx: AsyncConnection, id: str, *, by: Actor) -> Alias:
    by.must("manage")
    row = (await tx.execute(select(*COLUMNS).where(t.aliases.c.workspace_id == by.workspace, t.aliases.c.id == id))).one_or_none()
    if row is None:
        raise NotFound(f"There is no alias {id}.")
    return Alias(*row)


async def change(tx: AsyncConnection, id: str, changes: Mapping[str, Any], *, by: Actor) -> Alias:
    """Changes `targets`, `slot` or `settings`."""
    before = await read(tx, id, by=by)
    values: dict[str, Any] = {}
    if "targets" in changes:
        values["targets"] = checked(changes["targets"])
    if "settings" in changes:
        values["settings"] = checked_settings(changes["settings"])
    if "slot" in changes:
        await _free_slot(tx, changes["slot"], by)
        values["slot"] = _slot(changes["slot"])
    if values:
        values["updated_at"] = func.now()
        await tx.execute(
            t.aliases.update().where(t.aliases.c.workspace_id == by.workspace, t.aliases.c.id == id).values(**values)
        )
        await audit.write(tx, "gateway.alias.changed", f"changed the alias {before.name}", by=by, subject=id)
        await news.changed(tx)
    return await read(tx, id, by=by)


async def remove(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    before = await read(tx, id, by=by)
    await tx.execute(t.aliases.delete().where(t.aliases.c.workspace_id == by.workspace, t.aliases.c.id == id))
    await audit.write(tx, "gateway.alias.removed", f"removed the alias {before.name}", by=by, subject=id)
    await news.changed(tx)


def checked(targets: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if not 0 < len(targets) <= TARGETS_MAX:
        raise Invalid(
            Problem(
                "targets", f"are 1 to {TARGETS_MAX}, the first is asked first", '[{"provider": "openai", "model": "gpt-6-luna"}]'
            )
        )
    for at, target in enumerate(targets):
        texts = [target.get("model"), target.get("provider") or "x"]
        if set(target) - TARGET_FIELDS or not all(isinstance(x, str) and 0 < len(x) <= 200 and x.isprintable() for x in texts):
            raise Invalid(
                Problem(f"targets/{at}", "names a provider and a model", '{"provider": "openai", "model": "gpt-6-luna"}')
            )
        if target.get("price") is not None:
            of_operator(target["price"])
    return [dict(target) for target in targets]


def checked_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(settings) - SETTINGS
    if unknown:
        raise Invalid(Problem(f"settings/{min(unknown)}", f"is none of {', '.join(sorted(SETTINGS))}"))
    for name, most in (("retries", RETRIES_MAX), ("cache_seconds", CACHE_SECONDS_MAX)):
        number = settings.get(name)
        if number is not None and (not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= most):
            raise Invalid(Problem(f"settings/{name}", f"is a whole number from 0 to {most}", "2"))
    return {name: value for name, value in settings.items() if value is not None}


def _slot(slot: str | None) -> str | None:
    if slot is not None and slot not in SLOTS:
        raise Invalid(Problem("slot", f"is one of {', '.join(SLOTS)}", "text"))
    return slot


async def _free_slot(tx: AsyncConnection, slot: str | None, by: Actor) -> None:
    """A slot has one default: whoever had it gives it up."""
    if slot is not None:
        a = t.aliases.c
        await tx.execute(t.aliases.update().where(a.workspace_id == by.workspace, a.slot == slot).values(slot=None))


COLUMNS = tuple(t.aliases.c[name] for name in ("id", "name", "slot", "targets", "settings", "created_at", "updated_at"))
