"""The catalogue of an app: which numbers its tables and fields have in PostgreSQL.

Numbers are given once and never again. A removed table or field is only left out here; what it held stays until it is
purged, so that an undo finds it again.
"""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Detached:
    """A table, or a column or pairs of one, that no longer belongs to the spec but still holds what it held.

    `part` is `table` or `field`; `spec` the part as it was, portable; `at` the day it was taken away.
    """

    part: str
    table: str
    table_no: int
    number: int
    at: str
    id: str
    spec: dict[str, Any] = field(default_factory=dict)
    end: list[str] | None = None
    """Of pairs: the (table, field) whose own row ids are in column `a`."""


@dataclass(frozen=True, slots=True)
class Columns:
    """`tables` maps table ids to numbers, `fields` the field ids of each table; both ends of a link share one number.

    `ends` says, for each link number, which (table, field) has its own row ids in column `a` of the pairs.
    `last` is the highest number given so far. `detached` is what was taken away, the latest last.
    """

    tables: dict[str, int] = field(default_factory=dict)
    fields: dict[str, dict[str, int]] = field(default_factory=dict)
    ends: dict[int, tuple[str, str]] = field(default_factory=dict)
    last: int = 0
    detached: tuple["Detached", ...] = ()

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Columns":
        """From the JSON in `sayso.apps.columns`."""
        ends = {int(n): (end[0], end[1]) for n, end in stored.get("ends", {}).items()}
        detached = tuple(Detached(**one) for one in stored.get("detached", ()))
        return cls(stored.get("tables", {}), stored.get("fields", {}), ends, stored.get("last", 0), detached)

    def stored(self) -> dict[str, Any]:
        return {
            "tables": self.tables,
            "fields": self.fields,
            "ends": {str(n): list(end) for n, end in self.ends.items()},
            "last": self.last,
            "detached": [asdict(one) for one in self.detached],
        }

    def table_id(self, number: int) -> str | None:
        return next((id for id, n in self.tables.items() if n == number), None)

    def field_id(self, table_id: str, number: int) -> str | None:
        return next((id for id, n in self.fields.get(table_id, {}).items() if n == number), None)
