"""Rows as a file."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Request, Response
from starlette.responses import StreamingResponse

from sayso import db
from sayso.data import apps, exports
from sayso.data import query as pages
from sayso.data.physical import found
from sayso.errors import TooMany
from sayso.team import audit
from sayso.web.actor import By
from sayso.web.asked_rows import AskedExport, export_of
from sayso.web.parts import parts
from sayso.web.shapes import AppId, PartId
from sayso.web.work import Engine

RETRY_SECONDS = 10


async def show(
    app: AppId, table: PartId, asked: Annotated[AskedExport, Query()], request: Request, engine: Engine, by: By
) -> Response:
    """The rows of a view or a filter as CSV, XLSX or JSON, streamed."""
    exporting = parts(request).exporting
    async with db.transaction(engine) as tx:
        opened = await apps.open_app(tx, app, by=by)
        wanted = export_of(opened, table, asked)
        await pages.page(tx, opened, table, wanted)
        opened.allowed("export", table)
        what = {"table": table, "format": asked.format, "asked": asked.model_dump(mode="json", exclude_none=True)}
        named = found(opened, table).name
        await audit.write(
            tx, "rows.exported", f"took rows of {named} out of {opened.spec.name}", by=by, subject=table, app=app, detail=what
        )

    async def chunks() -> AsyncGenerator[bytes]:
        if exporting.locked():
            raise TooMany("Several exports are running already. Try again in a moment.", retry_after_seconds=RETRY_SECONDS)
        async with exporting, db.transaction(engine) as tx:
            opened = await apps.open_app(tx, app, by=by)
            async for chunk in exports.export(tx, opened, table, wanted, asked.format, raw=asked.raw == "1"):
                yield chunk

    return StreamingResponse(
        await begun(chunks()), media_type=exports.TYPES[asked.format], headers=saved_as(f"{table}.{asked.format}")
    )


async def begun(chunks: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The same chunks, the first one made already: what is wrong is said while it can still be said in a problem document."""
    first = await anext(chunks, b"")

    async def all() -> AsyncGenerator[bytes]:
        async with aclosing(chunks):
            yield first
            async for chunk in chunks:
                yield chunk

    return all()


def saved_as(name: str) -> dict[str, str]:
    """Headers that make a browser save a file under this name, and never show it as a page. A line break would begin another."""
    name = "".join(c if c.isprintable() else "_" for c in name)
    plain = name.encode("ascii", "replace").decode().replace('"', "'").replace("?", "_")
    return {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "private, no-store",
    }
