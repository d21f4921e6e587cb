"""Slots: where models are plugged in, in an app and in the workspace."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal, Self

from fastapi import Query, Request
from pydantic import Field, StringConstraints

from sayso.ai import slots
from sayso.ai.slots import Plug, Standing, Use
from sayso.ai.slots.preview import Preview, of_workspace
from sayso.data import apps
from sayso.gateway.ledger_book import dollars
from sayso.spec.app import App
from sayso.spec.check.fills import SLOT_KINDS
from sayso.spec.coworker import SlotKind
from sayso.team.actor import Actor
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import AppId, Asked, PartId, Shown, VersionNumber
from sayso.web.work import Tx

ModelName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class SlotUse(Shown):
    """One part that the slot's model works for."""

    app: str
    path: str
    name: str
    sentence: str
    """Such as `summarises into Summary in Tickets`."""
    task: str
    needs: list[str]
    """Abilities that the model must have, such as `vision`."""

    @classmethod
    def of(cls, use: Use) -> Self:
        return cls(app=use.app, path=use.path, name=use.name, sentence=use.sentence, task=use.task, needs=list(use.needs))


class SlotPlug(Shown):
    """Who answers for a slot."""

    asked: str
    """What the gateway is asked for: `slot:text`, or the app's own choice."""
    answers: str | None
    """The provider's own name of the model; null when nothing is plugged in."""
    provider: str | None
    where: Literal["app", "workspace", "built_in"]
    """Who chose it."""
    pinned: bool
    """A dated snapshot that never changes."""
    ends: str | None
    """A sentence, when its maker has said when it ends."""
    replacement: str | None
    """What to try in its place then; a model of the directory."""
    problems: list[str]
    """What cannot work like this, and what to do."""

    @classmethod
    def of(cls, one: Standing) -> Self:
        return cls.model_validate(one.as_json())


class ShownSlot(Shown):
    id: str
    name: str
    kind: SlotKind
    model: str | None
    """The choice that was made here; null follows the workspace, or the built-in model."""
    own: bool
    """A slot of the app's own, beside the four that every workspace has."""
    plug: SlotPlug
    uses: list[SlotUse]


class Slots(Shown):
    items: list[ShownSlot]
    next: str | None = None


class SlotChoice(Asked):
    """`model` is a name that the gateway knows, such as `openai/gpt-6-luna`; null follows the workspace again."""

    model: ModelName | None
    base_version: VersionNumber | None = None


class SwitchedSlot(ShownSlot):
    version: int | None = None
    """The app's version after switching."""


class AskedPreview(Asked):
    model: Annotated[
        ModelName | None, Field(description="The other model; left out, what following the workspace would mean")
    ] = None


class SlotSpent(Shown):
    """The last `days` days of this slot, and what they would have cost with the other model. Dollars as text."""

    calls: int
    days: int
    paid: str
    elsewhere: str | None
    """Null when a price is not published."""
    sentence: str


class SlotPreview(Shown):
    slot: str
    kind: SlotKind
    model: str | None
    now: SlotPlug
    then: SlotPlug
    uses: list[SlotUse]
    refusals: list[str]
    """What speaks against it, a part each: nothing is forbidden."""
    notes: list[str]
    spent: SlotSpent

    @classmethod
    def of(cls, one: Preview) -> Self:
        spent, elsewhere = one.spent, one.spent.elsewhere
        return cls.model_validate(
            {
                "slot": one.slot, "kind": one.kind, "model": one.model, "now": SlotPlug.of(one.now), "then": SlotPlug.of(one.then),
                "uses": [SlotUse.of(use) for use in one.uses], "refusals": one.refusals, "notes": one.notes,
                "spent": {
                    "calls": spent.calls, "days": spent.days, "paid": dollars(spent.paid), "sentence": spent.sentence,
                    "elsewhere": None if elsewhere is None else dollars(elsewhere),
                },
            }
        )  # fmt: skip


# ── of an app ─────────────────────────────────────────────


async def listed(app: AppId, request: Request, tx: Tx, by: By) -> Slots:
    """Every slot of an app: the four of the workspace, and its own; with who answers, and what uses it."""
    opened = await apps.open_app(tx, app, by=by)
    own = [s.id for s in opened.spec.slots if s.id not in SLOT_KINDS]
    return Slots(items=[_shown(request, opened.spec, id, by) for id in (*SLOT_KINDS, *own)])


