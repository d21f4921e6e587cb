"""Files that people attach."""

from typing import Annotated

from fastapi import Query, Request, Response, UploadFile
from starlette.responses import FileResponse

from sayso.data import files
from sayso.team import audit
from sayso.web.actor import By
from sayso.web.api.exports import saved_as
from sayso.web.parts import parts
from sayso.web.shapes import Shown, Token
from sayso.web.uploads import chunks
from sayso.web.work import Tx


class StoredFile(Shown):
    id: str
    name: str
    type: str
    """Decided by what is in it, never by what was claimed."""
    bytes: int
    width: int | None = None
    height: int | None = None


async def create(file: UploadFile, request: Request, tx: Tx, by: By) -> StoredFile:
    """Store a file, to be named in a row's values."""
    kept = await files.store(tx, parts(request).files, file.filename or "file", chunks(file), by=by)
    return StoredFile.model_validate(kept, from_attributes=True)


async def show(file: Token, request: Request, tx: Tx, by: By) -> Response:
    """A file, to be saved; never shown as a page."""
    known = parts(request)
    found, path = await files.found(tx, known.files, file, by=by)
    if known.lately.first("file", by.workspace, by.id, found.id):
        await audit.write(tx, "file.downloaded", f"opened the file {found.name}", by=by, subject=found.id)
    return FileResponse(path, media_type=found.type, headers=saved_as(found.name))


async def thumbnail(file: Token, request: Request, tx: Tx, by: By, size: Annotated[int, Query(ge=16, le=2048)] = 320) -> Response:
    """A picture drawn anew, at most this many pixels wide and high."""
    known = parts(request)
    path = await files.thumbnail(tx, known.files, file, size, drawing=known.drawing, by=by)
    headers = {
        "cache-control": "private, max-age=86400",
        "content-security-policy": "default-src 'none'",
    }
    return FileResponse(path, media_type="image/webp", headers=headers)
