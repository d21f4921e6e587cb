"""The two requests: draw a picture from words, and edit pictures by words. Bytes in, bytes out; the same words give the same bytes."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from sayso.errors import Invalid, Problem, TooLarge
from sayso.gateway.builtin.canvas import editing
from sayso.gateway.builtin.canvas.brief import Brief, brief
from sayso.gateway.builtin.canvas.layouts import lay
from sayso.gateway.builtin.canvas.palette import Palette, palette
from sayso.gateway.builtin.canvas.sheet import FINER, Sheet

SIDE_MIN, SIDE_MAX = 64, 3_840
PIXELS_MAX = 8_300_000
"""Of a picture that is drawn: 4K."""
FINE_PIXELS_MAX = 9_000_000
"""Above this, on the fine surface, a picture is drawn at its own size."""
EDITED_PIXELS_MAX = 16_000_000
PICTURES_MAX = 10
IMAGES_MAX = 16
LABEL = "drawn, not generated"

Format = Literal["png", "jpeg", "webp"]
FORMATS: tuple[Format, ...] = ("png", "jpeg", "webp")


@dataclass(frozen=True, slots=True)
class Picture:
    """`told` says in words what was drawn or done."""

    content: bytes
    width: int
    height: int
    told: str


def size_of(text: str | None, prompt: str = "") -> tuple[int, int]:
    """`1536x1024` in pixels; for `auto`, what suits the kind of picture. Raises `Invalid`."""
    if not text or text == "auto":
        kind = brief(prompt).kind if not re.search(r"\bportrait\b", prompt, re.I) else "poster"
        return {
            "banner": (1536, 768),
            "poster": (1024, 1536),
            "cover": (1024, 1536),
            "scene": (1536, 1024),
            "chart": (1536, 1024),
        }.get(kind, (1024, 1024))
    found = re.fullmatch(r"(\d{2,4})x(\d{2,4})", text)
    if not found:
        raise Invalid(Problem("size", "is `auto` or width x height in pixels", "1536x1024"))
    width, height = int(found[1]), int(found[2])
    if not (min(width, height) >= SIDE_MIN and max(width, height) <= SIDE_MAX and width * height <= PIXELS_MAX):
        raise Invalid(
            Problem("size", f"has sides of {SIDE_MIN} to {SIDE_MAX} pixels, and at most {PIXELS_MAX:,} pixels", "1536x1024")
        )
    return width, height


def draw(
    prompt: str, *, size: tuple[int, int], n: int = 1, transparent: bool = False, format: Format = "png", quality: int = 90
) -> list[Picture]:
    """`n` pictures of the same wish, each laid out another way. Raises `Invalid` for an empty prompt."""
    if not prompt.strip():
        raise Invalid(Problem("prompt", "says what to draw", 'a banner "Open day" in blue and coral'))
    width, height = size
    first = brief(prompt, wide=width / height)
    return [
        _drawn(first.varied(k), width, height, transparent=transparent, format=format, quality=quality)
        for k in range(min(n, PICTURES_MAX))
    ]


def edit(
    prompt: str,
    images: Sequence[bytes],
    mask: bytes | None,
    *,
    size: tuple[int, int] | None = None,
    transparent: bool = False,
    format: Format = "png",
    quality: int = 90,
) -> Picture:
    """All edits that the prompt names. Raises `Invalid` when it names none, or when these are no pictures."""
    if not images:
        raise Invalid(Problem("image", "is the picture to edit"))
    opened = [_opened(one, "image") for one in images[:IMAGES_MAX]]
    b = brief(prompt, wide=opened[0].width / opened[0].height)
    try:
        made, done = editing.edited(opened, _mask(mask, opened[0].size), b, _palette(b))
    except editing.Unknown:
        raise Invalid(
            Problem(
                "prompt",
                f"names no edit that sayso/canvas can do. It can: {editing.CAN}. For anything else, connect a model that makes pictures.",
            )
        ) from None
    if size:
        made = ImageOps.fit(made, size, Image.Resampling.LANCZOS)
    if transparent and "background" not in done and not _has_holes(made):
        made = editing.EDITS[0][2](editing.Work(made, None, brief("remove background"), _palette(b), re.search("", "")))  # pyright: ignore[reportArgumentType]
        done.append("background")
    told = f"{LABEL.capitalize()}: edited by {', '.join(done)}."
    return Picture(encoded(made, format, quality, told), made.width, made.height, told)


def _drawn(b: Brief, width: int, height: int, *, transparent: bool, format: Format, quality: int) -> Picture:
    p = _palette(b)
    finer = FINER if width * height * FINER**2 <= FINE_PIXELS_MAX else 1
    sheet = Sheet(width, height, None if transparent else p.ground, finer=finer)
    lay(sheet, b, p, transparent=transparent)
    return Picture(encoded(sheet.finished(), format, quality, b.told()), width, height, b.told())


def _palette(b: Brief) -> Palette:
    return palette(b.colours, b.mood, b.seed, dark=b.dark, ground=b.ground)


def encoded(image: Image.Image, format: Format, quality: int, told: str) -> bytes:
    """The file, with what it is written into it where the format has a place for that."""
    out = io.BytesIO()
    if format == "png":
        about = PngInfo()
        about.add_text("Software", "Sayso canvas")
        about.add_itxt("Description", told)
        image.save(out, "PNG", pnginfo=about)
        return out.getvalue()
    exif = Image.Exif()
    exif[0x010E], exif[0x0131] = told.encode("ascii", "replace").decode(), "Sayso canvas"
    if format == "jpeg":
        ground = Image.new("RGBA", image.size, (255, 255, 255, 255))
        ground.alpha_composite(image)
        ground.convert("RGB").save(out, "JPEG", quality=quality, exif=exif)
    else:
        image.save(out, "WEBP", quality=quality, exif=exif)
    return out.getvalue()


def _opened(content: bytes, name: str) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"))
        if image.width * image.height > EDITED_PIXELS_MAX:
            raise TooLarge(f"The picture has {image.width} × {image.height} pixels; {EDITED_PIXELS_MAX:,} is the most.")
        return ImageOps.exif_transpose(image).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Invalid(Problem(name, f"is no picture that can be read ({str(error)[:80]})", "a PNG, JPEG or WebP file")) from None


def _mask(content: bytes | None, size: tuple[int, int]) -> Image.Image | None:
    """255 where the mask is transparent: there the picture may be changed. A mask without transparency counts where it is white."""
    if content is None:
        return None
    image = _opened(content, "mask").resize(size)
    alpha = image.getchannel("A")
    return ImageOps.invert(alpha) if _has_holes(image) else ImageOps.grayscale(image.convert("RGB"))


def _has_holes(image: Image.Image) -> bool:
    return bool((np.asarray(image.getchannel("A")) < 255).any())
