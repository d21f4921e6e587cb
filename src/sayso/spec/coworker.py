"""AI agents that live in an app, and the slots that models are plugged into."""

from typing import Literal

from sayso.spec.part import Description, Frozen, Id, Part

SlotKind = Literal["text", "vision", "image", "embedding"]


class Slot(Part):
    """A place for a model. Every AI part names a slot, never a vendor."""

    kind: SlotKind = "text"
    model: str | None = None


class Grant(Frozen):
    """What a co-worker may do with one table. Writing always asks first."""

    table: Id
    may: Literal["read", "write"] = "read"


class Coworker(Part):
    instructions: Description = ""
    slot: Id = "text"
    grants: tuple[Grant, ...] = ()
