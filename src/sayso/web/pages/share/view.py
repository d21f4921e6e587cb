"""A view that is public: drawn here, so that it is there at once and is read without any script."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from sayso import db
from sayso.data import files
from sayso.data.publishing import opening, public_files, public_rows
from sayso.data.publishing.opening import Opened
from sayso.data.publishing.public_rows import Asked
from sayso.errors import Invalid, NotFound, TooMany
from sayso.spec.view import Board, Calendar, Chart, Dashboard, Gallery, Timeline
from sayso.web.api.exports import saved_as
from sayso.web.pages import built
from sayso.web.pages.share import boards, calendars, figures, tiles, timelines, visiting
from sayso.web.parts import parts

PAGE_ROWS = 50
CARDS = 24
EMBEDDED = "1"


async def show(request: Request) -> Response:
    known = parts(request)
    async with db.transaction(known.engine) as tx:
        opened = await _opened(request, tx)
        if not visiting.may_look(request, opened.share):
            return visiting.locked(opened)
        try:
            drawn = await _drawn(tx, opened, request)
        except Invalid:
            raise NotFound(opened.share.not_open) from None
    known.jobs.begin(visiting.counted(known, opened.share))
    share = opened.share
    return visiting.shown(
        share, "share.html", hue=opened.hue, title=share.rules.title or opened.view.name, workspace=opened.workspace,
        kind=opened.view.kind, may=share.allowed, embedded=request.query_params.get("embed") == EMBEDDED,
        fields=opened.fields, asked=request.query_params, link=_links(request), drawing_files=built.drawing(), **drawn,
    )  # fmt: skip


async def password(request: Request) -> Response:
    return await visiting.enter(request, "view")


async def download(request: Request) -> Response:
    """The rows as CSV, if that was chosen."""
    known = parts(request)
    async with db.transaction(known.engine) as tx:
        opened = await _opened(request, tx)
        visiting.must_look(request, opened.share)
        opened.share.must("download")
        opened.app.allowed("export", opened.table.id)

    async def chunks() -> AsyncGenerator[bytes]:
        if known.exporting.locked():
            raise TooMany("Several downloads are running already. Try again in a moment.", retry_after_seconds=10)
        async with known.exporting, db.transaction(known.engine) as tx:
            async for chunk in public_rows.download(tx, await _opened(request, tx)):
                yield chunk

    async def gone_on() -> AsyncGenerator[bytes]:
        async with aclosing(chunks()) as all_of_it:
            async for chunk in all_of_it:
                yield chunk

    return StreamingResponse(gone_on(), media_type="text/csv; charset=utf-8", headers={**saved_as("rows.csv"), **HIDDEN})


async def file(request: Request) -> Response:
    """A file that a row shows, to be saved; never shown as a page."""
    known = parts(request)
    async with db.transaction(known.engine) as tx:
        opened = await _opened(request, tx)
        visiting.must_look(request, opened.share)
        found, path = await public_files.found(tx, known.files, opened, request.path_params["file"])
    return FileResponse(path, media_type=found.type, headers={**saved_as(found.name), **HIDDEN})


async def thumbnail(request: Request) -> Response:
    """A picture drawn anew."""
    known, id = parts(request), request.path_params["file"]
    async with db.transaction(known.engine) as tx:
        opened = await _opened(request, tx)
        visiting.must_look(request, opened.share)
        await public_files.found(tx, known.files, opened, id)
        path = await files.thumbnail(tx, known.files, id, _pixels(request), drawing=known.drawing, by=opened.app.by)
    return FileResponse(path, media_type="image/webp", headers={**HIDDEN, "content-security-policy": "default-src 'none'"})


HIDDEN = {"x-robots-tag": "noindex, nofollow", "cache-control": "no-store"}
"""Kept by nobody: what is stopped is gone from the browser's own drawer too."""


async def _opened(request: Request, tx: AsyncConnection) -> Opened:
    visiting.count(request)
    return await opening.opened(tx, request.path_params["token"], "view")


async def _drawn(tx: AsyncConnection, opened: Opened, request: Request) -> dict[str, Any]:
    """What the template draws for this kind of view."""
    search = request.query_params.get("q", "") if "search" in opened.share.allowed else ""
    today = datetime.now(ZoneInfo(opened.app.spec.zone)).date()
    match opened.view:
        case Chart():
            return {"drawing": await figures.drawn(tx, opened)}
        case Board():
            return {"board": await boards.drawn(tx, opened, search)}
        case Calendar():
            return {"month": await calendars.drawn(tx, opened, search, request.query_params.get("month", ""), today=today)}
        case Timeline():
            return {"time": await timelines.drawn(tx, opened, search, request.query_params.get("zoom", ""), today=today)}
        case Dashboard():
            return {
                "tiles": await tiles.laid(tx, opened, today=today),
                "as_of": f"{datetime.now(ZoneInfo(opened.app.spec.zone)):%H:%M}",
            }
        case _:
            return await _paged(tx, opened, request, search)


async def _paged(tx: AsyncConnection, opened: Opened, request: Request, search: str) -> dict[str, Any]:
    size = CARDS if isinstance(opened.view, Gallery) else PAGE_ROWS
    number = _number(request.query_params.get("page", "1"))
    sort = request.query_params.get("sort", "") if "sort" in opened.share.allowed else ""
    asked = Asked(search=search, sort=sort, offset=(number - 1) * size, limit=size)
    rows, total = await public_rows.rows(tx, opened, asked)
    cover = opened.view.cover if isinstance(opened.view, Gallery) else None
    return {
        "rows": rows,
        "total": total,
        "page": number,
        "pages": max(1, -(-total // size)),
        "first": asked.offset + 1,
        "cover": cover,
        "sort": sort,
    }


def _number(text: str) -> int:
    return min(max(int(text), 1), 10_000) if text.isascii() and text.isdecimal() and len(text) < 9 else 1


def _pixels(request: Request) -> int:
    size = request.query_params.get("size", "320")
    return min(max(int(size), 16), 1_280) if size.isascii() and size.isdecimal() and len(size) < 6 else 320


def _links(request: Request) -> Any:
    """An address of this very page with something else asked, and all the rest kept."""
    kept = {k: v for k, v in request.query_params.items() if k in ("page", "q", "sort", "month", "zoom", "embed")}

    def link(**other: object) -> str:
        asked = {k: str(v) for k, v in {**kept, **other}.items() if v not in (None, "")}
        return f"?{urlencode(asked)}" if asked else "?"

    return link
