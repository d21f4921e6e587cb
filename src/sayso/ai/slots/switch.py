"""Plugging another model in: of an app an ordinary change with undo, of the workspace an alias of the gateway."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai.slots.plug import kind_named, resolve
from sayso.ai.slots.preview import must_be_there, of_workspace
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.errors import NotFound
from sayso.gateway import aliases
from sayso.gateway.gateway import Gateway
from sayso.spec.app import App
from sayso.spec.change import Change
from sayso.spec.change.step import Add, Alter
from sayso.spec.coworker import Slot
from sayso.team.actor import Actor

NAMES = {"text": "Text", "vision": "Vision", "image": "Image", "embedding": "Embedding"}
ALIAS = "slot-{kind}"
"""The alias that stands for a slot of the workspace which was chosen here."""


def change_of(spec: App, slot_id: str, model: str | None) -> Change:
    """The change that plugs `model` into a slot; None follows the workspace. Raises `NotFound` for a slot that is not there."""
    own = next((s for s in spec.slots if s.id == slot_id), None)
    if own is None and kind_named(slot_id) != slot_id:
        known = ", ".join((*NAMES, *(s.id for s in spec.slots)))
        raise NotFound(f"{spec.name} has no slot {slot_id[:60]!r}; there are {known}.")
    slot = (own or Slot(id=slot_id, name=_free_name(spec, NAMES.get(slot_id, slot_id)), kind=kind_named(slot_id))).model_copy(
        update={"model": model}
    )
    step = Alter(part="slot", id=slot_id, value=slot) if own else Add(part="slot", value=slot)
    title = f"Plug {model} into {slot.name}" if model else f"Let {slot.name} follow the workspace"
    return Change(title=title, steps=() if own == slot or (own is None and model is None) else (step,))


def _free_name(spec: App, name: str) -> str:
    taken = {s.name.casefold() for s in spec.slots}
    return name if name.casefold() not in taken else f"{name} model"


async def switch(
    tx: AsyncConnection,
    gateway: Gateway,
    app: OpenApp,
    slot_id: str,
    model: str | None,
    *,
    by: Actor,
    base_version: int | None = None,
) -> OpenApp:
    """Raises `Invalid` for a model that nobody serves, `NotFound` for the slot, `Forbidden`, `Conflict`."""
    change = change_of(app.spec, slot_id, model)
    if model:
        must_be_there(gateway, gateway.caller(by.workspace, app=app.id, member=by.member), model)
    if not change.steps:
        return app
    return await apps.change(
        tx, app, change, by=by, note=change.title, **({} if base_version is None else {"base_version": base_version})
    )


async def switch_workspace(tx: AsyncConnection, gateway: Gateway, kind: str, model: str | None, *, by: Actor) -> None:
    """For every app that leaves the choice to the workspace. None goes back to the built-in model. Raises as `switch` does."""
    of_workspace(kind)
    by.must("manage")
    if model:
        must_be_there(gateway, gateway.caller(by.workspace, member=by.member), model)
    known = await aliases.listed(tx, by=by)
    filled = next((a for a in known if a.slot == kind), None)
    if model is None:
        if filled is not None:
            await aliases.change(tx, filled.id, {"slot": None}, by=by)
        return
    named = next((a for a in known if a.name == model), None)
    ours = next((a for a in known if a.name == ALIAS.format(kind=kind)), None)
    if named is not None:
        await aliases.change(tx, named.id, {"slot": kind}, by=by)
    elif ours is not None:
        await aliases.change(tx, ours.id, {"targets": [_target(gateway, by, model)], "slot": kind}, by=by)
    else:
        await aliases.create(tx, ALIAS.format(kind=kind), [_target(gateway, by, model)], by=by, slot=kind)


def _target(gateway: Gateway, by: Actor, model: str) -> dict[str, Any]:
    first, slash, rest = model.partition("/")
    if slash and first in gateway.workspace(by.workspace).providers:
        return {"provider": first, "model": rest}
    return {"model": model}


__all__ = ["change_of", "resolve", "switch", "switch_workspace"]
