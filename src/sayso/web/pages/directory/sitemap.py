"""For those who find pages: every address of the directory, and what may be read at all."""

from datetime import date
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response

from sayso.errors import NotFound
from sayso.models.compare.related import popular
from sayso.models.listing import rows_of
from sayso.web.pages.directory.kept import Kept, kept
from sayso.web.pages.directory.shown import Shown, answered, for_anybody
from sayso.web.parts import parts

ADDRESSES_MAX = 10_000
"""Of one file; with more, the sitemap becomes an index of several. (The protocol allows 50,000.)"""
PAIRS_MAX = 4000
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@for_anybody
async def show(request: Request) -> Response:
    return await answered(request, ("sitemap",), lambda shown: _xml(first(shown.url, addresses(shown), shown.directory.made)))


@for_anybody
async def part(request: Request) -> Response:
    number = request.path_params["number"]
    return await answered(request, ("sitemap", number), lambda shown: _xml(_part(shown, number)))


async def robots(request: Request) -> Response:
    """Only the directory is for machines to read; the rest is somebody's work."""
    settings = parts(request).settings
    allowed = "Allow: /models\nAllow: /compare\nAllow: /look/\nAllow: /static/assets/\n" if settings.directory == "public" else ""
    where = f"\nSitemap: {settings.url}/sitemap.xml\n" if allowed else ""
    return Response(
        f"User-agent: *\n{allowed}Disallow: /\n{where}", media_type="text/plain", headers={"cache-control": "max-age=3600"}
    )


def addresses(shown: Shown) -> list[str]:
    rows = rows_of(shown.directory, shown.today)
    makers = sorted({row.maker for row in rows})
    return [
        "/models",
        "/models/changes",
        "/models/providers",
        "/compare",
        *(f"/models/providers/{maker}" for maker in makers),
        *(f"/models/{row.id}" for row in rows),
        *(f"/compare/{'-vs-'.join(pair)}" for pair in popular(shown.directory, shown.today, PAIRS_MAX)),
    ]


def first(url: str, paths: list[str], made: date, most: int = ADDRESSES_MAX) -> str:
    """All addresses, or an index of the files that hold them."""
    if len(paths) <= most:
        return _addresses(url, paths, made)
    files = range(1, -(-len(paths) // most) + 1)
    entries = "".join(f"<sitemap><loc>{escape(url)}/sitemap-{number}.xml</loc></sitemap>" for number in files)
    return f"{HEAD}<sitemapindex {SPACE}>{entries}</sitemapindex>\n"


def _part(shown: Shown, number: int) -> str:
    found = addresses(shown)[(number - 1) * ADDRESSES_MAX : number * ADDRESSES_MAX] if number > 0 else []
    if not found:
        raise NotFound("There is no such part of the sitemap.")
    return _addresses(shown.url, found, shown.directory.made)


def _addresses(url: str, paths: list[str], made: date) -> str:
    entries = "".join(f"<url><loc>{escape(url + path)}</loc><lastmod>{made.isoformat()}</lastmod></url>" for path in paths)
    return f"{HEAD}<urlset {SPACE}>{entries}</urlset>\n"


def _xml(text: str) -> Kept:
    return kept(text.encode(), "application/xml")
