"""A chart as an SVG: words stay words."""

import math
from html import escape

from sayso.automations.charts.chart import Chart, clean
from sayso.automations.charts.drawing import HEIGHT, WIDTH, Box, Colour, Dot, Line, Shape, Wedge, Words, drawn

ANCHORS = {"left": "start", "centre": "middle", "right": "end"}


def svg(chart: Chart) -> bytes:
    told = escape(clean(chart.title) or "A chart")
    shapes = "".join(_put(shape) for shape in drawn(chart))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img"'
    return f'{head} font-family="Inter, system-ui, sans-serif"><title>{told}</title>{shapes}</svg>'.encode()


def _put(shape: Shape) -> str:
    match shape:
        case Box(x, y, width, height, colour, round_):
            return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="{_n(round_)}" fill="{_hex(colour)}"/>'
        case Line(points, colour, width):
            way = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
            return f'<polyline points="{way}" fill="none" stroke="{_hex(colour)}" stroke-width="{_n(width)}" stroke-linejoin="round"/>'
        case Dot(x, y, radius, colour):
            return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{_hex(colour)}"/>'
        case Wedge():
            return _wedge(shape)
        case Words(x, y, text, size, colour, weight, align):
            place = f'x="{_n(x)}" y="{_n(y)}" dominant-baseline="central" text-anchor="{ANCHORS[align]}"'
            return f'<text {place} font-size="{size}" font-weight="{weight}" fill="{_hex(colour)}">{escape(text)}</text>'


def _wedge(w: Wedge) -> str:
    stop = min(w.stop, w.start + 359.99)  # an arc from a point to itself is none
    large = 1 if stop - w.start > 180 else 0
    x1, y1 = _at(w, w.outer, w.start)
    x2, y2 = _at(w, w.outer, stop)
    x3, y3 = _at(w, w.inner, stop)
    x4, y4 = _at(w, w.inner, w.start)
    outer, inner = _n(w.outer), _n(w.inner)
    way = f"M{x1} {y1}A{outer} {outer} 0 {large} 1 {x2} {y2}L{x3} {y3}A{inner} {inner} 0 {large} 0 {x4} {y4}Z"
    return f'<path d="{way}" fill="{_hex(w.colour)}" stroke="#fff" stroke-width="2"/>'


def _at(w: Wedge, radius: float, degrees: float) -> tuple[str, str]:
    turn = math.radians(degrees - 90)
    return _n(w.x + radius * math.cos(turn)), _n(w.y + radius * math.sin(turn))


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
