"""Where everything of a chart stands, in points of a picture 720 wide: a list of shapes that any pen can put down."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from sayso.automations.charts.chart import Chart, scale
from sayso.gateway.builtin.canvas import type as lettering

WIDTH, HEIGHT = 720, 400
MARGIN = 24
LYING_MAX = 16
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    colour: Colour
    round_: float = 0


@dataclass(frozen=True, slots=True)
class Line:
    points: tuple[tuple[float, float], ...]
    colour: Colour
    width: float = 1


@dataclass(frozen=True, slots=True)
class Wedge:
    """A piece of a ring, from one angle to another in degrees, clockwise from the top."""

    x: float
    y: float
    outer: float
    inner: float
    start: float
    stop: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    radius: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text, its middle at `y`."""

    x: float
    y: float
    text: str
    size: int
    colour: Colour
    weight: int = 450
    align: str = "left"


Shape = Box | Line | Wedge | Dot | Words


@dataclass(frozen=True, slots=True)
class Inks:
    """The tokens' colours (`look/tokens.css`, light), as numbers."""

    ink: Colour
    quiet: Colour
    faint: Colour
    series: tuple[Colour, ...]


def drawn(chart: Chart) -> list[Shape]:
    """The shapes, back to front, on a white ground of `WIDTH` by `HEIGHT`."""
    chart = chart.bounded()
    inks = inks_of(chart.hue)
    shapes: list[Shape] = [Box(0, 0, WIDTH, HEIGHT, (255, 255, 255), 12)]
    if chart.title:
        shapes.append(Words(MARGIN, 30, fitted(chart.title, 17, 640, WIDTH - 2 * MARGIN), 17, inks.ink, 640))
    if chart.empty:
        shapes.append(Words(WIDTH / 2, HEIGHT / 2, "There is nothing to show yet", 14, inks.quiet, align="centre"))
        return shapes
    pie = chart.style == "pie" and len(chart.series) == 1 and all(v >= 0 for v in chart.values) and sum(chart.values) > 0
    if pie:
        shapes.extend(_ring(chart, inks))
    else:
        shapes.extend(_lying(chart, inks) if _lies(chart) else _plot(chart, inks))
    return shapes


def inks_of(hue: int) -> Inks:
    series = (oklch(0.53, 0.18, hue), oklch(0.63, 0.108, 195), oklch(0.675, 0.145, 68), oklch(0.62, 0.165, 345),
              oklch(0.48, 0.1, 160), oklch(0.665, 0.016, hue), oklch(0.72, 0.11, hue), oklch(0.8, 0.07, 195))  # fmt: skip
    return Inks(oklch(0.225, 0.015, hue), oklch(0.45, 0.016, hue), oklch(0.9, 0.006, hue), series)


def fitted(text: str, size: int, weight: int, room: float) -> str:
    """The text, cut with an ellipsis to what fits."""
    text, face = lettering.drawable(text), lettering.font(size, weight)
    while text and face.getlength(text) > room:
        text = text.rstrip("…")[:-1].rstrip() + "…"
        if text == "…":
            return text
    return text


# ── bars and lines ────────────────────────────────────────


def _plot(chart: Chart, inks: Inks) -> Iterator[Shape]:
    low, high, step = scale(chart.values)
    marks = [low + step * n for n in range(round((high - low) / step) + 1)]
    face = lettering.font(12, 450)
    left = MARGIN + max(face.getlength(chart.short(mark)) for mark in marks) + 10
    top = 58.0 if len(chart.series) == 1 else 84.0
    slot = (WIDTH - MARGIN - left) / len(chart.names)
    slanted = _too_wide(chart, slot)
    bottom = HEIGHT - (78.0 if slanted else 44.0)

    def level(value: float) -> float:
        return bottom - (value - low) / (high - low) * (bottom - top)

    if len(chart.series) > 1:
        yield from _legend(chart, inks)
    for mark in marks:
        y = level(mark)
        yield Line(((left, y), (WIDTH - MARGIN, y)), inks.quiet if mark == 0 else inks.faint, 1.2 if mark == 0 else 1)
        yield Words(left - 8, y, chart.short(mark), 12, inks.quiet, align="right")
    yield from (_lines if chart.style == "line" else _bars)(chart, inks, left, slot, level)
    yield from _names(chart, inks, left, slot, bottom, two_rows=slanted)


def _too_wide(chart: Chart, slot: float) -> bool:
    face = lettering.font(12, 450)
    return any(face.getlength(name) > slot - 6 for name in chart.names)


