"""Files on their way in, piece by piece."""

from collections.abc import AsyncIterator

from starlette.datastructures import UploadFile

CHUNK_BYTES = 256 * 1024


async def chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(CHUNK_BYTES):
        yield piece
