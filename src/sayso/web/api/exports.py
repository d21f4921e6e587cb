"""Rows as a file."""

from typing import Annotated

from fastapi import Query, Response

from sayso.errors import Unavailable
from sayso.web.asked_rows import AskedExport
from sayso.web.shapes import AppId, PartId


async def show(app: AppId, table: PartId, asked: Annotated[AskedExport, Query()]) -> Response:
    """The rows of a view or a filter as CSV, XLSX or JSON, streamed."""
    raise Unavailable("not there yet")
