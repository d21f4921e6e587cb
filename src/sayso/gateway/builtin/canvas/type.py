"""Lettering that fits its box. One typeface, Inter (Rasmus Andersson, SIL Open Font License), in any weight."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from sayso.gateway.builtin.canvas.palette import Colour

SIZE_MIN = 11
LINES_MAX = 8


@dataclass(frozen=True, slots=True)
class Lines:
    """Text, broken into lines of one size. `height` is that of all lines, `step` from one to the next, in pixels."""

    lines: tuple[str, ...]
    font: ImageFont.FreeTypeFont
    step: int
    width: int

    @property
    def height(self) -> int:
        return self.step * len(self.lines)


@lru_cache(maxsize=1)
def _file() -> bytes:
    return resources.files("sayso.gateway.builtin.canvas").joinpath("InterVariable.woff2").read_bytes()


@lru_cache(maxsize=64)
def font(size: int, weight: int = 400) -> ImageFont.FreeTypeFont:
    """`weight` from 100 to 900. Large letters are drawn in the display cut."""
    made = ImageFont.truetype(BytesIO(_file()), max(SIZE_MIN, size))
    made.set_variation_by_axes([32 if size > 40 else 14, weight])
    return made


def fit(
    text: str, width: int, height: int, *, weight: int = 700, largest: int, leading: float = 1.12, lines_max: int = LINES_MAX
) -> Lines:
    """The largest size at which the text fits. What fits at no size is cut with an ellipsis."""
    for size in _sizes(largest):
        made = _broken(text, font(size, weight), width, leading)
        if made.height <= height and made.width <= width and len(made.lines) <= lines_max:
            return made
    made = _broken(_split(text, font(SIZE_MIN, weight), width), font(SIZE_MIN, weight), width, leading)
    keep = max(1, min(lines_max, height // made.step))
    lines = made.lines[:keep]
    return (
        made
        if len(lines) == len(made.lines)
        else Lines((*lines[:-1], _cut(lines[-1] + "…", made.font, width)), made.font, made.step, width)
    )


def put(
    draw: ImageDraw.ImageDraw, lines: Lines, x: float, y: float, colour: Colour, *, align: str = "left", width: int | None = None
) -> None:
    """Draws lines with their top at `y`; `align` left, centre or right within `width`."""
    room = width if width is not None else lines.width
    for n, line in enumerate(lines.lines):
        spare = room - lines.font.getlength(line)
        shift = {"left": 0.0, "centre": spare / 2, "right": spare}[align]
        draw.text((x + shift, y + n * lines.step + lines.step * 0.5), line, font=lines.font, fill=colour, anchor="lm")


@lru_cache(maxsize=1)
def _missing() -> bytes:
    return _drawn("\U0010fffd")


def _drawn(character: str) -> bytes:
    picture = Image.new("L", (48, 64))
    ImageDraw.Draw(picture).text((4, 4), character, font=font(32), fill=255)
    return picture.tobytes()


@lru_cache(maxsize=2048)
def has(character: str) -> bool:
    """Whether the typeface has this character: Latin, Greek and Cyrillic, and common signs."""
    return character.isspace() or _drawn(character) != _missing()


def drawable(text: str) -> str:
    """The text without what the typeface lacks."""
    return " ".join("".join(c for c in text if has(c)).split())


def _sizes(largest: int) -> Sequence[int]:
    sizes: list[int] = []
    size = float(largest)
    while size > SIZE_MIN:
        sizes.append(round(size))
        size *= 0.93
    return sizes


def _broken(text: str, face: ImageFont.FreeTypeFont, width: int, leading: float) -> Lines:
    lines: list[str] = []
    for word in text.split():
        grown = f"{lines[-1]} {word}" if lines else word
        if lines and face.getlength(grown) <= width:
            lines[-1] = grown
        else:
            lines.append(word)
    lines = _balanced(lines, face, width)
    widest = max((face.getlength(line) for line in lines), default=0)
    return Lines(tuple(lines), face, round(face.size * leading), round(widest))


def _split(text: str, face: ImageFont.FreeTypeFont, width: int) -> str:
    """With words that are wider than the box broken in two, or more."""
    words: list[str] = []
    for word in text.split():
        part = ""
        for letter in word:
            if part and face.getlength(part + letter) > width:
                words.append(part)
                part = ""
            part += letter
        words.append(part)
    return " ".join(words)


def _balanced(lines: list[str], face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """A last word is not left alone when the line above can spare one."""
    if len(lines) > 1 and " " not in lines[-1] and lines[-2].count(" ") > 1:
        above, _, moved = lines[-2].rpartition(" ")
        if face.getlength(f"{moved} {lines[-1]}") <= width:
            return [*lines[:-2], above, f"{moved} {lines[-1]}"]
    return lines


def _cut(line: str, face: ImageFont.FreeTypeFont, width: int) -> str:
    while len(line) > 1 and face.getlength(line) > width:
        line = line[:-2].rstrip() + "…"
    return line
