"""/compare: two to four models side by side, whatever they are called in the address."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sayso.models import compare as comparing
from sayso.models.compare import MODELS_MAX, Comparison, address
from sayso.models.compare.related import popular
from sayso.models.compare.side import Side
from sayso.models.compare.table import Cell
from sayso.models.directory import Directory
from sayso.models.images import Matrix, matrix
from sayso.models.listing import rows_of
from sayso.models.model import Model
from sayso.models.strengths import strengths, weaknesses
from sayso.models.words import listing
from sayso.web.pages.directory import missing, structured
from sayso.web.pages.directory.calculator import Wanted, calculation, wanted
from sayso.web.pages.directory.kept import Kept
from sayso.web.pages.directory.shown import Shown, answered, directory, for_anybody
from sayso.web.pages.directory.snippets import snippets

BETWEEN = "-vs-"
NAMES_CHARACTERS_MAX = 1000
POPULAR_MAX = 24
ICONS = {
    "status": "alert", "upcoming": "calendar", "hours": "clock", "replacement": "arrow-right", "work": "layers", "input": "dollar", "cached": "history",
    "output": "dollar", "image": "image", "context": "layers", "max_input": "lines", "max_output": "lines", "abilities": "check", "batch": "clock",
    "knowledge": "calendar", "released": "calendar", "weights": "download",
}  # fmt: skip
LOOK = frozenset({"status", "upcoming"})
"""What is told before anything that sells."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table with the footnote of each cell."""

    key: str
    label: str
    cells: tuple[tuple[Cell, int | None], ...]


@for_anybody
async def start(request: Request) -> Response:
    """Where models are chosen; what was chosen leads on to its own address."""
    chosen = [name.strip() for name in request.query_params.getlist("m") if name.strip()]
    if chosen:
        return RedirectResponse(f"/compare/{_joined(directory(request), chosen)}", 303)
    kept = tuple(request.query_params.getlist("keep")[:MODELS_MAX])
    return await answered(request, ("compare", kept), lambda shown: _start(shown, kept))


def _joined(known: Directory, names: list[str]) -> str:
    ids = [missing.named(known, name) or name.replace("/", "-") for name in names]
    return BETWEEN.join(dict.fromkeys(ids))[:NAMES_CHARACTERS_MAX]


@for_anybody
async def show(request: Request) -> Response:
    names = [name for name in request.path_params["names"][:NAMES_CHARACTERS_MAX].lower().split(BETWEEN) if name.strip()]
    known = directory(request)
    found = {name: missing.named(known, name) for name in names}
    ids = tuple(sorted({id for id in found.values() if id}))
    if unknown := [name for name, id in found.items() if id is None]:
        return await answered(request, ("unknown", *names), lambda shown: missing.page(shown, unknown, others=ids))
    if len(ids) < 2:
        return RedirectResponse(f"/models/{ids[0]}" if ids else "/compare", 303)
    if len(ids) > MODELS_MAX:
        return await answered(request, ("too many", *ids), lambda shown: _too_many(shown, ids))
    if request.path_params["names"] != address(ids):
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/compare/{address(ids)}{query}", 301)
    want = wanted(request.query_params)
    return await answered(request, ("compare", ids, want), lambda shown: _page(shown, ids, want))


def _page(shown: Shown, ids: tuple[str, ...], want: Wanted) -> Kept:
    found = comparing.compare(shown.directory, ids, shown.today)
    models = [side.model for side in found.sides]
    sources = _sources(found)
    here = f"/compare/{found.address}"
    return shown.html(
        "compare.html",
        found=found,
        here=here,
        rows=_rows(found, sources),
        sources=[shown.directory.sources[id] for id in sources],
        first=[one for one in found.differences if one.topic in LOOK],
        rest=[one for one in found.differences if one.topic not in LOOK],
        icons=ICONS,
        strong=[
            (side, strengths(side.model, shown.directory, shown.today), weaknesses(side.model, shown.directory, shown.today))
            for side in found.sides
        ],
        matrices=matrices(found.sides),
        cost=calculation(models, want, shown.today),
        calls=[(side, snippets(_served(side, shown), shown.url)) for side in found.sides],
        data=structured.comparison_page(shown, found.title, here, found.summary, found.faq),
        plain=not want.query,
    )


def matrices(sides: tuple[Side, ...]) -> list[tuple[Side, Matrix]]:
    return [(side, table) for side in sides if (table := matrix(side.model))]


def _served(side: Side, shown: Shown) -> Model:
    """The model to show a call of: what took its place, when it answers no more."""
    return shown.directory.read(side.life.successor) if side.gone and side.life.successor else side.model


def _sources(found: Comparison) -> list[str]:
    """Whose word the table shows, in the order of their first word: the footnotes."""
    return list(dict.fromkeys(cell.source for row in found.table for cell in row.cells if cell.source))


def _rows(found: Comparison, sources: list[str]) -> list[Row]:
    place = {id: number for number, id in enumerate(sources, 1)}
    return [
        Row(row.key, row.label, tuple((cell, place.get(cell.source) if cell.source else None) for cell in row.cells))
        for row in found.table
    ]


def _too_many(shown: Shown, ids: tuple[str, ...]) -> Kept:
    names = listing([shown.directory.read(id).name for id in ids])
    return shown.html("too_many.html", status=404, names=names, ids=ids, first=ids[:MODELS_MAX], most=MODELS_MAX)


def _start(shown: Shown, keep: tuple[str, ...]) -> Kept:
    rows = {row.id: row for row in rows_of(shown.directory, shown.today)}
    pairs = [(rows[a], rows[b]) for a, b in popular(shown.directory, shown.today, POPULAR_MAX)]
    known = sorted((row for row in rows.values() if row.flagship), key=lambda row: (row.status == "retired", row.name.lower()))
    return shown.html("compare_start.html", pairs=pairs, known=known, keep=[id for id in keep if id in shown.directory])
