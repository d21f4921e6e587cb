"""Values worked out from the row's other fields."""

from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints

from sayso.spec.fields.field import Field, Storage

FORMULA_CHARACTERS_MAX = 4_000


class Formula(Field):
    """`formula` is written in our own language, with field names in braces: `{Qty} * {Unit price}`."""

    kind: Literal["formula"] = "formula"
    storage: ClassVar = Storage.COMPUTED
    writable: ClassVar = False
    example: ClassVar = "{Qty} * {Unit price}"
    formula: Annotated[str, StringConstraints(max_length=FORMULA_CHARACTERS_MAX)]
    shown_as: Literal["number", "money", "percent", "duration", "text", "date", "datetime", "checkbox"] | None = None
    """How the result is shown; left out, it follows from the formula's type."""
    currency: str | None = None
    decimals: int | None = None