def _names(chart: Chart, inks: Inks, left: float, slot: float, bottom: float, *, two_rows: bool) -> Iterator[Shape]:
    """Beneath the axis; names that are too wide stand on two or three levels by turns, and of very many only some."""
    levels = min(3, max(1, math.ceil(70 / slot))) if two_rows else 1
    every = max(1, math.ceil(44 / (slot * levels)))
    for n, name in enumerate(chart.names):
        if n % every == 0:
            room = slot * levels * every - 8 if levels > 1 else slot * every - 4
            y = bottom + 16 + (n // every % levels) * 17
            x = left + slot * (n + 0.5)
            text = fitted(name, 12, 450, room)
            half = lettering.font(12, 450).getlength(text) / 2
            yield Words(min(max(x, half + 4), WIDTH - half - 4), y, text, 12, inks.quiet, align="centre")


def _bars(chart: Chart, inks: Inks, left: float, slot: float, level: "Level") -> Iterator[Shape]:
    width = min(slot * 0.72, 64.0 * len(chart.series)) / len(chart.series)
    for s, one in enumerate(chart.series):
        for n, value in enumerate(one.values):
            if value is None:
                continue
            x = left + slot * (n + 0.5) + width * (s - len(chart.series) / 2)
            y, base = level(value), level(0)
            gap = 1.5 if len(chart.series) > 1 else 0
            yield Box(x + gap, min(y, base), width - 2 * gap, max(abs(base - y), 1), inks.series[s], min(3.0, width / 4))
            text = chart.short(value)
            if lettering.font(12, 600).getlength(text) <= slot / len(chart.series) + (10 if len(chart.series) == 1 else 0):
                yield Words(x + width / 2, y - 10 if value >= 0 else y + 10, text, 12, inks.ink, 600, "centre")


def _lines(chart: Chart, inks: Inks, left: float, slot: float, level: "Level") -> Iterator[Shape]:
    for s, one in enumerate(chart.series):
        points = [(left + slot * (n + 0.5), level(v), v) for n, v in enumerate(one.values) if v is not None]
        if len(points) > 1:
            yield Line(tuple((x, y) for x, y, _ in points), inks.series[s], 2.5)
        for x, y, value in points if len(points) <= 40 else points[-1:]:
            yield Dot(x, y, 4, inks.series[s])
            yield Dot(x, y, 2, (255, 255, 255))
            if len(chart.series) == 1 and lettering.font(12, 600).getlength(chart.short(value)) < slot:
                yield Words(x, y - 14, chart.short(value), 12, inks.ink, 600, "centre")


def _legend(chart: Chart, inks: Inks) -> Iterator[Shape]:
    x = float(MARGIN)
    for s, one in enumerate(chart.series):
        text = fitted(one.name, 12, 500, 140)
        yield Box(x, 53, 10, 10, inks.series[s], 2)
        yield Words(x + 16, 58, text, 12, inks.quiet, 500)
        x += 16 + lettering.font(12, 500).getlength(text) + 20


# ── bars that lie, for many long names ────────────────────


def _lies(chart: Chart) -> bool:
    bars = chart.style != "line" and len(chart.series) == 1 and len(chart.names) <= LYING_MAX
    return bars and len(chart.names) > 4 and _too_wide(chart, (WIDTH - 110) / len(chart.names) * 1.6)


def _lying(chart: Chart, inks: Inks) -> Iterator[Shape]:
    low, high, _ = scale(chart.values)
    face = lettering.font(12, 450)
    named = min(220.0, max(face.getlength(name) for name in chart.names)) + 12
    figures = max(lettering.font(12, 600).getlength(chart.short(v)) for v in chart.values) + 12
    left, right = MARGIN + named + (figures if low < 0 else 0), WIDTH - MARGIN - figures
    row = min(40.0, (HEIGHT - 72) / len(chart.names))
    nought = left + (right - left) * -low / (high - low)
    for n, (name, value) in enumerate(zip(chart.names, chart.series[0].values, strict=True)):
        y = 56 + row * (n + 0.5)
        yield Words(MARGIN + named - 12, y, fitted(name, 12, 450, named - 12), 12, inks.quiet, align="right")
        if value is not None:
            end = left + (right - left) * (value - low) / (high - low)
            thick = row * 0.66
            yield Box(min(end, nought), y - thick / 2, max(abs(end - nought), 1), thick, inks.series[0], 3)
            yield Words(
                end + (6 if value >= 0 else -6), y, chart.short(value), 12, inks.ink, 600, "left" if value >= 0 else "right"
            )
    yield Line(((nought, 54), (nought, 58 + row * len(chart.names))), inks.quiet, 1.2)


# ── a ring ────────────────────────────────────────────────


def _ring(chart: Chart, inks: Inks) -> Iterator[Shape]:
    values = [value or 0.0 for value in chart.series[0].values]
    total = math.fsum(values)
    x, y, radius = 200.0, 222.0, 140.0
    at = 0.0
    for n, value in enumerate(values):
        to = at + 360 * value / total
        if to > at:
            yield Wedge(x, y, radius, radius * 0.6, at, to, inks.series[n % len(inks.series)])
        at = to
    yield Words(x, y - 6, chart.short(total), 26, inks.ink, 700, "centre")
    yield Words(x, y + 18, "in all", 12, inks.quiet, align="centre")
    row = min(34.0, 300 / len(values))
    top = y - row * len(values) / 2
    for n, (name, value) in enumerate(zip(chart.names, values, strict=True)):
        middle = top + row * (n + 0.5)
        figure = f"{chart.short(value)} · {value / total:.0%}"
        room = WIDTH - MARGIN - 396 - lettering.font(13, 600).getlength(figure) - 14
        yield Box(372, middle - 6, 12, 12, inks.series[n % len(inks.series)], 3)
        yield Words(394, middle, fitted(name, 13, 450, room), 13, inks.ink)
        yield Words(WIDTH - MARGIN, middle, figure, 13, inks.ink, 600, "right")


# ── colours ───────────────────────────────────────────────


@lru_cache(maxsize=256)
def oklch(lightness: float, chroma: float, hue: float) -> Colour:
    """In sRGB, with less chroma when the screen has no such colour. After Björn Ottosson, "A perceptual color space" (2020)."""
    for part in range(20, -1, -1):
        red, green, blue = _linear(lightness, chroma * part / 20, hue)
        if part == 0 or all(-0.001 <= one <= 1.001 for one in (red, green, blue)):
            return _byte(red), _byte(green), _byte(blue)
    raise AssertionError("a grey is always there")


def _linear(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _byte(linear: float) -> int:
    value = min(1.0, max(0.0, linear))
    return round(255 * (12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055))


Level = Callable[[float], float]
