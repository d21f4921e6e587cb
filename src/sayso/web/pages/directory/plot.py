"""The chart of price against context window: where each point stands, in the units of its drawing. Pure; the template draws it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import log, log10

from sayso.models.directory import Directory
from sayso.models.listing import Listed
from sayso.models.prices import dollars
from sayso.models.words import day as day_text
from sayso.models.words import tokens

WIDTH, HEIGHT = 1134, 330
LEFT, RIGHT, TOP, BOTTOM = 60, 1114, 24, 282
POINTS_MAX = 120
LABELS_MAX = 16
LETTER_WIDTH = 6.6
"""Of a label, on average, in the drawing's units: enough to keep two labels apart."""
LABEL_HEIGHT = 15
MAKERS_SHOWN_MAX = 5
PRICE_TICKS = tuple(
    Decimal(one) for one in ("0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "50", "100", "200")
)
CONTEXT_TICKS = (512, 2_000, 8_000, 32_000, 128_000, 500_000, 2_000_000, 10_000_000)


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    series: int
    """1 to 5 for the makers with the most points, 6 for the rest."""
    gone: bool
    title: str


@dataclass(frozen=True, slots=True)
class Label:
    x: float
    y: float
    text: str
    end: bool
    """The text ends here; else it begins here."""


@dataclass(frozen=True, slots=True)
class Move:
    """An announced price: from here to there."""

    x: float
    to: float
    y: float
    series: int
    title: str


@dataclass(frozen=True, slots=True)
class Plot:
    points: tuple[Point, ...]
    labels: tuple[Label, ...]
    moves: tuple[Move, ...]
    xs: tuple[tuple[float, str], ...]
    ys: tuple[tuple[float, str], ...]
    makers: tuple[tuple[int, str], ...]
    left_out: int
    """Models of the list that have no price per token or no published context window."""
    more: bool
    """There were more than are drawn."""


def plot(rows: Iterable[Listed], directory: Directory, today: date) -> Plot | None:
    """`None` when there are not two points to compare."""
    rows = list(rows)
    known = [row for row in rows if row.context and row.input and row.output is not None and row.type == "text"]
    drawn = known[:POINTS_MAX]
    if len(drawn) < 2:
        return None
    prices, windows = [blended(row) for row in drawn], [row.context or 1 for row in drawn]
    x, y = _Scale(min(prices), max(prices), LEFT + 12, RIGHT), _Scale(min(windows), max(windows), BOTTOM - 12, TOP + 8)
    series = _series(drawn)
    points = {
        row.id: Point(x(blended(row)), y(row.context or 1), series[row.maker], row.status == "retired", _title(row))
        for row in drawn
    }
    named = [row for row in drawn if row.flagship and row.status != "retired"] or drawn
    return Plot(
        tuple(points[row.id] for row in reversed(drawn)),
        tuple(_labels([(row.name, points[row.id]) for row in named], list(points.values()))),
        tuple(_moves(named, points, x, directory, today)),
        tuple((x(float(tick)), dollars(tick)) for tick in PRICE_TICKS if min(prices) * 0.7 <= tick <= max(prices) * 1.3),
        tuple((y(tick), tokens(tick)) for tick in CONTEXT_TICKS if min(windows) * 0.7 <= tick <= max(windows) * 1.3),
        tuple(sorted({(series[row.maker], row.maker_name if series[row.maker] < 6 else "Others") for row in drawn})),
        len(rows) - len(known),
        len(known) > len(drawn),
    )


def blended(row: Listed) -> float:
    """Dollars per million tokens when three are read for each that is written."""
    return float((3 * (row.input or 0) + (row.output or 0)) / 4)


class _Scale:
    """A logarithmic one: prices and windows span five orders of magnitude."""

    def __init__(self, least: float, most: float, start: float, end: float) -> None:
        self._low, self._start = log10(least), start
        self._step = (end - start) / ((log10(most) - self._low) or 1)

    def __call__(self, value: float) -> float:
        return round(self._start + (log10(value) - self._low) * self._step, 1)


def _series(rows: list[Listed]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.maker] = counts.get(row.maker, 0) + (10 if row.flagship else 1)
    ranked = sorted(counts, key=lambda maker: (-counts[maker], maker))
    return {maker: min(place, MAKERS_SHOWN_MAX + 1) for place, maker in enumerate(ranked, 1)}


def _title(row: Listed) -> str:
    status = "" if row.status == "current" else f", {row.label.lower()}"
    return f"{row.name}{status}: {dollars(row.input or Decimal(0))} in, {dollars(row.output or Decimal(0))} out, {tokens(row.context or 0)} tokens"


def _labels(named: list[tuple[str, Point]], points: list[Point]) -> Iterator[Label]:
    """Names beside their points, as many as find room: right, left, above or below, over no other label and no other point."""
    taken: list[tuple[float, float, float, float]] = []
    count = 0
    for text, point in named:
        width = len(text) * LETTER_WIDTH
        places = ((9, 4, False), (-9, 4, True), (7, -8, False), (7, 16, False), (-7, -8, True), (-7, 16, True))
        for dx, dy, end in places:
            x, y = point.x + dx, point.y + dy
            box = (x - width if end else x, y - LABEL_HEIGHT + 3, x if end else x + width, y + 4)
            inside = box[0] > LEFT and box[2] < WIDTH - 4 and box[1] > 4 and box[3] < BOTTOM
            if (
                inside
                and not any(_over(box, other) for other in taken)
                and not any(_covers(box, p) for p in points if p is not point)
            ):
                taken.append(box)
                count += 1
                yield Label(round(x, 1), round(y, 1), text, end)
                break
        if count == LABELS_MAX:
            return


def _over(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] + 6 and b[0] < a[2] + 6 and a[1] < b[3] and b[1] < a[3]


def _covers(box: tuple[float, float, float, float], point: Point) -> bool:
    return box[0] - 5 < point.x < box[2] + 5 and box[1] - 4 < point.y < box[3] + 4


def _moves(rows: list[Listed], points: dict[str, Point], x: _Scale, directory: Directory, today: date) -> Iterator[Move]:
    for row in rows:
        model = directory.read(row.id)
        for period in model.periods:
            if period.since is None or period.hours is not None or not today < period.since:
                continue
            if "input_mtok" in period.prices and "output_mtok" in period.prices:
                then = float((3 * period.prices["input_mtok"][0] + period.prices["output_mtok"][0]) / 4)
                if then and abs(log(then / blended(row))) > 0.01:
                    point = points[row.id]
                    yield Move(point.x, min(x(then), RIGHT), point.y, point.series, f"{row.name} from {day_text(period.since)}")
