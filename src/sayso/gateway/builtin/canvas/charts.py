"""Charts of the figures in a prompt: bars, a line, a ring. Every figure is written beside what shows it."""

import math

from sayso.gateway.builtin.canvas import type as lettering
from sayso.gateway.builtin.canvas.brief import Brief
from sayso.gateway.builtin.canvas.palette import Colour, Palette, mix, readable, turned
from sayso.gateway.builtin.canvas.sheet import Sheet


def chart(t: Sheet, b: Brief, p: Palette, x: float, y: float, w: float, h: float) -> None:
    """Into the box (x, y, w, h)."""
    if b.chart == "ring" and all(value >= 0 for _, value, _ in b.figures):
        _ring(t, b, p, x, y, w, h)
    elif b.chart == "line":
        _line(t, b, p, x, y, w, h)
    else:
        _bars(t, b, p, x, y, w, h)


def said(value: float, unit: str) -> str:
    number = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{number} %" if unit == "%" else f"{unit}{number}"


def scale(values: list[float]) -> tuple[float, float, float]:
    """From, to and step of an axis: round figures that hold all values and nought."""
    low, high = min(0.0, *values), max(0.0, *values)
    span = high - low or 1.0
    rough = span / 4
    power = 10 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    return math.floor(low / step) * step, math.ceil(high / step - 1e-9) * step or step, step


def _axis(t: Sheet, b: Brief, p: Palette, x: float, y: float, w: float, h: float) -> tuple[float, float, float, float]:
    """Draws lines and their figures; gives left, top, width, and the height for labels below."""
    low, high, step = scale([value for _, value, _ in b.figures])
    quiet, ink = mix(p.ink, p.ground, 0.82), mix(p.ink, p.ground, 0.35)
    face = lettering.font(round(t.unit * 0.029), 450)
    unit = b.figures[0][2]
    marks = [low + step * n for n in range(round((high - low) / step) + 1)]
    gutter = max(face.getlength(said(mark, unit)) for mark in marks) + t.unit * 0.025
    foot = t.unit * 0.065
    for mark in marks:
        level = y + (h - foot) * (1 - (mark - low) / (high - low))
        t.line([(x + gutter, level), (x + w, level)], t.unit * (0.004 if mark == 0 else 0.002), ink if mark == 0 else quiet)
        t.draw.text((x + gutter - t.unit * 0.018, level), said(mark, unit), font=face, fill=ink, anchor="rm")
    return x + gutter, y, w - gutter, h - foot


def _bars(t: Sheet, b: Brief, p: Palette, x: float, y: float, w: float, h: float) -> None:
    low, high, _ = scale([value for _, value, _ in b.figures])
    left, top, wide, tall = _axis(t, b, p, x, y, w, h)
    slot = wide / len(b.figures)
    best = max(value for _, value, _ in b.figures)
    base = top + tall * (1 - (0 - low) / (high - low))
    for n, (name, value, unit) in enumerate(b.figures):
        end = top + tall * (1 - (value - low) / (high - low))
        colour = p.main if value == best or len(b.figures) < 3 else mix(p.main, p.ground, 0.38)
        bar = slot * 0.62
        bx = left + slot * n + (slot - bar) / 2
        t.box(bx, min(base, end), bar, max(abs(base - end), 2), colour, round_=min(bar * 0.14, t.unit * 0.014))
        if abs(base - end) > t.unit * 0.02:
            t.box(bx, base - t.unit * 0.012 if value > 0 else base, bar, t.unit * 0.012, colour)
        shown = lettering.fit(
            said(value, unit), round(slot * 0.96), round(t.unit * 0.05), weight=650, largest=round(t.unit * 0.03), lines_max=1
        )
        lettering.put(
            t.draw,
            shown,
            left + slot * n,
            end - shown.height - t.unit * 0.008 if value >= 0 else end + t.unit * 0.008,
            p.ink,
            align="centre",
            width=round(slot),
        )
        _name(t, p, name, left + slot * n, top + tall, slot)


def _name(t: Sheet, p: Palette, name: str, x: float, y: float, slot: float) -> None:
    label = lettering.fit(
        lettering.drawable(name),
        round(slot * 0.96),
        round(t.unit * 0.065),
        weight=500,
        largest=round(t.unit * 0.028),
        lines_max=2,
    )
    lettering.put(t.draw, label, x, y + t.unit * 0.014, mix(p.ink, p.ground, 0.2), align="centre", width=round(slot))


