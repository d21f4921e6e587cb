"""/models/changes: what changed and what is about to, as a page and as a feed."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from sayso.models.changes import Change, changes, coming
from sayso.models.providers import PROVIDERS
from sayso.models.words import MONTHS
from sayso.web.pages.directory.kept import Kept, kept
from sayso.web.pages.directory.shown import Shown, answered, for_anybody

PAST_DAYS = 183
AHEAD_DAYS = 400
FEED_ENTRIES_MAX = 100
KINDS = {"price": "Prices", "shutdown": "Shutdowns", "release": "Releases"}
ICONS = {"price": "dollar", "shutdown": "alert", "release": "plus", "listed": "plus", "withdrawn": "minus"}


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which changes are asked for; empty means all."""

    kind: str = ""
    maker: str = ""

    @property
    def query(self) -> str:
        return urlencode([(n, v) for n, v in (("kind", self.kind), ("provider", self.maker)) if v])

    def address(self, kind: str | None = None, maker: str | None = None, ending: str = "") -> str:
        query = Narrowed(self.kind if kind is None else kind, self.maker if maker is None else maker).query
        return f"/models/changes{ending}{'?' if query else ''}{query}"


def narrowed(query: QueryParams) -> Narrowed:
    kind, maker = query.get("kind", ""), query.get("provider", "")
    return Narrowed(kind if kind in KINDS else "", maker if maker in PROVIDERS else "")


@for_anybody
async def show(request: Request) -> Response:
    wish = narrowed(request.query_params)
    return await answered(request, ("changes", wish), lambda shown: _page(shown, wish))


@for_anybody
async def feed(request: Request) -> Response:
    wish = narrowed(request.query_params)
    return await answered(request, ("feed", wish), lambda shown: kept(atom(shown, wish), "application/atom+xml"))


def _page(shown: Shown, wish: Narrowed) -> Kept:
    past = _past(shown, wish)
    ahead = [one for one in coming(shown.directory, shown.today, days=AHEAD_DAYS) if _wanted(one, wish)]
    makers = sorted(
        {(one.maker, one.maker_name) for one in (*_past(shown, Narrowed()), *coming(shown.directory, shown.today))},
        key=lambda m: m[1],
    )
    return shown.html(
        "changes.html",
        wish=wish,
        ahead=[(month, list(found)) for month, found in groupby(ahead, lambda one: _month(one.day))],
        past=[(month, list(found)) for month, found in groupby(past, lambda one: _month(one.day))],
        kinds=KINDS,
        icons=ICONS,
        makers=makers,
        half_a_year=timedelta(days=PAST_DAYS),
        plain=not wish.query,
    )


def _past(shown: Shown, wish: Narrowed) -> list[Change]:
    since = shown.today - timedelta(days=PAST_DAYS)
    return [one for one in changes(shown.directory, since, shown.today, until=shown.today) if _wanted(one, wish)]


def _wanted(change: Change, wish: Narrowed) -> bool:
    return (not wish.kind or change.kind == wish.kind) and (not wish.maker or change.maker == wish.maker)


def _month(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.year}"


def atom(shown: Shown, wish: Narrowed) -> bytes:
    """RFC 4287. What is announced comes first; an entry's id stays the same over refreshes, so that a reader shows it once."""
    ahead = [one for one in coming(shown.directory, shown.today, days=AHEAD_DAYS) if _wanted(one, wish)]
    found = [*reversed(ahead), *_past(shown, wish)][:FEED_ENTRIES_MAX]
    here, page = (shown.url + wish.address(ending=ending) for ending in (".atom", ""))
    made = _moment(shown.directory.made)
    entries = "".join(_entry(shown, one) for one in found)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>AI models: what changed</title><subtitle>Prices, shutdowns and releases of AI models.</subtitle>"
        f"<id>{escape(here)}</id><updated>{made}</updated><author><name>Sayso</name></author>"
        f'<link rel="self" type="application/atom+xml" href={quoteattr(here)}/><link rel="alternate" type="text/html" href={quoteattr(page)}/>'
        f"{entries}</feed>\n"
    ).encode()


def _entry(shown: Shown, change: Change) -> str:
    """Dated by when it can have been known: an announced change by the day of the data."""
    known = min(change.day, shown.directory.made)
    link = f"{shown.url}/models/{change.model}"
    source = f'<link rel="via" href={quoteattr(change.url)}/>' if change.url.startswith("https://") else ""
    return (
        f"<entry><title>{escape(change.sentence)}</title><id>{escape(f'{link}#{change.kind}-{change.day.isoformat()}')}</id>"
        f'<updated>{_moment(known)}</updated><link rel="alternate" type="text/html" href={quoteattr(link)}/>{source}'
        f"<category term={quoteattr(change.kind)}/><author><name>{escape(change.maker_name)}</name></author>"
        f"<summary>{escape(change.sentence)}</summary></entry>"
    )


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
