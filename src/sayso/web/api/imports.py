"""Spreadsheets on their way in."""

import asyncio
from typing import Any, Literal

from fastapi import Request, Response, UploadFile
from starlette.responses import FileResponse

from sayso import db
from sayso.data.imports import arriving, kept, running
from sayso.data.imports.target import Choice
from sayso.errors import Conflict, NotFound
from sayso.team import audit
from sayso.web.actor import By
from sayso.web.api.exports import saved_as
from sayso.web.parts import Parts, parts
from sayso.web.shapes import AppId, Asked, PartId, Problem, ShortText, Shown, Token
from sayso.web.uploads import chunks
from sayso.web.work import Engine, Once, Tx


class ImportOption(Shown):
    id: str
    name: str
    hue: str


class ImportLink(Shown):
    """A table whose rows have the column's values for titles: the column could be a link to it."""

    app: str
    table: str
    name: str
    found: int


class ImportColumn(Shown):
    """A column, and what it was taken for."""

    name: str
    kind: str
    examples: list[str] = []
    options: list[ImportOption] = []
    field: dict[str, Any] | None = None
    """The whole field that would be made of it."""
    links: list[ImportLink] = []


class ImportSheet(Shown):
    name: str
    rows: int | None = None
    """Only known of the sheet that was read."""


class Import(Shown):
    id: str
    state: Literal["reading", "ready", "running", "done", "failed", "cancelled"]
    name: str
    sheets: list[ImportSheet] = []
    sheet: str | None = None
    columns: list[ImportColumn] = []
    sample: list[list[Any]] = []
    problems: list[Problem] = []
    rows: int | None = None
    """As far as it is known before all is read."""
    done: int = 0
    refused: int = 0
    app: str | None = None
    table: str | None = None
    message: str = ""


class Into(Asked):
    """An existing table, a new table of an app, or a new app when neither is said."""

    app: AppId | None = None
    table: PartId | None = None
    name: ShortText | None = None


class ImportColumnChoice(Asked):
    """What becomes of one column: `field` names one of the table, `kind` makes a new one, neither leaves it out."""

    column: ShortText
    field: PartId | None = None
    kind: ShortText | None = None
    name: ShortText | None = None
    to: PartId | None = None
    """For a new link: the table of the same app that it names rows of."""


class ImportStart(Asked):
    into: Into = Into()
    sheet: ShortText | None = None
    columns: list[ImportColumnChoice] | None = None


LOOK_SECONDS = 1.5
"""How long the answer to an upload waits for the preview; larger files are told of as they go."""


async def create(file: UploadFile, request: Request, engine: Engine, by: By) -> Import:
    """Take in a CSV or XLSX file and see what is in it. Nothing is imported yet."""
    at = parts(request)
    id = await arriving.arrive(engine, at.imports, file.filename or "file", chunks(file), by=by)
    look = at.jobs.begin(arriving.look(engine, at.imports, id, by=by))
    await asyncio.wait([look], timeout=LOOK_SECONDS)
    async with db.transaction(engine) as tx:
        return shown(await kept.read(tx, id, by=by))


async def show(id: Token, tx: Tx, by: By) -> Import:
    """How far an import is."""
    return shown(await kept.read(tx, id, by=by))


async def start(id: Token, how: ImportStart, request: Request, engine: Engine, by: By, once: Once) -> Import:
    """Begin: into a new app, a new table or an existing one."""
    at = parts(request)
    await _sheet(at, id, how.sheet, by)
    choices = None if how.columns is None else [Choice(c.column, c.field, c.kind, c.name, c.to) for c in how.columns]
    async with db.transaction(engine) as tx:
        begun = await running.begin(tx, id, app=how.into.app, table=how.into.table, name=how.into.name, choices=choices, by=by)
        into = {"app": how.into.app, "table": how.into.table, "rows": begun.rows}
        await audit.write(tx, "rows.imported", f"imported {begun.name}", by=by, subject=id, app=how.into.app, detail=into)
    at.jobs.begin(running.run(engine, at.imports, id, by=by))
    return shown(begun)


async def _sheet(at: Parts, id: str, sheet: str | None, by: By) -> None:
    """Another sheet than the one that was looked at is looked at first."""
    async with db.transaction(at.engine) as tx:
        one = await kept.read(tx, id, by=by)
    if sheet is not None and one.state == "ready" and sheet != one.preview["source"]["sheet"]:
        await arriving.look(at.engine, at.imports, id, by=by, sheet=sheet)
        raise Conflict("Another sheet was chosen: look at its columns, then start.")


async def cancel(id: Token, request: Request, tx: Tx, by: By) -> Response:
    """Stop an import; nothing of it stays."""
    await running.cancel(tx, parts(request).imports, id, by=by)
    return Response(status_code=204)


async def refused(id: Token, request: Request, tx: Tx, by: By) -> Response:
    """The rows that could not be taken, with reasons, as CSV."""
    one = await kept.read(tx, id, by=by)
    path = kept.folder_of(parts(request).imports, one.id) / "refused.csv"
    if not await asyncio.to_thread(path.is_file):
        raise NotFound("No row of this import was refused.")
    return FileResponse(path, media_type="text/csv; charset=utf-8", headers=saved_as(f"{one.name} - refused.csv"))


def shown(one: kept.Import) -> Import:
    told, target = one.preview, one.target
    return Import(
        id=one.id,
        state=one.state,
        name=one.name,
        sheets=[ImportSheet(name=n, rows=one.rows if n == told["source"]["sheet"] else None) for n in told.get("sheets", [])],
        sheet=told.get("source", {}).get("sheet"),
        columns=[ImportColumn.model_validate(c) for c in told.get("columns", [])],
        sample=told.get("sample", []),
        problems=[Problem.model_validate(p) for p in told.get("problems", [])],
        rows=one.rows,
        done=one.done,
        refused=one.refused,
        app=target.get("app"),
        table=target.get("table"),
        message=one.message,
    )
