"""The shape every kind of field has."""

from enum import StrEnum
from typing import Any, ClassVar

from sayso.spec.fields.fill import Fill
from sayso.spec.part import Part


class Storage(StrEnum):
    """How values lie in PostgreSQL. Kinds are many, storages few; SQL is chosen by storage, widgets by kind."""

    TEXT = "text"
    INTEGER = "bigint"
    NUMERIC = "numeric"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamptz"
    TEXTS = "text[]"
    """A set of option ids, member ids or file ids."""
    LINKS = "links"
    """No column: pairs of row ids in a table of their own."""
    COMPUTED = "computed"
    """No column: worked out by PostgreSQL when read."""
    SYSTEM = "system"
    """Kept by the data engine in the row itself: created and updated at and by, the number."""


class Field(Part):
    """One column of a table.

    `parse` takes what a person, a file or the API sent and gives the stored value, or raises `Invalid` with an
    example. `None` and empty text are "no value" for every kind. `shown` gives the JSON value of the API,
    `written` the plain text of exports, search and prompts.
    """

    storage: ClassVar[Storage]
    writable: ClassVar[bool] = True
    example: ClassVar[object]

    required: bool = False
    unique: bool = False
    fill: Fill | None = None
    """How a model fills it; for the kinds in `spec.fields.fill.FILLABLE`."""

    def parse(self, raw: object) -> Any:
        raise NotImplementedError

    def shown(self, value: Any) -> Any:
        return value

    def written(self, value: Any) -> str:
        return "" if value is None else str(value)


def is_empty(raw: object) -> bool:
    return raw is None or raw == "" or raw == [] or (isinstance(raw, str) and not raw.strip())
