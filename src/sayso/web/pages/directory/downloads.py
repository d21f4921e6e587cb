"""The same facts as files: JSON with every source, CSV for a spreadsheet."""

import csv
import io
from collections.abc import Iterable

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sayso.errors import NotFound
from sayso.models import lifecycle
from sayso.models.compare import MODELS_MAX, compare
from sayso.models.directory import Directory
from sayso.models.facts import UNKNOWN, shortest
from sayso.models.listing import Listed, listed
from sayso.models.prices import Price
from sayso.web.pages.directory import missing
from sayso.web.pages.directory.asked import Asked, asked
from sayso.web.pages.directory.comparison import BETWEEN, NAMES_CHARACTERS_MAX
from sayso.web.pages.directory.kept import Kept, kept
from sayso.web.pages.directory.shown import Shown, answered, directory, for_anybody

MEDIA = {"json": "application/json", "csv": "text/csv"}
NO_SUCH_FILE = "There is nothing at this address."


@for_anybody
async def models(request: Request) -> Response:
    """The list, filtered and ordered as on the page."""
    wish, ending = asked(request.query_params), _ending(request)
    return await answered(request, ("models", ending, wish.query), lambda shown: _models(shown, wish, ending))


@for_anybody
async def model(request: Request) -> Response:
    id, ending = missing.named(directory(request), request.path_params["id"]), _ending(request)
    if id is None:
        raise NotFound(NO_SUCH_FILE)
    return await answered(request, ("model", ending, id), lambda shown: _model(shown, id, ending))


@for_anybody
async def comparison(request: Request) -> Response:
    names = request.path_params["names"][:NAMES_CHARACTERS_MAX].split(BETWEEN)
    ids = tuple(sorted({missing.named(directory(request), name) or "" for name in names}))
    ending = _ending(request)
    if "" in ids or not 2 <= len(ids) <= MODELS_MAX:
        raise NotFound(NO_SUCH_FILE)
    return await answered(request, ("comparison", ending, ids), lambda shown: _comparison(shown, ids, ending))


def _ending(request: Request) -> str:
    ending = request.path_params["ending"]
    if ending not in MEDIA:
        raise NotFound(NO_SUCH_FILE)
    return ending


def _models(shown: Shown, wish: Asked, ending: str) -> Kept:
    rows = listed(shown.directory, wish.filters, shown.today, sort=wish.sort, descending=wish.descending)
    if ending == "csv":
        return _csv("models", (LIST_COLUMNS, *(_list_row(row) for row in rows)))
    return _json(shown, {"models": [row.as_json() for row in rows]})


def _model(shown: Shown, id: str, ending: str) -> Kept:
    model = shown.directory.read(id)
    life = lifecycle.of(model, shown.directory, shown.today)
    if ending == "csv":
        return _csv(
            id, (PRICE_COLUMNS, *(_price_row(price) for price in model.prices(shown.today)), *_image_rows(shown.directory, id))
        )
    return _json(shown, {"model": model.as_json(shown.today) | {"lifecycle": life.as_json()}})


def _comparison(shown: Shown, ids: tuple[str, ...], ending: str) -> Kept:
    found = compare(shown.directory, ids, shown.today)
    if ending == "csv":
        head = ("", *(side.name for side in found.sides))
        return _csv(found.address, (head, *((row.label, *(cell.text for cell in row.cells)) for row in found.table)))
    return _json(shown, found.as_json(shown.today))


def _json(shown: Shown, body: dict[str, object]) -> Kept:
    told = {
        "day": shown.today.isoformat(),
        "made": shown.directory.made.isoformat(),
        "sources": [source.as_json() for source in shown.directory.sources.values()],
    }
    return kept(orjson.dumps(told | body), MEDIA["json"], access_control_allow_origin="*")


def _csv(name: str, rows: Iterable[Iterable[object]]) -> Kept:
    """Names of models are ours, never a formula; still nothing may begin like one in a spreadsheet."""
    written = io.StringIO()
    csv.writer(written).writerows([_plain(value) for value in row] for row in rows)
    return kept(written.getvalue().encode(), MEDIA["csv"], content_disposition=f'attachment; filename="{name}.csv"')


def _plain(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


LIST_COLUMNS = (
    "id", "name", "provider", "type", "status", "input $/1M tokens", "output $/1M tokens", "image from $", "context tokens", "longest answer tokens",
    "released", "shutdown",
)  # fmt: skip
PRICE_COLUMNS = ("what", "dollars", "unit", "source", "date", "agreement", "page")


def _list_row(row: Listed) -> tuple[object, ...]:
    amounts = (UNKNOWN if one is None else shortest(one) for one in (row.input, row.output, row.image))
    figures = (UNKNOWN if one is None else one for one in (row.context, row.output_limit, row.released, row.shutdown))
    return (row.id, row.name, row.maker_name, row.type_name, row.label, *amounts, *figures)


def _price_row(price: Price) -> tuple[object, ...]:
    figure = price.figure
    return (price.label, shortest(price.amount), price.unit, figure.source.name, figure.date, figure.agreement, figure.url)


def _image_rows(directory: Directory, id: str) -> Iterable[tuple[object, ...]]:
    for image in directory.read(id).images:
        figure = image.figure
        what = f"One image, {image.quality} quality, {image.size.replace('x', '×')}"
        yield (what, shortest(image.amount), "per image", figure.source.name, figure.date, figure.agreement, figure.url)
