"""Pictures that contenders made, small enough to be looked at side by side and kept with their answers. The app's files hold none of them."""

import base64
import hashlib
import io
from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image

from sayso.ai.outcome import Made

SHOWN_PIXELS_MAX = 512
SHOWN_MAX = 2
"""Of one answer."""
QUALITY = 82


class Small(NamedTuple):
    """`url` is a data URL; `name` tells it from others."""

    url: str
    name: str


def shown(made: Sequence[Made]) -> list[Small]:
    """What is no picture after all is left out."""
    return [small for one in made[:SHOWN_MAX] if (small := _small(one)) is not None]


def _small(one: Made) -> Small | None:
    try:
        with Image.open(io.BytesIO(one.content)) as image:
            image.thumbnail((SHOWN_PIXELS_MAX, SHOWN_PIXELS_MAX))
            clear, out = image.mode in ("RGBA", "LA", "P"), io.BytesIO()
            image.convert("RGBA" if clear else "RGB").save(out, "WEBP", quality=QUALITY)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    digest = hashlib.sha256(one.content).hexdigest()[:8]
    return Small(f"data:image/webp;base64,{base64.b64encode(out.getvalue()).decode()}", f"picture {digest}")
