"""Files that people attach."""

from typing import Annotated

from fastapi import Query, Response, UploadFile

from sayso.errors import Unavailable
from sayso.web.shapes import Shown, Token


class StoredFile(Shown):
    id: str
    name: str
    type: str
    """Decided by what is in it, never by what was claimed."""
    bytes: int
    width: int | None = None
    height: int | None = None


async def create(file: UploadFile) -> StoredFile:
    """Store a file, to be named in a row's values."""
    raise Unavailable("not there yet")


async def show(file: Token) -> Response:
    """A file, to be saved; never shown as a page."""
    raise Unavailable("not there yet")


async def thumbnail(file: Token, size: Annotated[int, Query(ge=16, le=2048)] = 320) -> Response:
    """A picture drawn anew, at most this many pixels wide and high."""
    raise Unavailable("not there yet")
