"""A change, as it crosses the API."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field

from sayso.web.shapes import Asked, PartId

PartKind = Literal["app", "table", "field", "view", "automation", "coworker", "slot", "role"]
Place = Annotated[int, Field(ge=0, le=100_000)]
STEPS_MAX = 2_000


class _Step(Asked):
    part: PartKind
    table: PartId | None = None
    """Only for fields: the table that holds it."""


class Add(_Step):
    do: Literal["add"]
    value: dict[str, Any]
    """The whole part."""
    at: Place | None = None


class Alter(_Step):
    do: Literal["alter"]
    id: PartId | None = None
    value: dict[str, Any]
    """The whole new part, with the same id."""


class Rename(_Step):
    do: Literal["rename"]
    id: PartId | None = None
    name: str


class Move(_Step):
    do: Literal["move"]
    id: PartId
    to: Place


class Remove(_Step):
    do: Literal["remove"]
    id: PartId


Step = Annotated[Add | Alter | Rename | Move | Remove, Discriminator("do")]


class Change(Asked):
    """A difference between two states of an app."""

    title: str = Field(default="", max_length=500)
    steps: list[Step] = Field(max_length=STEPS_MAX)
