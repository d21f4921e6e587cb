"""Which model stands behind a slot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sayso.spec.app import App
from sayso.spec.check.fills import KIND_OF_TASK, SLOT_KINDS
from sayso.spec.coworker import SlotKind
from sayso.spec.fields import AnyField, Image
from sayso.spec.fields.fill import named_in
from sayso.spec.table import Table

Where = Literal["app", "workspace"]


@dataclass(frozen=True, slots=True)
class Plug:
    """`model` is what the gateway is asked for: the app's own choice, else `slot:<kind>`, which the gateway resolves to the
    workspace's alias and, where there is none, to a built-in model."""

    slot: str
    kind: SlotKind
    model: str
    where: Where


def kind_named(slot_id: str) -> SlotKind:
    """The kind of the workspace's slot of that name."""
    kinds: dict[str, SlotKind] = {kind: kind for kind in SLOT_KINDS}
    return kinds.get(slot_id, "text")


def resolve(spec: App, slot_id: str) -> Plug:
    """A slot that nobody knows is taken for `text`: `check` tells of it, and nothing breaks meanwhile."""
    own = next((s for s in spec.slots if s.id == slot_id), None)
    kind: SlotKind = own.kind if own else kind_named(slot_id)
    if own is not None and own.model:
        return Plug(slot_id, kind, own.model, "app")
    shared = next((s for s in spec.slots if s.id == kind and s.model), None)
    if shared is not None and shared.model:
        return Plug(slot_id, kind, shared.model, "app")
    return Plug(slot_id, kind, f"slot:{kind}", "workspace")


def natural(table: Table | None, task: str, prompt: str, slot: str) -> str:
    """The slot that a part uses: `text` stands for what the task needs. Pictures are drawn by `image` and seen by `vision`."""
    if slot != "text":
        return slot
    sees = table is not None and any(isinstance(f, Image) for f in reads(table, prompt))
    return KIND_OF_TASK.get(task, "vision" if sees else "text")


def reads(table: Table, prompt: str) -> tuple[AnyField, ...]:
    """The fields of the row itself that a prompt names."""
    named = (table.named(name[0]) for name in named_in(prompt))
    return tuple(f for f in named if f is not None)