def _line(t: Sheet, b: Brief, p: Palette, x: float, y: float, w: float, h: float) -> None:
    low, high, _ = scale([value for _, value, _ in b.figures])
    left, top, wide, tall = _axis(t, b, p, x, y, w, h)
    slot = wide / len(b.figures)
    points = [
        (left + slot * (n + 0.5), top + tall * (1 - (value - low) / (high - low))) for n, (_, value, _) in enumerate(b.figures)
    ]
    base = top + tall * (1 - (0 - low) / (high - low))
    t.area([(points[0][0], base), *points, (points[-1][0], base)], p.main, alpha=0.14)
    t.line(points, t.unit * 0.009, p.main)
    for n, ((px, py), (name, value, unit)) in enumerate(zip(points, b.figures, strict=True)):
        t.disc(px, py, t.unit * 0.013, p.main)
        t.disc(px, py, t.unit * 0.006, p.ground)
        _name(t, p, name, left + slot * n, top + tall, slot)
        if len(points) <= 12:
            shown = lettering.fit(
                said(value, unit),
                round(slot * 1.1),
                round(t.unit * 0.045),
                weight=650,
                largest=round(t.unit * 0.028),
                lines_max=1,
            )
            lettering.put(
                t.draw, shown, px - slot * 0.55, py - shown.height - t.unit * 0.02, p.ink, align="centre", width=round(slot * 1.1)
            )


def _ring(t: Sheet, b: Brief, p: Palette, x: float, y: float, w: float, h: float) -> None:
    total = sum(value for _, value, _ in b.figures) or 1.0
    colours = _many(p, len(b.figures))
    radius = min(h / 2, w * 0.26)
    cx, cy = x + radius, y + h / 2
    start = -90.0
    for (_, value, _), colour in zip(b.figures, colours, strict=True):
        stop = start + 360 * value / total
        t.wedge(cx, cy, radius, start, stop, colour)
        if len(b.figures) > 1:
            turn = math.radians(start)
            t.line([(cx, cy), (cx + radius * math.cos(turn), cy + radius * math.sin(turn))], t.unit * 0.006, p.ground)
        start = stop
    t.disc(cx, cy, radius * 0.58, p.ground)
    whole = lettering.fit(
        said(total, next(unit for _, _, unit in b.figures)),
        round(radius),
        round(radius * 0.4),
        weight=750,
        largest=round(radius * 0.28),
        lines_max=1,
    )
    lettering.put(t.draw, whole, cx - radius * 0.5, cy - whole.height / 2, p.ink, align="centre", width=round(radius))
    row = min(h / len(b.figures), t.unit * 0.115)
    lx, ly = x + radius * 2 + t.unit * 0.08, cy - row * len(b.figures) / 2
    for n, ((name, value, unit), colour) in enumerate(zip(b.figures, colours, strict=True)):
        middle = ly + row * (n + 0.5)
        t.box(lx, middle - row * 0.17, row * 0.34, row * 0.34, colour, round_=row * 0.08)
        figure = said(value, unit) if unit == "%" else f"{said(value, unit)}  ·  {value / total:.0%}"
        face = lettering.font(round(row * 0.36), 650)
        t.draw.text((x + w, middle), figure, font=face, fill=p.ink, anchor="rm")
        room = x + w - lx - row * 0.6 - face.getlength(figure) - t.unit * 0.02
        label = lettering.fit(
            lettering.drawable(name), max(10, round(room)), round(row), weight=450, largest=round(row * 0.36), lines_max=1
        )
        lettering.put(t.draw, label, lx + row * 0.6, middle - label.height / 2, p.ink)


def _many(p: Palette, n: int) -> list[Colour]:
    made: list[Colour] = []
    for i in range(n):
        base = p.colours[i % 3]
        made.append(base if i < 3 else turned(base, 0.06 * (i // 3), lighter=0.1 * (i // 3 % 2)))
    return made


def on(colour: Colour) -> Colour:
    """What is read on a colour."""
    return readable(colour, colour, least=4.5)
