"""A figure never stands alone: with it come who says so, where, and when.

Unknown is `None`, shown as "not published"; it is never 0.
"""

from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar

UNKNOWN = "not published"
SAME_SHARE = Decimal("0.005")
"""Two sources that differ by no more than this share agree."""

T = TypeVar("T")

Agreement = Literal["agree", "differ", "single"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures come from. `date` is when the source was published, `retrieved` when we read it."""

    id: str
    name: str
    url: str
    version: str
    date: Date
    retrieved: Date
    licence: str

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "url": self.url,
            "version": self.version,
            "date": self.date.isoformat(),
            "retrieved": self.retrieved.isoformat(),
            "licence": self.licence,
        }


@dataclass(frozen=True, slots=True)
class Figure(Generic[T]):
    """A value, who says so, the page it can be read on, and the day it was true. `others` is what other sources say of the same."""

    value: T
    source: Source
    url: str
    date: Date
    others: "tuple[Figure[T], ...]" = ()

    @property
    def agreement(self) -> Agreement:
        """`agree` when a second source says the same, `differ` when one does not (by more than 0.5 %), else `single`."""
        if not self.others:
            return "single"
        return "agree" if all(same(self.value, other.value) for other in self.others) else "differ"

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "value": plain(self.value),
            "source": self.source.id,
            "url": self.url,
            "date": self.date.isoformat(),
            "agreement": self.agreement,
        }
        if self.others:
            shown["others"] = [{"value": plain(o.value), "source": o.source.id, "url": o.url} for o in self.others]
        return shown


def same(a: object, b: object) -> bool:
    """Whether two sources say the same: numbers to within half a percent, everything else exactly."""
    if isinstance(a, Decimal | int) and isinstance(b, Decimal | int) and not isinstance(a, bool):
        return abs(Decimal(a) - Decimal(b)) <= SAME_SHARE * max(abs(Decimal(a)), abs(Decimal(b)))
    return a == b


def plain(value: object) -> Any:
    """A value as JSON has it: amounts as strings, so that no cent is lost; days as ISO dates."""
    if isinstance(value, Decimal):
        return shortest(value)
    if isinstance(value, Date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


def shortest(amount: Decimal) -> str:
    """`1.10` as `1.1`, `1E+1` as `10`."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
