"""Simple edits of a picture, named in words: crop, turn, resize, recolour, letter, frame, cut out, fill under a mask.

Each edit is a pattern and a function from picture to picture. What a prompt asks for and nothing here can do is not done: `Unknown`.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from sayso.gateway.builtin.canvas import type as lettering
from sayso.gateway.builtin.canvas.brief import Brief
from sayso.gateway.builtin.canvas.masks import filled, healed, plain_ground
from sayso.gateway.builtin.canvas.palette import Colour, Palette, contrast, mix

SIDE_MAX = 4_096
"""Pixels of a side that an edit may make."""

CAN = (
    "crop (to a square, a circle, a size), resize, rotate, flip, greyscale, sepia, invert, blur, sharpen, pixelate, brighter, darker, more or less "
    "contrast, more or less colour, tint, frame, rounded corners, a caption in quotes, a watermark in quotes, remove or replace a plain background, "
    "fill, blur or remove what is under a mask, join several pictures"
)
Edit = Callable[["Work"], Image.Image]


class Unknown(Exception):
    """The prompt asks for no edit that is known here."""


@dataclass(slots=True)
class Work:
    """A picture under way (RGBA). `mask` is 255 where it may be changed, or None; `match` is what named the edit."""

    image: Image.Image
    mask: Image.Image | None
    brief: Brief
    palette: Palette
    match: re.Match[str]

    @property
    def colour(self) -> Colour:
        return self.brief.colours[0] if self.brief.colours else self.palette.main

    @property
    def words(self) -> str:
        return self.brief.words.lower()


def edited(images: Sequence[Image.Image], mask: Image.Image | None, b: Brief, p: Palette) -> tuple[Image.Image, list[str]]:
    """The picture after all edits that are named, and their names in the order they were done. Raises `Unknown`."""
    words = re.sub(r"[\"“„«][^\"”“»]*[\"”»]", " ", b.words.lower())
    image, done = images[0], []
    if len(images) > 1:
        image, done = _joined(images, words), ["join"]
    for name, pattern, edit in EDITS:
        match = pattern.search(words)
        if match and not (name == "blur" and mask is not None and "mask" in done):
            work = Work(image, mask, b, p, match)
            if name in _UNDER_MASK and mask is not None:
                work.mask = mask = mask.resize(image.size)
            changed = edit(work)
            if name in _WITHIN and mask is not None and changed.size == image.size:
                changed = Image.composite(changed, image, mask.resize(image.size))
            image = changed
            done.append(name)
    if mask is not None and not done:
        image = filled(image, mask.resize(image.size), mix(p.main, p.ground, 0.15))
        done.append("fill")
    if b.headline and "watermark" not in done and re.search(r"[\"“„«'‘]", b.words):
        image = _captioned(image, b, p)
        done.append("caption")
    if not done:
        raise Unknown
    return image, done


def _crop(w: Work) -> Image.Image:
    wide, high = w.image.size
    if size := re.search(r"(\d{2,4})\s*[x×]\s*(\d{2,4})", w.words):
        return ImageOps.fit(w.image, (min(int(size[1]), SIDE_MAX), min(int(size[2]), SIDE_MAX)), Image.Resampling.LANCZOS)
    if ratio := re.search(r"\b(\d{1,2})\s*[:/]\s*(\d{1,2})\b", w.words):
        share = int(ratio[1]) / max(1, int(ratio[2]))
        target = (wide, round(wide / share)) if wide / high < share else (round(high * share), high)
        return ImageOps.fit(w.image, (max(1, target[0]), max(1, target[1])), Image.Resampling.LANCZOS)
    if re.search(r"\b(?:circle|round avatar|circular)\b", w.words):
        side = min(wide, high)
        return _rounded(ImageOps.fit(w.image, (side, side), Image.Resampling.LANCZOS), side / 2)
    if re.search(r"\b(?:square|avatar)\b", w.words):
        side = min(wide, high)
        return ImageOps.fit(w.image, (side, side), Image.Resampling.LANCZOS)
    left, top, right, bottom = _part(w.words)
    return w.image.crop((round(wide * left), round(high * top), round(wide * right), round(high * bottom)))


def _part(words: str) -> tuple[float, float, float, float]:
    """The half or the middle that is named; else the middle with a tenth off each side."""
    for word, part in (("left half", (0, 0, 0.5, 1)), ("right half", (0.5, 0, 1, 1)), ("top half", (0, 0, 1, 0.5)), ("upper half", (0, 0, 1, 0.5)), ("bottom half", (0, 0.5, 1, 1)), ("lower half", (0, 0.5, 1, 1))):  # fmt: skip
        if word in words:
            return part
    return 0.1, 0.1, 0.9, 0.9


def _resize(w: Work) -> Image.Image:
    wide, high = w.image.size
    if size := re.search(r"(\d{2,4})\s*[x×]\s*(\d{2,4})", w.words):
        return w.image.resize((min(int(size[1]), SIDE_MAX), min(int(size[2]), SIDE_MAX)), Image.Resampling.LANCZOS)
    by = (
        0.5
        if re.search(r"\b(?:half|smaller|shrink|50 ?%)", w.words)
        else 2.0
        if re.search(r"\b(?:double|twice|larger|bigger|enlarge|200 ?%)", w.words)
        else 1.0
    )
    if pixels := re.search(r"(\d{2,4})\s*(?:px|pixels?)\b(?:\s*(wide|tall|high))?", w.words):
        by = int(pixels[1]) / (high if pixels[2] in ("tall", "high") else wide)
    by = min(by, SIDE_MAX / max(wide, high))
    return w.image.resize((max(1, round(wide * by)), max(1, round(high * by))), Image.Resampling.LANCZOS)


def _rotate(w: Work) -> Image.Image:
    degrees = re.search(r"(-?\d{1,3})\s*(?:°|degrees?)", w.words)
    turn = int(degrees[1]) if degrees else 180 if "upside" in w.words else 90
    left = bool(re.search(r"\b(?:left|counter|anti)", w.words))
    return w.image.rotate(turn if left else -turn, Image.Resampling.BICUBIC, expand=True)


def _flip(w: Work) -> Image.Image:
    return ImageOps.flip(w.image) if re.search(r"\b(?:vertical\w*|upside)\b", w.words) else ImageOps.mirror(w.image)


def _on_colours(change: Callable[[Image.Image, Work], Image.Image]) -> Edit:
    """An edit of the colours that leaves what is transparent so."""

    def edit(w: Work) -> Image.Image:
        made = change(w.image.convert("RGB"), w).convert("RGBA")
        made.putalpha(w.image.getchannel("A"))
        return made

    return edit


def _enhanced(kind: Callable[[Image.Image], ImageEnhance._Enhance], by: float) -> Edit:  # pyright: ignore[reportPrivateUsage]
    return _on_colours(lambda image, w: kind(image).enhance(_strength(w.words, by)))


def _strength(words: str, by: float) -> float:
    more = (
        1.6
        if re.search(r"\b(?:much|very|a lot|strongly|far)\b", words)
        else 0.5
        if re.search(r"\b(?:slightly|a little|a bit|gently)\b", words)
        else 1.0
    )
    return 1 + (by - 1) * more


def _sepia(image: Image.Image, _: Work) -> Image.Image:
    return ImageOps.colorize(ImageOps.grayscale(image), (40, 24, 10), (255, 243, 220), mid=(164, 124, 84))


def _tint(image: Image.Image, w: Work) -> Image.Image:
    dark, light = mix(w.colour, (0, 0, 0), 0.75), mix(w.colour, (255, 255, 255), 0.85)
    return ImageOps.colorize(ImageOps.grayscale(image), dark, light, mid=w.colour)


def _blurred(image: Image.Image, w: Work) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(min(image.size) * 0.018 * _strength(w.words, 2) / 2))


def _pixels(image: Image.Image, w: Work) -> Image.Image:
    step = max(4, min(image.size) // 28)
    return image.resize((max(1, image.width // step), max(1, image.height // step)), Image.Resampling.BOX).resize(
        image.size, Image.Resampling.NEAREST
    )


def _framed(w: Work) -> Image.Image:
    thick = max(4, round(min(w.image.size) * 0.04))
    made = Image.new(
        "RGBA",
        (w.image.width + 2 * thick, w.image.height + 2 * thick),
        (*(w.colour if w.brief.colours else (255, 255, 255)), 255),
    )
    made.alpha_composite(w.image, (thick, thick))
    return made


def _rounded(image: Image.Image, corner: float) -> Image.Image:
    mask = Image.new("L", (image.width * 2, image.height * 2), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, mask.width - 1, mask.height - 1), corner * 2, fill=255)
    made = image.copy()
    made.putalpha(ImageChops.multiply(image.getchannel("A"), mask.resize(image.size, Image.Resampling.LANCZOS)))
    return made


def _background(w: Work) -> Image.Image:
    """Cuts out what is joined to the edges and of their colour; then nothing, or a colour, lies behind."""
    ground = plain_ground(w.image)
    alpha = ImageChops.multiply(w.image.getchannel("A"), ImageOps.invert(ground).filter(ImageFilter.GaussianBlur(0.8)))
    cut = w.image.copy()
    cut.putalpha(alpha)
    colour = w.brief.ground or (w.brief.colours[0] if w.brief.colours else None)
    if colour is None:
        return cut
    made = Image.new("RGBA", w.image.size, (*colour, 255))
    made.alpha_composite(cut)
    return made


def _under_mask(w: Work) -> Image.Image:
    """What is under the mask: blurred, pixelated, filled with a colour, or filled in from around it."""
    mask = w.mask
    if mask is None:
        raise Unknown
    if re.search(r"\b(?:fill|paint|colou?r|cover|black out|redact|make)\b", w.words) and (
        w.brief.colours or "redact" in w.words or "black out" in w.words
    ):
        return filled(w.image, mask, w.brief.colours[0] if w.brief.colours else (16, 18, 24))
    return healed(w.image, mask)


def _watermark(w: Work) -> Image.Image:
    text = lettering.drawable(w.brief.headline) or "DRAFT"
    wide, high = w.image.size
    face = lettering.font(max(12, round(min(wide, high) * 0.075)), 700)
    side = round(math.hypot(wide, high))
    layer = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    length = face.getlength(text) + face.size * 2
    for n, y in enumerate(range(0, layer.height, round(face.size * 3.2))):
        x = -(n % 2) * length / 2
        while x < layer.width:
            draw.text((x, y), text, font=face, fill=(255, 255, 255, 84), stroke_width=1, stroke_fill=(0, 0, 0, 40))
            x += length
    layer = layer.rotate(30, Image.Resampling.BICUBIC)
    left, top = (layer.width - wide) // 2, (layer.height - high) // 2
    made = w.image.copy()
    made.alpha_composite(layer.crop((left, top, left + wide, top + high)))
    return made


def _captioned(image: Image.Image, b: Brief, p: Palette) -> Image.Image:
    """The words in quotes on the picture, on a soft shade where it is needed to read them."""
    wide, high = image.size
    words = b.words.lower()
    place = (
        "top"
        if re.search(r"\b(?:top|above|upper)\b", words)
        else "centre"
        if re.search(r"\b(?:middle|cent(?:er|re)d?)\b", words)
        else "bottom"
    )
    align = "left" if re.search(r"\bleft\b", words) else "right" if re.search(r"\bright\b", words) else "centre"
    margin = round(min(wide, high) * 0.06)
    lines = lettering.fit(
        lettering.drawable(b.headline),
        wide - 2 * margin,
        round(high * 0.36),
        weight=800,
        largest=round(min(wide, high) * 0.12),
        lines_max=4,
    )
    below = (
        lettering.fit(
            lettering.drawable(b.subline),
            wide - 2 * margin,
            round(high * 0.16),
            weight=500,
            largest=round(min(wide, high) * 0.05),
            lines_max=3,
        )
        if b.subline
        else None
    )
    tall = lines.height + (below.height + margin // 3 if below else 0)
    y = {"top": margin, "centre": (high - tall) // 2, "bottom": high - margin - tall}[place]
    ink = b.colours[0] if b.colours else (255, 255, 255)
    behind = _middle(image.crop((0, max(0, y - margin // 2), wide, min(high, y + tall + margin // 2))))
    made = image.copy()
    if contrast(ink, behind) < 4.5:
        made.alpha_composite(
            _shade(image.size, place, y, tall, margin, dark=contrast(ink, (0, 0, 0)) > contrast(ink, (255, 255, 255)))
        )
    draw = ImageDraw.Draw(made)
    lettering.put(draw, lines, margin, y, ink, align=align, width=wide - 2 * margin)
    if below:
        lettering.put(draw, below, margin, y + lines.height + margin // 3, ink, align=align, width=wide - 2 * margin)
    return made


def _middle(image: Image.Image) -> Colour:
    r, g, b = np.asarray(image.convert("RGB"), np.float32).reshape(-1, 3).mean(0)
    return round(float(r)), round(float(g)), round(float(b))


def _shade(size: tuple[int, int], place: str, y: int, tall: int, margin: int, *, dark: bool) -> Image.Image:
    rows = np.arange(size[1], dtype=np.float32)
    if place == "bottom":
        strength = np.clip((rows - (y - 2.2 * margin)) / (2.2 * margin), 0, 1)
    elif place == "top":
        strength = np.clip(((y + tall + 2.2 * margin) - rows) / (2.2 * margin), 0, 1)
    else:
        strength = np.clip(1.4 - np.abs(rows - (y + tall / 2)) / max(tall, 1), 0, 1)
    layer = np.zeros((size[1], size[0], 4), np.uint8)
    layer[..., :3] = 8 if dark else 255
    layer[..., 3] = (strength * 185)[:, None].astype(np.uint8)
    return Image.fromarray(layer, "RGBA")


def _joined(images: Sequence[Image.Image], words: str) -> Image.Image:
    """Several pictures beside one another, or below, with a narrow gap."""
    below = bool(re.search(r"\b(?:below|under|stack|vertical\w*|top of)\b", words))
    columns = 1 if below else len(images) if len(images) <= 3 else math.ceil(math.sqrt(len(images)))
    cell = (min(images[0].width, 2048), min(images[0].height, 2048))
    gap = max(2, round(min(cell) * 0.015))
    rows = math.ceil(len(images) / columns)
    made = Image.new("RGBA", (columns * cell[0] + (columns - 1) * gap, rows * cell[1] + (rows - 1) * gap), (255, 255, 255, 255))
    for n, image in enumerate(images):
        fitted = ImageOps.fit(image, cell, Image.Resampling.LANCZOS)
        made.alpha_composite(fitted, ((n % columns) * (cell[0] + gap), (n // columns) * (cell[1] + gap)))
    if max(made.size) > SIDE_MAX:
        made.thumbnail((SIDE_MAX, SIDE_MAX), Image.Resampling.LANCZOS)
    return made


_WITHIN = {
    "greyscale",
    "sepia",
    "invert",
    "tint",
    "blur",
    "pixelate",
    "sharpen",
    "brighter",
    "darker",
    "more contrast",
    "less contrast",
    "more colour",
    "less colour",
}
"""With a mask, these change only what is under it."""
_UNDER_MASK = {"mask"}

EDITS: tuple[tuple[str, re.Pattern[str], Edit], ...] = tuple(
    (name, re.compile(pattern, re.I), edit)
    for name, pattern, edit in (
        ("background", r"\b(?:remove|cut out|erase|transparent|replace|change|swap|without)\b.{0,30}\bback ?(?:ground|drop)|background (?:removed|transparent)|\bcut ?out\b", _background),
        ("mask", r"\b(?:remove|erase|heal|retouch|inpaint|fill|redact|black out|cover|paint)\b(?!.{0,30}\bback ?(?:ground|drop))", _under_mask),
        ("crop", r"\bcrop|\btrim\b|\bcut to\b|\bcircular\b|\binto a circle\b", _crop),
        ("resize", r"\b(?:resize|scale|shrink|enlarge|half the size|twice the size|double the size|(?:make it|much) (?:smaller|larger|bigger)|px wide|pixels wide)\b", _resize),
        ("rotate", r"\brotate|\bturn (?:it )?(?:left|right|\d)|\bupside", _rotate),
        ("flip", r"\b(?:flip|mirror)", _flip),
        ("greyscale", r"\b(?:gr[ae]y ?scale|black[- ]and[- ]white|b&w|monochrome|desaturate completely)\b", _on_colours(lambda image, w: ImageOps.grayscale(image))),
        ("sepia", r"\b(?:sepia|old photo|vintage|antique)\b", _on_colours(_sepia)),
        ("invert", r"\b(?:invert|negative)\b", _on_colours(lambda image, w: ImageOps.invert(image))),
        ("tint", r"\b(?:tint|duotone|colou?ri[sz]e|recolou?r)\b", _on_colours(_tint)),
        ("brighter", r"\b(?:bright(?:er|en)|lighter|lighten)\b", _enhanced(ImageEnhance.Brightness, 1.3)),
        ("darker", r"\b(?:darker|darken|dim)\b", _enhanced(ImageEnhance.Brightness, 0.68)),
        ("more contrast", r"\b(?:more|higher|increase|add|boost)\b.{0,20}\bcontrast|\bpunchier\b", _enhanced(ImageEnhance.Contrast, 1.4)),
        ("less contrast", r"\b(?:less|lower|reduce|soften)\b.{0,20}\bcontrast", _enhanced(ImageEnhance.Contrast, 0.65)),
        ("more colour", r"\b(?:more|increase|boost)\b.{0,20}\b(?:colou?rs?\b|saturat)|\bmore (?:vivid|vibrant|colou?rful)\b|\bsaturate\b", _enhanced(ImageEnhance.Color, 1.6)),
        ("less colour", r"\b(?:less|reduce|muted|mute)\b.{0,20}\b(?:colou?rs?\b|saturat)|\bdesaturate\b|\bfaded\b", _enhanced(ImageEnhance.Color, 0.5)),
        ("blur", r"\bblur", _on_colours(_blurred)),
        ("pixelate", r"\bpixelat|\bmosaic\b|\bcensor", _on_colours(_pixels)),
        ("sharpen", r"\bsharpen|\bsharper\b|\bcrisper\b", _on_colours(lambda image, w: image.filter(ImageFilter.UnsharpMask(min(image.size) / 400 + 1, 120, 2)))),
        ("watermark", r"\bwater ?mark", _watermark),
        ("rounded corners", r"\bround(?:ed)?\b.{0,12}\bcorners?\b", lambda w: _rounded(w.image, min(w.image.size) * 0.08)),
        ("frame", r"\b(?:frame|border|passe-?partout|mat)\b", _framed),
    )
)  # fmt: skip
"""In the order in which they are done when several are asked for."""
