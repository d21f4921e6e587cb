"""A surface to draw on, twice as fine as the picture, so that edges come out smooth. Lengths are parts of the shorter side or of a box."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from sayso.gateway.builtin.canvas.palette import Colour

FINER = 2
COARSE = 4
"""Soft light is worked out on every fourth pixel."""
Point = tuple[float, float]


class Sheet:
    """RGBA. Coordinates are pixels of the fine surface; `unit` is its shorter side."""

    def __init__(self, width: int, height: int, colour: Colour | None, *, finer: int = FINER) -> None:
        self.finer = finer
        self.width, self.height = width * finer, height * finer
        self.unit = min(self.width, self.height)
        self.image = Image.new("RGBA", (self.width, self.height), (*colour, 255) if colour else (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.image)

    def finished(self) -> Image.Image:
        return self.image.resize((self.width // self.finer, self.height // self.finer), Image.Resampling.LANCZOS)

    def gradient(self, first: Colour, last: Colour, *, angle: float = 90.0, middle: Colour | None = None) -> None:
        """Over all of it, from `first` to `last`; 90 is downwards."""
        turn = math.radians(angle)
        across, down = np.arange(self.width, dtype=np.float32), np.arange(self.height, dtype=np.float32)
        along = np.add.outer(down * math.sin(turn), across * math.cos(turn))
        along -= along.min()
        along *= 255 / max(float(along.max()), 1e-6)
        stops = [first, middle, last] if middle else [first, last]
        steps = np.linspace(0, 1, 256)
        table = np.stack([np.interp(steps, np.linspace(0, 1, len(stops)), [stop[i] for stop in stops]) for i in range(3)], 1)
        made = np.empty((self.height, self.width, 4), np.uint8)
        made[..., :3] = table.round().astype(np.uint8)[along.astype(np.uint8)]
        made[..., 3] = 255
        self.image.paste(Image.fromarray(made, "RGBA"))

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
        """A soft light around a point; `strength` 0 to 1."""
        across, down = (np.arange(0, side, COARSE, dtype=np.float32) for side in (self.width, self.height))
        far = np.hypot((across - x)[None, :], (down - y)[:, None]) / max(radius, 1)
        mask = Image.fromarray((255 * strength * np.clip(1 - far, 0, 1) ** 2).astype(np.uint8), "L")
        self._over(colour, mask.resize(self.image.size, Image.Resampling.BICUBIC))

    def disc(self, x: float, y: float, radius: float, colour: Colour, *, alpha: float = 1.0) -> None:
        self._shape(lambda d, c: d.ellipse((x - radius, y - radius, x + radius, y + radius), fill=c), colour, alpha)

    def ring(
        self,
        x: float,
        y: float,
        radius: float,
        thick: float,
        colour: Colour,
        *,
        alpha: float = 1.0,
        start: float = 0,
        stop: float = 360,
    ) -> None:
        self._shape(
            lambda d, c: d.arc((x - radius, y - radius, x + radius, y + radius), start, stop, fill=c, width=max(1, round(thick))),
            colour,
            alpha,
        )

    def wedge(self, x: float, y: float, radius: float, start: float, stop: float, colour: Colour, *, alpha: float = 1.0) -> None:
        self._shape(lambda d, c: d.pieslice((x - radius, y - radius, x + radius, y + radius), start, stop, fill=c), colour, alpha)

    def box(self, x: float, y: float, w: float, h: float, colour: Colour, *, round_: float = 0, alpha: float = 1.0) -> None:
        corner = min(round_, w / 2, h / 2)
        self._shape(lambda d, c: d.rounded_rectangle((x, y, x + w - 1, y + h - 1), corner, fill=c), colour, alpha)

    def frame(
        self, x: float, y: float, w: float, h: float, thick: float, colour: Colour, *, round_: float = 0, alpha: float = 1.0
    ) -> None:
        self._shape(
            lambda d, c: d.rounded_rectangle((x, y, x + w - 1, y + h - 1), round_, outline=c, width=max(1, round(thick))),
            colour,
            alpha,
        )

    def area(self, points: Sequence[Point], colour: Colour, *, alpha: float = 1.0) -> None:
        self._shape(lambda d, c: d.polygon(list(points), fill=c), colour, alpha)

    def line(self, points: Sequence[Point], thick: float, colour: Colour, *, alpha: float = 1.0) -> None:
        """With round ends and joints."""

        def stroke(d: ImageDraw.ImageDraw, c: tuple[int, ...]) -> None:
            d.line(list(points), fill=c, width=max(1, round(thick)), joint="curve")
            for x, y in (points[0], points[-1]):
                d.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=c)

        self._shape(stroke, colour, alpha)

    def shadow(
        self, x: float, y: float, w: float, h: float, *, round_: float, soft: float, strength: float = 0.25, below: float = 0.0
    ) -> None:
        """What a box throws on what lies under it."""
        mask = Image.new("L", self.image.size, 0)
        ImageDraw.Draw(mask).rounded_rectangle((x, y + below, x + w, y + h + below), round_, fill=round(255 * strength))
        small = mask.resize((max(1, mask.width // 4), max(1, mask.height // 4))).filter(ImageFilter.GaussianBlur(soft / 4))
        self._over((8, 10, 20), small.resize(mask.size))

    def _shape(self, paint: Callable[[ImageDraw.ImageDraw, Any], None], colour: Colour, alpha: float) -> None:
        if alpha >= 1:
            paint(self.draw, (*colour, 255))
            return
        mask = Image.new("L", self.image.size, 0)
        paint(ImageDraw.Draw(mask), round(255 * alpha))
        self._over(colour, mask)

    def _over(self, colour: Colour, mask: Image.Image) -> None:
        """Lays a colour on what the mask covers, and touches nothing else."""
        if (box := mask.getbbox()) is not None:
            layer = Image.new("RGBA", (box[2] - box[0], box[3] - box[1]), (*colour, 255))
            layer.putalpha(mask.crop(box))
            self.image.alpha_composite(layer, box[:2])


def curve(points: Sequence[Point], steps: int = 24) -> list[Point]:
    """A smooth line through all points (Catmull-Rom)."""
    if len(points) < 3:
        return list(points)
    ends = [points[0], *points, points[-1]]
    made: list[Point] = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        made += [(_between(a[0], b[0], c[0], d[0], n / steps), _between(a[1], b[1], c[1], d[1], n / steps)) for n in range(steps)]
    return [*made, points[-1]]


def _between(p: float, q: float, r: float, s: float, t: float) -> float:
    return 0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t * t + (3 * q - p - 3 * r + s) * t**3)


def star(x: float, y: float, radius: float, points: int = 5, inner: float = 0.45, turn: float = -90) -> list[Point]:
    made: list[Point] = []
    for n in range(points * 2):
        far = radius if n % 2 == 0 else radius * inner
        angle = math.radians(turn + n * 180 / points)
        made.append((x + far * math.cos(angle), y + far * math.sin(angle)))
    return made
