"""A change and its steps, as values."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, TypeAdapter, ValidationInfo, field_validator
from pydantic import Field as Limit

from sayso.spec.app import App
from sayso.spec.automation import Automation
from sayso.spec.coworker import Coworker, Slot
from sayso.spec.fields import AnyField
from sayso.spec.part import Description, Frozen, Id, Name
from sayso.spec.role import Role
from sayso.spec.table import Table
from sayso.spec.view import AnyView

STEPS_MAX = 5_000
TITLE_CHARACTERS_MAX = 300

PartKind = Literal["app", "table", "field", "view", "automation", "coworker", "slot", "role"]
SiblingKind = Literal["table", "field", "view", "automation", "coworker", "slot", "role"]
"""Every part but the app itself has siblings, and a place among them."""


class Face(Frozen):
    """What can be altered of an app as a whole."""

    name: Name
    description: Description = ""
    icon: str = "layers"
    hue: Annotated[int, Limit(ge=0, le=360)] = 262
    zone: str = "UTC"


def face(app: App) -> Face:
    return Face(**{name: getattr(app, name) for name in Face.model_fields})


AnyPart = Table | AnyField | AnyView | Automation | Coworker | Slot | Role

_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    "app": TypeAdapter(Face),
    "table": TypeAdapter(Table),
    "field": TypeAdapter(AnyField),
    "view": TypeAdapter(AnyView),
    "automation": TypeAdapter(Automation),
    "coworker": TypeAdapter(Coworker),
    "slot": TypeAdapter(Slot),
    "role": TypeAdapter(Role),
}


def part_from(kind: PartKind, raw: object) -> Any:
    """The whole part in parsed JSON; raises pydantic's `ValidationError`."""
    return _ADAPTERS[kind].validate_python(raw)


class _Step(Frozen):
    table: Id | None = None
    """The table a field belongs to; of no meaning to other parts."""

    @property
    def place(self) -> tuple[str, str | None]:
        """Whose list of siblings the step works on."""
        kind: str = getattr(self, "part")  # noqa: B009  every subclass has one
        return kind, self.table if kind == "field" else None


class Add(_Step):
    """A whole new part, at the end or `at` a place among its siblings."""

    do: Literal["add"] = "add"
    part: SiblingKind
    value: AnyPart
    at: Annotated[int, Limit(ge=0)] | None = None

    @field_validator("value", mode="before")
    @classmethod
    def _whole(cls, raw: object, info: ValidationInfo) -> object:
        return part_from(info.data["part"], raw) if "part" in info.data and isinstance(raw, dict) else raw

    @property
    def id(self) -> str:
        return self.value.id


class Alter(_Step):
    """The part as it is to be, whole, under the same id. A table without fields keeps the fields it has."""

    do: Literal["alter"] = "alter"
    part: PartKind
    id: str = ""
    value: AnyPart | Face

    @field_validator("value", mode="before")
    @classmethod
    def _whole(cls, raw: object, info: ValidationInfo) -> object:
        return part_from(info.data["part"], raw) if "part" in info.data and isinstance(raw, dict) else raw


class Rename(_Step):
    do: Literal["rename"] = "rename"
    part: PartKind
    id: str = ""
    name: Name


class Move(_Step):
    do: Literal["move"] = "move"
    part: SiblingKind
    id: Id
    to: Annotated[int, Limit(ge=0)]


class Remove(_Step):
    do: Literal["remove"] = "remove"
    part: SiblingKind
    id: Id


Step = Annotated[Add | Alter | Rename | Move | Remove, Discriminator("do")]


class Change(Frozen):
    """A difference between two apps, in steps that are taken one after the other."""

    title: Annotated[str, Limit(max_length=TITLE_CHARACTERS_MAX)] = ""
    steps: Annotated[tuple[Step, ...], Limit(max_length=STEPS_MAX)] = ()

    def then(self, *steps: Step) -> Change:
        return self.model_copy(update={"steps": (*self.steps, *steps)})