async def switch(app: AppId, slot: PartId, choice: SlotChoice, request: Request, tx: Tx, by: By) -> SwitchedSlot:
    """Plug another model into a slot of an app: one change, one version, one thing to undo."""
    opened = await apps.open_app(tx, app, by=by, to="build")
    gateway = parts(request).gateway
    done = await slots.switch(tx, gateway, opened, slot, choice.model, by=by, base_version=choice.base_version)
    return SwitchedSlot(**dict(_shown(request, done.spec, slot, by)), version=done.version)


async def preview(
    app: AppId, slot: PartId, asked: Annotated[AskedPreview, Query()], request: Request, tx: Tx, by: By
) -> SlotPreview:
    """What another model in this slot would mean: who uses it, what it cannot do, what last month would have cost."""
    opened = await apps.open_app(tx, app, by=by)
    slots.change_of(opened.spec, slot, asked.model)
    return SlotPreview.of(await slots.preview(tx, parts(request).gateway, opened.spec, slot, asked.model, by=by))


def _shown(request: Request, spec: App, id: str, by: Actor) -> ShownSlot:
    plug, used, gateway = slots.resolve(spec, id), slots.uses(spec, id), parts(request).gateway
    caller = gateway.caller(by.workspace, app=spec.id, member=by.member)
    chosen = next((s for s in spec.slots if s.id == id), None)
    name, own = (chosen.name if chosen else slots.NAMES[id]), id not in SLOT_KINDS
    return _slot(
        id, name, chosen.model if chosen else None, own, plug, slots.standing(gateway, caller, plug, used, _today()), used
    )


# ── of the workspace ──────────────────────────────────────


async def of_workspace_listed(request: Request, tx: Tx, by: By) -> Slots:
    """The workspace's four slots, which every app follows that chooses nothing of its own."""
    by.must("read")
    return Slots(items=[await _of_workspace(request, tx, kind, by) for kind in SLOT_KINDS])


async def switch_workspace(slot: PartId, choice: SlotChoice, request: Request, tx: Tx, by: By) -> SwitchedSlot:
    """Plug a model into a slot of the workspace: an alias of the gateway. For owners. null goes back to the built-in model."""
    gateway = parts(request).gateway
    await slots.switch_workspace(tx, gateway, slot, choice.model, by=by)
    plug = of_workspace(slot)
    then = Plug(slot, plug.kind, choice.model or plug.model, "workspace")
    used = await slots.workspace_uses(tx, slot, by=by)
    caller = gateway.caller(by.workspace, member=by.member)
    shown = _slot(slot, slots.NAMES[slot], choice.model, False, plug, slots.standing(gateway, caller, then, used, _today()), used)
    return SwitchedSlot(**dict(shown))


async def preview_workspace(
    slot: PartId, asked: Annotated[AskedPreview, Query()], request: Request, tx: Tx, by: By
) -> SlotPreview:
    """What another model would mean for every app that follows the workspace."""
    return SlotPreview.of(await slots.preview_of_workspace(tx, parts(request).gateway, slot, asked.model, by=by))


async def _of_workspace(request: Request, tx: Tx, kind: SlotKind, by: Actor) -> ShownSlot:
    gateway = parts(request).gateway
    plug, used = of_workspace(kind), await slots.workspace_uses(tx, kind, by=by)
    caller = gateway.caller(by.workspace, member=by.member)
    chosen = gateway.workspace(by.workspace).slot_or_none(kind)
    return _slot(kind, slots.NAMES[kind], chosen, False, plug, slots.standing(gateway, caller, plug, used, _today()), used)


def _slot(id: str, name: str, model: str | None, own: bool, plug: Plug, standing: Standing, used: tuple[Use, ...]) -> ShownSlot:
    uses = [SlotUse.of(use) for use in used]
    return ShownSlot(id=id, name=name, kind=plug.kind, model=model, own=own, plug=SlotPlug.of(standing), uses=uses)


def _today() -> date:
    return datetime.now(UTC).date()
