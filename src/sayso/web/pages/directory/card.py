"""The picture that a chat or a social page shows beside a link: names and the figures that matter, drawn here."""

import io
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

from PIL import Image, ImageDraw, ImageFont
from starlette.requests import Request
from starlette.responses import Response

from sayso.errors import NotFound
from sayso.models import lifecycle
from sayso.models.compare import MODELS_MAX
from sayso.models.compare.side import Side
from sayso.models.facts import UNKNOWN
from sayso.models.prices import dollars
from sayso.models.words import tokens
from sayso.web.pages.directory import missing
from sayso.web.pages.directory.comparison import BETWEEN, NAMES_CHARACTERS_MAX
from sayso.web.pages.directory.kept import Kept, kept
from sayso.web.pages.directory.shown import Shown, answered, directory, for_anybody
from sayso.web.pages.page import font_file

WIDTH, HEIGHT = 1200, 630
MARGIN = 72
INK, SOFT, FAINT, LINE, ACCENT, PAPER = "#1d1f26", "#4a4e5a", "#6b7080", "#dfe1e7", "#3157cf", "#ffffff"
GOOD, BAD, WARN = "#2f7d53", "#b3342f", "#8f5a10"
TONES = {"retired": BAD, "deprecated": WARN}

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@for_anybody
async def list_of_models(request: Request) -> Response:
    return await answered(request, ("card",), _list, slow=True)


@for_anybody
async def model(request: Request) -> Response:
    return await _of(request, [request.path_params["id"]])


@for_anybody
async def comparison(request: Request) -> Response:
    return await _of(request, request.path_params["names"][:NAMES_CHARACTERS_MAX].split(BETWEEN))


async def _of(request: Request, names: list[str]) -> Response:
    ids = sorted({missing.named(directory(request), name) or "" for name in names})
    if "" in ids or len(ids) > MODELS_MAX:
        raise NotFound("There is nothing at this address.")
    return await answered(request, ("card", *ids), lambda shown: _models(shown, ids), slow=True)


def _list(shown: Shown) -> Kept:
    picture = Picture("AI models")
    picture.heading("AI models: prices, limits and dates")
    picture.text(MARGIN, 330, f"{len(shown.directory)} models, each figure with its source", 34, SOFT)
    picture.text(MARGIN, 384, "Compare any two, side by side", 34, SOFT)
    return picture.kept()


def _models(shown: Shown, ids: Sequence[str]) -> Kept:
    models = [shown.directory.read(id) for id in ids]
    sides = [Side(model, lifecycle.of(model, shown.directory, shown.today), shown.today) for model in models]
    picture = Picture("Compare" if len(sides) > 1 else sides[0].model.maker_name)
    picture.heading(" vs ".join(side.name for side in sides))
    width = (WIDTH - 2 * MARGIN) // len(sides)
    for place, side in enumerate(sides):
        x = MARGIN + place * width
        if len(sides) > 1:
            picture.text(x, 292, side.name, 30, INK, 600, width - 24)
            picture.text(x, 332, side.model.maker_name, 24, FAINT, 400, width - 24)
        for row, (label, value) in enumerate(_figures(side)):
            picture.text(x, 384 + row * 44, label, 22, FAINT, 400, width - 24)
            if len(sides) <= 2:
                picture.text(x + 190, 380 + row * 44, value, 28, INK, 550, width - 214)
        picture.text(x, 384 + 3 * 44, side.life.label, 24, TONES.get(side.life.status, GOOD), 550, width - 24)
    return picture.kept()


def _figures(side: Side) -> list[tuple[str, str]]:
    window = side.model.context_window
    prices = [
        (price.label, f"{dollars(price.amount)} {price.short}")
        for key in ("input_mtok", side.output_key, *side.prices)
        if (price := side.prices.get(key))
    ]
    return [*islice(dict(prices).items(), 2), ("Context", f"{tokens(window.value)} tokens" if window else UNKNOWN)]


class Picture:
    """One card under way: paper, mark, and words set in the type of the pages."""

    def __init__(self, over: str) -> None:
        self._image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self._draw.rounded_rectangle((MARGIN, 64, MARGIN + 48, 108), 12, ACCENT)
        self._draw.polygon(((MARGIN + 8, 104), (MARGIN + 8, 120), (MARGIN + 28, 106)), ACCENT)
        for x, y, width in ((12, 79, 24), (12, 93, 12), (30, 93, 6)):
            self._draw.rounded_rectangle((MARGIN + x, y - 2, MARGIN + x + width, y + 2), 2, PAPER)
        self.text(MARGIN + 64, 64, "Sayso", 36, INK, 650)
        self._draw.line((MARGIN, 556, WIDTH - MARGIN, 556), LINE, 2)
        self.text(MARGIN, 574, over, 22, FAINT)

    def heading(self, text: str) -> None:
        """As large as fits on two lines."""
        for size in (68, 60, 52, 44, 38, 32):
            lines = self._lines(text, size)
            if len(lines) <= 2 and size * len(lines) <= 124:
                break
        for place, line in enumerate(lines[:2]):
            self.text(MARGIN, 150 + place * round(size * 1.15), line, size, INK, 650, WIDTH - 2 * MARGIN)

    def text(self, x: int, y: int, text: str, size: int, colour: str, weight: int = 400, most: int = WIDTH) -> None:
        """One line, cut with dots where it would be wider than `most`."""
        font = _font(size, weight)
        while text and font.getlength(text) > most:
            text = f"{text.removesuffix('…')[:-1].rstrip()}…" if len(text) > 1 else ""
        self._draw.text((x, y), text, colour, font)

    def kept(self) -> Kept:
        written = io.BytesIO()
        self._image.quantize(64).save(written, "PNG", optimize=True)
        return kept(written.getvalue(), "image/png", cross_origin_resource_policy="cross-origin")

    def _lines(self, text: str, size: int) -> list[str]:
        font, lines = _font(size, 650), [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if font.getlength(longer) <= WIDTH - 2 * MARGIN:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines


@lru_cache(maxsize=32)
def _font(size: int, weight: int) -> Font:
    """Inter where there is a build; else the type that Pillow brings."""
    file = font_file()
    if file is None:
        return ImageFont.load_default(size)
    font = ImageFont.truetype(file, size)
    font.set_variation_by_axes([weight])
    return font
