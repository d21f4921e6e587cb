"""What another model in a slot would mean, before anything is switched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai.slots.plug import Plug, kind_named, resolve
from sayso.ai.slots.standing import Standing, cannot, known_of, standing
from sayso.ai.slots.uses import Use, uses, workspace_uses
from sayso.db import gateway_tables as g
from sayso.errors import Invalid, NotFound, Problem
from sayso.gateway import catalogue
from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway
from sayso.gateway.refusals import Refused
from sayso.models import lifecycle, spending
from sayso.models.workload import Workload, workload_of
from sayso.spec.app import App
from sayso.team.actor import Actor

DAYS = 30
NAMES_TOLD_MAX = 8
_COUNTS = {
    "input": "input_tokens", "cached": "cached_tokens", "cache_write": "cache_write_tokens", "image_input": "input_image_tokens",
    "audio_input": "input_audio_tokens", "output": "output_tokens", "image_output": "output_image_tokens", "audio_output": "output_audio_tokens",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spent:
    """The last `days` days of the slot: `paid` dollars, and `elsewhere` what they would have cost on the other model (None: not known)."""

    calls: int
    days: int
    paid: Decimal
    elsewhere: Decimal | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Preview:
    """`refusals` speak against the model, a part each; `notes` are worth knowing. Nothing here forbids switching."""

    slot: str
    kind: str
    model: str | None
    now: Standing
    then: Standing
    uses: tuple[Use, ...]
    refusals: tuple[str, ...]
    notes: tuple[str, ...]
    spent: Spent


async def preview(tx: AsyncConnection, gateway: Gateway, spec: App, slot_id: str, model: str | None, *, by: Actor) -> Preview:
    """Of a slot of an app. `model` None follows the workspace again. Raises `Invalid` for a model that is not there."""
    plug = resolve(spec, slot_id)
    caller = gateway.caller(by.workspace, app=spec.id, member=by.member)
    then = replace(plug, model=model, where="app") if model else _of_workspace(slot_id, plug)
    return await _previewed(tx, gateway, caller, plug, then, uses(spec, slot_id), model, by, app=spec.id)


async def preview_of_workspace(tx: AsyncConnection, gateway: Gateway, kind: str, model: str | None, *, by: Actor) -> Preview:
    """Of the workspace's own slot. Raises `NotFound` for a kind that there is none of."""
    by.must("read")
    plug = of_workspace(kind)
    caller = gateway.caller(by.workspace, member=by.member)
    then = replace(plug, model=model) if model else plug
    return await _previewed(tx, gateway, caller, plug, then, await workspace_uses(tx, kind, by=by), model, by, app=None)


def of_workspace(kind: str) -> Plug:
    if kind_named(kind) != kind:
        raise NotFound(f"There is no slot {kind[:60]!r}; there are text, vision, image and embedding.")
    return Plug(kind, kind_named(kind), f"slot:{kind}", "workspace")


def _of_workspace(slot_id: str, plug: Plug) -> Plug:
    return Plug(slot_id, plug.kind, f"slot:{plug.kind}", "workspace")


def must_be_there(gateway: Gateway, caller: Caller, model: str, path: str = "model") -> None:
    """Raises `Invalid` with names that are there, when nobody serves this model."""
    try:
        gateway.plan(caller, model)
    except Refused:
        near = sorted(
            (str(m["id"]) for m in catalogue.listed(gateway, caller)),
            key=lambda name: (model.partition("/")[2] not in name, name),
        )
        raise Invalid(
            Problem(path, f"no provider serves a model {model[:80]!r}", f"one of: {', '.join(near[:NAMES_TOLD_MAX])}")
        ) from None


async def _previewed(
    tx: AsyncConnection, gateway: Gateway, caller: Caller, plug: Plug, then: Plug, used: tuple[Use, ...], model: str | None, by: Actor,
    *, app: str | None,
) -> Preview:  # fmt: skip
    today = datetime.now(UTC).date()
    if model:
        must_be_there(gateway, caller, model)
    new = standing(gateway, caller, then, used, today)
    refusals, notes = new.problems, _notes(gateway, caller, then, new, today)
    spent = await _spent(tx, gateway, caller, plug, then, today, by, app)
    return Preview(plug.slot, plug.kind, model, standing(gateway, caller, plug, used, today), new, used, refusals, notes, spent)


def _notes(gateway: Gateway, caller: Caller, then: Plug, new: Standing, today: date) -> tuple[str, ...]:
    if new.answers is None:
        return ()
    model, snapshot = known_of(gateway, gateway.plan(caller, then.model).routes[0])
    if model is None:
        local = new.provider == "sayso"
        return () if local else (f"The directory does not know {new.answers}: what it can do and costs is not checked.",)
    told = [new.ends] if new.ends else []
    if snapshot:
        told.append(f"{new.answers} is a dated snapshot of {model.name}: it never changes until it is shut down.")
    elif model.snapshots:
        told.append(f"{new.answers} follows its maker's newest version; {model.snapshots[-1].id} pins one.")
    life = lifecycle.of(model, gateway.directory, today)
    if life.successor and new.ends:
        told.append(f"{gateway.directory.read(life.successor).name} is what to try instead.")
    return tuple(told)


async def _spent(
    tx: AsyncConnection, gateway: Gateway, caller: Caller, plug: Plug, then: Plug, today: date, by: Actor, app: str | None
) -> Spent:
    """Read from the ledger: what was asked of this slot, whatever answered."""
    c = g.ledger.c
    sums = [func.coalesce(func.sum(c[name]), 0).label(name) for name in _COUNTS.values()]
    query = select(c.model, func.count().label("calls"), func.coalesce(func.sum(c.cost), 0).label("paid"), *sums)
    since = datetime.now(UTC) - timedelta(days=DAYS)
    query = query.where(c.workspace_id == by.workspace, c.at >= since, c.status < 400, c.asked == plug.model).group_by(c.model)
    if app is not None:
        query = query.where(c.app == app)
    if not by.may("manage"):
        query = query.where(c.member == (by.member or ""))
    rows = (await tx.execute(query)).all()
    used = {
        row.model: workload_of({name: int(getattr(row, column)) for name, column in _COUNTS.items()} | {"requests": row.calls})
        for row in rows
    }
    paid, calls = sum((row.paid for row in rows), Decimal(0)), sum(row.calls for row in rows)
    return _told(gateway, caller, then, used, paid, calls, today)


def _told(
    gateway: Gateway, caller: Caller, then: Plug, used: dict[str, Workload], paid: Decimal, calls: int, today: date
) -> Spent:
    if not calls:
        return Spent(
            0, DAYS, paid, None, f"Nothing was asked of this slot in the last {DAYS} days, so there is nothing to compare."
        )
    try:
        route = gateway.plan(caller, then.model).routes[0]
    except Refused:
        return Spent(calls, DAYS, paid, None, "")
    if route.provider.kind == "sayso":
        return Spent(
            calls, DAYS, paid, Decimal(0), f"Your last {DAYS} days would have cost nothing on {route.model}, which runs here."
        )
    model, _ = known_of(gateway, route)
    if model is None:
        return Spent(
            calls,
            DAYS,
            paid,
            None,
            f"What your last {DAYS} days would have cost on {route.model} is not known: no price is published.",
        )
    found = spending.elsewhere(gateway.directory, used, paid, [model.id], today, days=DAYS)[0]
    return Spent(calls, DAYS, paid, found.total, found.sentence)


__all__ = ["Preview", "cannot", "must_be_there", "of_workspace", "preview", "preview_of_workspace"]
