"""Parts of a picture: finding a plain background, and filling a masked part with a colour or from around it. Masks are 255 where it is."""

import math

import numpy as np
from PIL import Image, ImageDraw

from sayso.gateway.builtin.canvas.palette import Colour

SAME_COLOUR = 38
"""How far a colour may be from the corner's to belong to the background (0 to 441)."""
HEALED_PIXELS_MAX = 1_500_000
FILL_STEPS = 7
"""Sizes of blur with which a removed part is filled in from around it."""


def plain_ground(image: Image.Image) -> Image.Image:
    """255 where the picture is of the colour of its edges and joined to them."""
    pixels = np.asarray(image.convert("RGB"), np.int16)
    edges = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    alike = np.sqrt(((pixels - np.median(edges, axis=0)) ** 2).sum(-1)) < SAME_COLOUR
    mask = Image.fromarray(np.where(alike, 255, 0).astype(np.uint8), "L")
    wide = Image.new("L", (mask.width + 2, mask.height + 2), 255)
    wide.paste(mask, (1, 1))
    ImageDraw.floodfill(wide, (0, 0), 128, thresh=0)
    return wide.crop((1, 1, mask.width + 1, mask.height + 1)).point(lambda v: 255 if v == 128 else 0)


def filled(image: Image.Image, mask: Image.Image, colour: Colour) -> Image.Image:
    return Image.composite(Image.new("RGBA", image.size, (*colour, 255)), image, mask)


def healed(image: Image.Image, mask: Image.Image) -> Image.Image:
    """Fills the masked part from around it; all else stays as it was. Of a large picture the filling is worked out on a smaller one."""
    shrink = min(1.0, math.sqrt(HEALED_PIXELS_MAX / (image.width * image.height)))
    size = max(1, round(image.width * shrink)), max(1, round(image.height * shrink))
    return Image.composite(_filling(image.resize(size), mask.resize(size)).resize(image.size), image, mask)


def _filling(image: Image.Image, mask: Image.Image) -> Image.Image:
    """Ever wider averages of what is known, the nearest first."""
    rgb = np.asarray(image.convert("RGB"), np.float32)
    known = 1 - np.asarray(mask, np.float32) / 255
    made, left = rgb * known[..., None], 1 - known
    for step in range(FILL_STEPS):
        radius = 3 * 2**step
        if left.max() < 0.01:
            break
        weight = np.maximum(_mean(known, radius), 1e-6)
        colour = np.dstack([_mean(rgb[..., i] * known, radius) / weight for i in range(3)])
        now = left * np.clip(weight * 3, 0, 1)
        made += colour * now[..., None]
        left -= now
    made += rgb[known > 0.5].mean(0) * left[..., None] if (known > 0.5).any() else 0
    return Image.fromarray(np.clip(made, 0, 255).astype(np.uint8), "RGB").convert("RGBA")


def _mean(values: np.ndarray, radius: int) -> np.ndarray:
    """Each pixel's mean over a square around it, by running sums."""
    padded = np.pad(values, radius + 1, mode="edge").astype(np.float64)
    sums = padded.cumsum(0).cumsum(1)
    side = 2 * radius + 1
    h, w = values.shape
    square = sums[side : side + h, side : side + w] - sums[:h, side : side + w] - sums[side : side + h, :w] + sums[:h, :w]
    return (square / side**2).astype(np.float32)
