"""Writes one installation into one file, while it is in use."""

import asyncio
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import __version__
from sayso.backups import archive, postgres
from sayso.db import tables as t
from sayso.errors import Unavailable
from sayso.settings import Settings

FILES = "files"
"""The folder in the home that holds uploaded files."""
ARRIVING = {"arriving"}
"""Folders in it that hold files which nothing refers to yet."""


async def back_up(engine: AsyncEngine, settings: Settings, to: Path) -> archive.About:
    """Everything as of one moment: the database by a snapshot, then the files, which are never changed once written.

    `to` appears when it is whole, readable by its owner only. Raises `Unavailable` when it cannot be written.
    """
    async with engine.connect() as tx:
        await tx.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        snapshot = (await tx.execute(text("select pg_export_snapshot()"))).scalar_one()
        files = await asyncio.to_thread(_files, settings.home / FILES)
        about = await _about(tx, len(files))
        try:
            await asyncio.to_thread(_write, engine, settings, to, snapshot, about)
        except OSError as error:
            raise Unavailable(f"The backup cannot be written to {to}: {error.strerror}.") from None
    return about


async def _about(tx: AsyncConnection, files: int) -> archive.About:
    return archive.About(
        sayso=__version__,
        migration=(await tx.execute(text("select version_num from sayso.alembic_version"))).scalar_one(),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        workspaces=list((await tx.execute(select(t.workspaces.c.name))).scalars()),
        apps=list(
            (await tx.execute(select(t.apps.c.id).where(t.apps.c.deleted_at.is_(None)).order_by(t.apps.c.number))).scalars()
        ),
        rows=await postgres.counts(tx),
        files=files,
    )


def _write(engine: AsyncEngine, settings: Settings, to: Path, snapshot: str, about: archive.About) -> None:
    with archive.written(to) as writing:
        writing.add(archive.DATABASE, postgres.dumped(engine.url, snapshot))
        files = _files(settings.home / FILES)
        for path in files:
            writing.add(f"{FILES}/{path.relative_to(settings.home / FILES).as_posix()}", _unless_gone(path))
        writing.add(archive.ABOUT, [archive.about_json(about)])


def _files(folder: Path) -> list[Path]:
    """What was stored, without what is still arriving."""
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink() and not ARRIVING & set(p.parts))


def _unless_gone(path: Path) -> Generator[bytes]:
    try:
        yield from archive.chunks_of(path)
    except FileNotFoundError:
        return
