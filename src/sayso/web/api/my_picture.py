"""My face: whatever was uploaded, drawn anew as a small square."""

import asyncio
import io
import warnings

from fastapi import Request
from PIL import Image, ImageOps

from sayso.data.pictures import FORMATS, PIXELS_MAX
from sayso.errors import Invalid, Problem
from sayso.team import news, persons
from sayso.web.actor import By
from sayso.web.api.me import Me, my
from sayso.web.parts import parts
from sayso.web.work import Tx

PICTURE_BYTES_MAX = 10 * 2**20
SIDE_PIXELS = 256
QUALITY = 84
NOT_DRAWN = Problem("picture", "cannot be drawn: send a PNG, JPEG, WebP or GIF of at most 64 megapixels")


async def update(request: Request, tx: Tx, by: By) -> Me:
    """The bytes of an image become my picture: its middle, as a square."""
    person, content = persons.of(by), await request.body()
    async with parts(request).drawing:
        drawn = await asyncio.to_thread(square, content)
    await persons.put_picture(tx, person, drawn)
    await news.changed(tx, [by.id], by=by)
    return await my(tx, by)


async def remove(tx: Tx, by: By) -> Me:
    """My initials again."""
    await persons.put_picture(tx, persons.of(by), None)
    await news.changed(tx, [by.id], by=by)
    return await my(tx, by)


def square(content: bytes) -> bytes:
    """A WebP of `SIDE_PIXELS`, without anything that the file carried beside its picture. Raises `Invalid`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                if not 0 < picture.width * picture.height <= PIXELS_MAX:
                    raise Invalid(NOT_DRAWN)
                picture.draft("RGB", (2 * SIDE_PIXELS, 2 * SIDE_PIXELS))
                turned = ImageOps.exif_transpose(picture)
                whole = turned.convert("RGBA" if turned.mode in ("RGBA", "LA", "P", "PA") else "RGB")
                fitted = ImageOps.fit(whole, (SIDE_PIXELS, SIDE_PIXELS), Image.Resampling.LANCZOS)
        drawn = io.BytesIO()
        fitted.save(drawn, "WEBP", quality=QUALITY, method=4)
        return drawn.getvalue()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Invalid(NOT_DRAWN) from None
