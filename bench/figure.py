"""One measured figure beside what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` and `limit` in `unit`. Kept when the value is at most the limit, or with `floor` at least."""

    what: str
    value: float
    limit: float
    unit: Literal["ms", "s", "MB", "per s", "fps", "kB", "ratio"]
    floor: bool = False
    runs: int = 1

    @property
    def kept(self) -> bool:
        return self.value >= self.limit if self.floor else self.value <= self.limit

    @property
    def said(self) -> str:
        return f"{self.value:,.3g} {self.unit}" if self.value < 100 else f"{self.value:,.0f} {self.unit}"

    @property
    def limit_said(self) -> str:
        return f"{'≥' if self.floor else '≤'} {self.limit:,g} {self.unit}"


def middle(what: str, values: Sequence[float], limit: float, unit: Literal["ms", "s", "MB"]) -> Figure:
    """The median of several runs."""
    return Figure(what, median(values), limit, unit, runs=len(values))
