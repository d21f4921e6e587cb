"""Files that people attach: kept by their content's digest in a folder, named and owned in the database.

What a file is, is decided by what is in it; what was claimed by its sender is never believed. A person's file name is data
and never part of a path.
"""

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import attached, finding
from sayso.data.pictures import thumbnail_of
from sayso.data.sniffing import Sniffed, sniffed
from sayso.db.tables import files as t
from sayso.errors import Invalid, NotFound, Problem, TooLarge
from sayso.team.actor import Actor
from sayso.team.ids import new_id

FILE_BYTES_MAX = 100 * 1024 * 1024
NAME_CHARACTERS_MAX = 200
THUMBNAIL_PIXELS_MAX = 2_048


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`width` and `height` in pixels, for pictures."""

    id: str
    name: str
    type: str
    bytes: int
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class FileStore:
    """The folder of an installation's files: `<root>/ab/ab34…` by SHA-256, thumbnails beside them."""

    root: Path

    def path(self, digest: str) -> Path:
        return self.root / digest[:2] / digest


async def store(tx: AsyncConnection, folder: FileStore, name: str, chunks: AsyncIterator[bytes], *, by: Actor) -> StoredFile:
    """Keeps a file. Raises `TooLarge`, and `Invalid` when it is empty."""
    await finding.must_somewhere(tx, by, "write")
    digest, size, path = await _kept(folder, chunks)
    if not size:
        raise Invalid(Problem("file", "is empty", "a picture, a PDF, a letter"))
    what = await asyncio.to_thread(sniffed, path, name)
    return await _named(tx, _short(name), digest, size, what, by)


async def _kept(folder: FileStore, chunks: AsyncIterator[bytes]) -> tuple[str, int, Path]:
    """Written beside its place and moved there whole, so that a crash leaves no half file under a digest."""
    part = folder.root / "arriving" / secrets.token_hex(16)
    await asyncio.to_thread(_made, folder.root, part.parent)
    digest, size = hashlib.sha256(), 0
    try:
        with part.open("wb") as out:
            async for chunk in chunks:
                size += len(chunk)
                if size > FILE_BYTES_MAX:
                    raise TooLarge(f"A file has at most {FILE_BYTES_MAX // 1024**2} MB.")
                digest.update(chunk)
                await asyncio.to_thread(out.write, chunk)
            await asyncio.to_thread(_settled, out)
        path = folder.path(digest.hexdigest())
        await asyncio.to_thread(_moved, part, path)
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest(), size, path


def _made(root: Path, arriving: Path) -> None:
    """Nobody else on the machine may look into it, whatever the home allows."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    arriving.mkdir(exist_ok=True)


def _settled(out: "os.PathLike[str] | object") -> None:
    out.flush()  # type: ignore[attr-defined]
    os.fsync(out.fileno())  # type: ignore[attr-defined]


def _moved(part: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part.replace(path)


async def _named(tx: AsyncConnection, name: str, digest: str, size: int, what: Sniffed, by: Actor) -> StoredFile:
    file = StoredFile(new_id("f"), name, what.type, size, what.width, what.height)
    await tx.execute(
        insert(t).values(
            id=file.id, workspace_id=by.workspace, name=name, type=what.type, bytes=size, sha256=digest,
            width=what.width, height=what.height, created_by=by.member or by.id,
        )
    )  # fmt: skip
    return file


def _short(name: str) -> str:
    """The last part of a name, printable, not too long, its ending kept."""
    name = "".join(
        c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable() and not 0xD800 <= ord(c) <= 0xDFFF
    ).strip(". ")
    if len(name) > NAME_CHARACTERS_MAX:
        stem, dot, ending = name.rpartition(".")
        name = (
            stem[: NAME_CHARACTERS_MAX - len(ending) - 1] + dot + ending
            if dot and len(ending) < 12
            else name[:NAME_CHARACTERS_MAX]
        )
    return name or "file"


async def found(tx: AsyncConnection, folder: FileStore, id: str, *, by: Actor) -> tuple[StoredFile, Path]:
    """The file and where it lies. Raises `NotFound`, also for another workspace's, and for one that `by` sees in no row."""
    if not await attached.seen(tx, [id], by=by):
        raise NotFound("There is no such file.")
    c = t.c
    row = (
        await tx.execute(
            select(c.id, c.name, c.type, c.bytes, c.width, c.height, c.sha256).where(
                c.id == id, c.workspace_id == by.workspace, c.deleted_at.is_(None)
            )
        )
    ).one_or_none()
    path = folder.path(row.sha256) if row else None
    if row is None or path is None or not await asyncio.to_thread(path.is_file):
        raise NotFound("There is no such file.")
    return StoredFile(row.id, row.name, row.type, row.bytes, row.width, row.height), path


async def thumbnail(
    tx: AsyncConnection, folder: FileStore, id: str, pixels: int, *, drawing: asyncio.Semaphore, by: Actor
) -> Path:
    """A picture drawn anew, at most so many pixels wide and high; kept for the next time. Raises `NotFound` for other files.

    `drawing` says how many are drawn at once.
    """
    file, path = await found(tx, folder, id, by=by)
    if not file.type.startswith("image/"):
        raise NotFound("There is no picture of this file.")
    size = next(s for s in (64, 160, 320, 640, 1280, THUMBNAIL_PIXELS_MAX) if s >= min(pixels, THUMBNAIL_PIXELS_MAX))
    small = path.with_name(f"{path.name}.{size}.webp")
    if not await asyncio.to_thread(small.is_file):
        async with drawing:
            if not await asyncio.to_thread(small.is_file):
                await asyncio.to_thread(thumbnail_of, path, small, size)
    return small
