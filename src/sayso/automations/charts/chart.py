"""What a chart shows: one or more series of figures, by name, and how a figure is written."""

import math
from dataclasses import dataclass, replace
from typing import Literal

POINTS_MAX = 16
"""Names that can be read beside each other; what is beyond is added up to one of them, `OTHERS`, or left out."""
SLICES_MAX = 8
SERIES_MAX = 6
OTHERS = "All others"

Style = Literal["bar", "line", "pie"]


@dataclass(frozen=True, slots=True)
class Series:
    """One figure for each name of the chart; None where there is none."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """`before` and `after` stand around a figure (`€`, `%`), `places` are its decimals."""

    title: str
    style: Style
    names: tuple[str, ...]
    series: tuple[Series, ...]
    before: str = ""
    after: str = ""
    places: int | None = None
    hue: int = 262
    adds: bool = True
    """Whether the figures of several names together are a figure (counts, sums) or none (averages)."""

    @property
    def values(self) -> list[float]:
        return [value for one in self.series for value in one.values if value is not None]

    @property
    def empty(self) -> bool:
        return not self.names or not self.values

    def written(self, value: float) -> str:
        """A figure in full: `€14,200.50`."""
        return f"{self._sign(value)}{self.before}{_number(abs(value), self._places(value))}{self.after}"

    def short(self, value: float) -> str:
        """A figure for an axis or above a bar: `€14.2k`."""
        size = abs(value)
        for least, letter in ((1e9, "bn"), (1e6, "m"), (1e4, "k")):
            if size >= least:
                scaled = size / {"bn": 1e9, "m": 1e6, "k": 1e3}[letter]
                return (
                    f"{self._sign(value)}{self.before}{_number(scaled, 0 if scaled >= 100 else 1, cut=True)}{letter}{self.after}"
                )
        return f"{self._sign(value)}{self.before}{_number(size, self._places(value), cut=True)}{self.after}"

    @staticmethod
    def _sign(value: float) -> str:
        return "−" if value < 0 else ""

    def _places(self, value: float) -> int:
        if self.places is not None:
            return self.places
        return 0 if float(value).is_integer() else 2

    def bounded(self) -> "Chart":
        """With no more names and series than can be read; the smallest are added up to one, the others keep their order."""
        return self._clean()._fewer()

    def _clean(self) -> "Chart":
        series = tuple(Series(clean(one.name), one.values) for one in self.series[:SERIES_MAX])
        return replace(self, title=clean(self.title), names=tuple(map(clean, self.names)), series=series)

    def _fewer(self) -> "Chart":
        series = self.series
        most = SLICES_MAX if self.style == "pie" else POINTS_MAX
        if len(self.names) <= most or self.style == "line":
            names, kept = self.names[-POINTS_MAX * 4 :], series
            return self._with(names, tuple(Series(s.name, s.values[-len(names) :]) for s in kept))
        size = [sum(abs(s.values[n] or 0) for s in series) for n in range(len(self.names))]
        room = most - 1 if self.adds else most
        largest = sorted(sorted(range(len(self.names)), key=lambda n: -size[n])[:room])
        rest = [n for n in range(len(self.names)) if n not in set(largest)]
        cut = self._with(
            tuple(self.names[n] for n in largest), tuple(Series(s.name, tuple(s.values[n] for n in largest)) for s in series)
        )
        if not self.adds:
            return replace(cut, title=f"{self.title}: the {len(largest)} largest of {len(self.names)}")
        others = tuple(
            Series(one.name, (*one.values, math.fsum(s.values[n] or 0 for n in rest)))
            for one, s in zip(cut.series, series, strict=True)
        )
        return cut._with((*cut.names, f"{OTHERS} ({len(rest)})"), others)

    def _with(self, names: tuple[str, ...], series: tuple[Series, ...]) -> "Chart":
        return replace(self, names=names, series=series)


def clean(text: str) -> str:
    """Without what no pen can draw and no XML can hold."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _number(value: float, places: int, *, cut: bool = False) -> str:
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if cut and "." in text else text


SPAN_MIN = 1e-300
"""What is nearer together than that is one figure: floats have no tenth of it."""


def scale(values: list[float]) -> tuple[float, float, float]:
    """From, to and step of an axis: round figures that hold all values and nought."""
    low, high = min(0.0, *values), max(0.0, *values)
    rough = high - low
    rough = (rough if rough > SPAN_MIN else 1.0) / 4
    power = 10 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    top = math.ceil(high / step - 1e-9) * step
    bottom = math.floor(low / step + 1e-9) * step
    return bottom, top if top > bottom else bottom + step, step
