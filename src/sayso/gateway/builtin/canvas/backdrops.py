"""Grounds that other things stand on: quiet, in the palette's colours, each chosen by the prompt's seed."""

import math
import random
from collections.abc import Callable

from sayso.gateway.builtin.canvas.palette import Palette, mix
from sayso.gateway.builtin.canvas.sheet import Sheet, curve


def waves(t: Sheet, p: Palette, r: random.Random) -> None:
    """Swells that rise from the lower edge."""
    w, h = t.width, t.height
    for n, colour in enumerate((p.third, p.second, p.main)):
        base = h * (0.66 + 0.1 * n)
        points = [(w * k / 5 - w * 0.05, base + h * 0.07 * math.sin(k * 1.3 + n * 1.1 + r.random() * 0.6)) for k in range(7)]
        t.area([*curve(points), (w * 1.2, h), (-w * 0.2, h)], colour, alpha=0.9 if n == 2 else 0.75)


def circles(t: Sheet, p: Palette, r: random.Random) -> None:
    """Large discs that lean in from a corner."""
    w, h, u = t.width, t.height, t.unit
    right = w > h or r.random() < 0.6
    x = w * (0.92 if right else 0.08)
    t.disc(x, h * 0.1, u * 0.62, p.third, alpha=0.55)
    t.disc(x - (u * 0.34 if right else -u * 0.34), h * 0.02, u * 0.34, p.second, alpha=0.85)
    t.disc(w * (0.99 if right else 0.01), h * 0.62, u * 0.3, p.main, alpha=0.92)
    t.ring(w * (0.72 if right else 0.28), h * 0.93, u * 0.2, u * 0.035, p.second)


def blocks(t: Sheet, p: Palette, r: random.Random) -> None:
    """A grid of quarter circles and squares along one side, as on a printed poster."""
    rows = 4
    side = t.height / rows
    columns = max(2, int(t.width * 0.36 / side) + 1)
    for row in range(rows):
        for column in range(columns):
            x, y = t.width - (column + 1) * side, row * side
            if r.random() < 0.16 + 0.2 * column / columns:
                continue
            colour = r.choice((p.main, p.second, p.third, mix(p.main, p.ground, 0.8)))
            t.box(x, y, side + 1, side + 1, mix(colour, p.ground, 0.55 if r.random() < 0.5 else 0.0))
            other = r.choice([c for c in (p.main, p.second, p.third, p.ground) if c != colour])
            match r.randrange(4):
                case 0:
                    t.wedge(x, y, side, 0, 90, other)
                case 1:
                    t.wedge(x + side, y + side, side, 180, 270, other)
                case 2:
                    t.disc(x + side / 2, y + side / 2, side * 0.32, other)
                case _:
                    t.wedge(x + side / 2, y, side / 2, 0, 180, other)


def stripes(t: Sheet, p: Palette, r: random.Random) -> None:
    """Broad slanting bands."""
    w, h = t.width, t.height
    lean = h * 0.6
    x = w * 0.62
    for n, colour in enumerate((p.main, p.second, p.third, mix(p.main, p.ground, 0.55))):
        wide = w * (0.17 - 0.03 * n)
        t.area(
            [(x + lean * 0.5, -2), (x + wide + lean * 0.5, -2), (x + wide - lean * 0.5, h + 2), (x - lean * 0.5, h + 2)], colour
        )
        x += wide + w * 0.018


def light(t: Sheet, p: Palette, r: random.Random) -> None:
    """Soft light in the palette's colours."""
    w, h, u = t.width, t.height, max(t.width, t.height)
    t.glow(w * 0.85, h * 0.12, u * 0.62, p.main, 0.85)
    t.glow(w * 0.98, h * 0.85, u * 0.55, p.second, 0.8)
    t.glow(w * 0.4, h * 1.06, u * 0.42, p.third, 0.65)


def dots(t: Sheet, p: Palette, r: random.Random) -> None:
    """A raster of dots that grows to one side."""
    step = t.unit / 17
    columns, rows = int(t.width / step) + 1, int(t.height / step) + 1
    for column in range(columns):
        for row in range(rows):
            x, y = (column + 0.5) * step, (row + 0.5) * step
            near = max(0.0, (x / t.width - 0.42) / 0.58) * (0.55 + 0.45 * math.sin(y / t.height * 3 + 0.4))
            if near > 0.03:
                t.disc(
                    x,
                    y,
                    step * 0.44 * near,
                    (p.main, p.second, p.third)[(column * 7 + row * 3) % 11 // 5 if (column + row) % 4 == 0 else 0],
                )


def arcs(t: Sheet, p: Palette, r: random.Random) -> None:
    """Rings around a corner, like a rainbow."""
    x, y, u = t.width, t.height, t.unit
    for n, colour in enumerate((p.main, p.second, p.third, mix(p.main, p.ground, 0.6), mix(p.second, p.ground, 0.6))):
        t.ring(x, y, u * (0.86 - 0.15 * n), u * 0.105, colour)


BACKDROPS: tuple[Callable[[Sheet, Palette, random.Random], None], ...] = (circles, blocks, waves, light, stripes, arcs, dots)


def confetti(t: Sheet, p: Palette, r: random.Random, *, many: int = 90) -> None:
    """Scattered bits, fewer in the middle where the words stand."""
    for _ in range(many):
        x, y = r.random(), r.random()
        if abs(x - 0.5) < 0.36 and abs(y - 0.5) < 0.32:
            continue
        colour, size, turn = r.choice(p.colours), t.unit * (0.008 + 0.012 * r.random()), r.random() * math.tau
        px, py = x * t.width, y * t.height
        if r.random() < 0.4:
            t.disc(px, py, size, colour)
        else:
            dx, dy = math.cos(turn) * size * 1.4, math.sin(turn) * size * 1.4
            t.line([(px - dx, py - dy), (px + dx, py + dy)], size * 0.9, colour)
