"""/models/providers: who makes models; and one maker's models with what changes for them."""

from collections import Counter
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from sayso.models.changes import changes
from sayso.models.listing import Filters, listed, rows_of
from sayso.models.model import TYPES
from sayso.models.providers import PROVIDERS
from sayso.web.pages.directory import missing
from sayso.web.pages.directory.catalogue import COLUMNS, line
from sayso.web.pages.directory.kept import Kept
from sayso.web.pages.directory.shown import Shown, answered, for_anybody

PAST_DAYS = 60
AHEAD_DAYS = 400
CHANGES_MAX = 12


@for_anybody
async def index(request: Request) -> Response:
    return await answered(request, ("makers",), _index)


@for_anybody
async def show(request: Request) -> Response:
    name = request.path_params["provider"]
    return await answered(request, ("maker", name), lambda shown: _page(shown, name))


def _index(shown: Shown) -> Kept:
    rows = rows_of(shown.directory, shown.today)
    counts = Counter(row.maker for row in rows)
    served = Counter(row.maker for row in rows if row.status in ("current", "preview"))
    return shown.html("makers.html", makers=[(PROVIDERS[id], count, served[id]) for id, count in counts.most_common()])


def _page(shown: Shown, id: str) -> Kept:
    found = listed(shown.directory, Filters(makers=frozenset([id])), shown.today)
    if id not in PROVIDERS or not found:
        return missing.page(shown, [id])
    since, until = shown.today - timedelta(days=PAST_DAYS), shown.today + timedelta(days=AHEAD_DAYS)
    news = changes(
        shown.directory, since, shown.today, until=until, kinds=frozenset(["price", "shutdown"]), makers=frozenset([id])
    )
    kinds = Counter(row.type for row in found)
    return shown.html(
        "maker.html",
        maker=PROVIDERS[id],
        found=found,
        lines=[line(row, shown) for row in found if row.status != "retired"],
        retired=[row for row in found if row.status == "retired"],
        kinds=[(TYPES[kind], count) for kind, count in kinds.most_common()],
        news=news[:CHANGES_MAX],
        columns=COLUMNS,
    )
