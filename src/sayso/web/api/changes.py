"""A change, as it crosses the API: steps whose parts are whole parts of the spec."""

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, ValidationError

from sayso.errors import Invalid, Problem
from sayso.spec import change as spec
from sayso.web.problems import problems_of
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
    id: PartId | Literal[""] = ""
    value: dict[str, Any]
    """The whole new part, with the same id."""


class Rename(_Step):
    do: Literal["rename"]
    id: PartId | Literal[""] = ""
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
    steps: list[Step] = Field(default=[], max_length=STEPS_MAX)

    @classmethod
    def of(cls, change: spec.Change) -> Self:
        return cls.model_validate(change.model_dump(mode="json", exclude_none=True))

    def read(self) -> spec.Change:
        """The change it tells of. `Invalid` names every step that does not fit, by its place."""
        try:
            return spec.Change.model_validate(self.model_dump(exclude_unset=True))
        except ValidationError as error:
            found = problems_of(error.errors(include_url=False, include_input=False))
            raise Invalid.of(Problem(f"change/{p.path}", p.reason, p.example) for p in found) from None
