"""Pictures drawn anew: what a browser shows is always our own encoding, never bytes that a stranger made."""

import secrets
import warnings
from pathlib import Path

from PIL import Image, ImageOps

from sayso.errors import NotFound

PIXELS_MAX = 64_000_000
"""A picture that unfolds to more is not drawn: a few kilobytes can claim to be gigabytes."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
QUALITY = 82


def size_of(path: Path) -> tuple[str, int, int] | None:
    """Format, width and height when it is a picture that we draw; reads the head only."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as picture:
                width, height = picture.size
                return (picture.format or "", width, height) if 0 < width * height <= PIXELS_MAX else None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def thumbnail_of(path: Path, small: Path, pixels: int) -> None:
    """Raises `NotFound` for what cannot be drawn."""
    part = small.with_name(f"{small.name}.{secrets.token_hex(6)}")
    try:
        if size_of(path) is None:
            raise NotFound("This picture is too large, or broken.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as picture:
                picture.draft("RGB", (pixels, pixels))
                picture.thumbnail((pixels, pixels))
                turned = ImageOps.exif_transpose(picture)
                turned.convert("RGBA" if turned.mode in ("RGBA", "LA", "P") else "RGB").save(
                    part, "WEBP", quality=QUALITY, method=2
                )
        part.replace(small)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise NotFound("This picture is broken.") from None
    finally:
        part.unlink(missing_ok=True)
