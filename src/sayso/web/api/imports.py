"""Spreadsheets on their way in."""

from typing import Any, Literal

from fastapi import Response, UploadFile

from sayso.errors import Unavailable
from sayso.web.shapes import AppId, Asked, PartId, Problem, ShortText, Shown, Token


class ImportOption(Shown):
    id: str
    name: str
    hue: str


class ImportColumn(Shown):
    """A column, and what it was taken for."""

    name: str
    kind: str
    examples: list[str] = []
    options: list[ImportOption] = []
    field: dict[str, Any] | None = None
    """The whole field that would be made of it."""


class ImportSheet(Shown):
    name: str
    rows: int | None = None


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


class ImportStart(Asked):
    into: Into = Into()
    sheet: ShortText | None = None
    columns: list[ImportColumnChoice] | None = None


async def create(file: UploadFile) -> Import:
    """Take in a CSV or XLSX file and see what is in it. Nothing is imported yet."""
    raise Unavailable("not there yet")


async def show(id: Token) -> Import:
    """How far an import is."""
    raise Unavailable("not there yet")


async def start(id: Token, how: ImportStart) -> Import:
    """Begin: into a new app, a new table or an existing one."""
    raise Unavailable("not there yet")


async def cancel(id: Token) -> Response:
    """Stop an import; nothing of it stays."""
    raise Unavailable("not there yet")


async def refused(id: Token) -> Response:
    """The rows that could not be taken, with reasons, as CSV."""
    raise Unavailable("not there yet")
