"""A chart as a PNG, at twice its size so that it is sharp on every screen."""

from io import BytesIO

from PIL import Image, ImageDraw

from sayso.automations.charts.chart import Chart
from sayso.automations.charts.drawing import HEIGHT, WIDTH, Box, Dot, Line, Shape, Wedge, Words, drawn
from sayso.gateway.builtin.canvas import type as lettering

SCALE = 2
SMOOTH = 2
"""Shapes are drawn larger still and made smaller, since Pillow's edges are hard."""


def png(chart: Chart) -> bytes:
    shapes = drawn(chart)
    times = SCALE * SMOOTH
    ground = Image.new("RGB", (WIDTH * times, HEIGHT * times), (255, 255, 255))
    pen = ImageDraw.Draw(ground)
    for shape in shapes:
        if not isinstance(shape, Words):
            _put(pen, shape, times)
    picture = ground.resize((WIDTH * SCALE, HEIGHT * SCALE), Image.Resampling.LANCZOS)
    pen = ImageDraw.Draw(picture)
    for shape in shapes:
        if isinstance(shape, Words):
            face = lettering.font(shape.size * SCALE, shape.weight)
            anchor = {"left": "lm", "centre": "mm", "right": "rm"}[shape.align]
            pen.text((shape.x * SCALE, shape.y * SCALE), shape.text, font=face, fill=shape.colour, anchor=anchor)
    out = BytesIO()
    picture.quantize(256, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _put(pen: ImageDraw.ImageDraw, shape: Shape, k: int) -> None:
    match shape:
        case Box(x, y, width, height, colour, round_):
            box = (x * k, y * k, (x + width) * k, (y + height) * k)
            pen.rounded_rectangle(box, min(round_, height / 2) * k, fill=colour)
        case Line(points, colour, width):
            pen.line([(x * k, y * k) for x, y in points], fill=colour, width=round(width * k), joint="curve")
        case Dot(x, y, radius, colour):
            pen.circle((x * k, y * k), radius * k, fill=colour)
        case Wedge(x, y, outer, inner, start, stop, colour):
            box = ((x - outer) * k, (y - outer) * k, (x + outer) * k, (y + outer) * k)
            pen.pieslice(box, start - 90, stop - 90, fill=colour, outline=(255, 255, 255), width=2 * k)
            pen.circle((x * k, y * k), inner * k, fill=(255, 255, 255))
        case Words():
            pass
