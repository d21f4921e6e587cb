"""Brings an installation back from one file: verified first, then in one transaction, or not at all."""

import asyncio
import os
import shutil
import tempfile
import zipfile
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.backups import archive, postgres
from sayso.backups.backup import FILES
from sayso.db import migrate
from sayso.db.embedded import make_home, presence
from sayso.db.installation import opened
from sayso.db.migrate import knows
from sayso.errors import Conflict, Invalid, Problem
from sayso.settings import Settings


async def restore(settings: Settings, source: Path, *, replace: bool = False) -> archive.About:
    """Reads `source` into this home. With `replace`, in the place of the apps that are there already.

    The files come first, for nothing refers to them yet; the one moment of change is the database's commit; files that
    nothing refers to any more go last. So a kill at any point leaves the old installation or the new one, whole.
    Raises `Invalid` for a damaged or newer backup, `Conflict` when there are apps here, `Unavailable` when a server runs.
    """
    about = await asyncio.to_thread(archive.verified, source)
    if not knows(about.migration):
        raise Invalid(Problem(str(source), f"was made by a newer Sayso ({about.sayso}); bring this one up to date first"))
    make_home(settings.home)
    with presence.the_server(settings.home, {"doing": "being restored", "pid": os.getpid()}):
        async with opened(settings) as engine:
            await _check_empty(engine, replace)
            await _bring_in(engine, settings, source, about)
            await migrate(engine)
        await asyncio.to_thread(_keep_only, settings.home / FILES, source)
    return about


async def _check_empty(engine: AsyncEngine, replace: bool) -> None:
    async with engine.connect() as tx:
        apps = (await tx.execute(text("select count(*) from sayso.apps"))).scalar_one()
    if apps and not replace:
        some = "an app" if apps == 1 else f"{apps} apps"
        raise Conflict(f"There is {some} here already. Choose another --home, or put the backup in their place with --replace.")


async def _bring_in(engine: AsyncEngine, settings: Settings, source: Path, about: archive.About) -> None:
    async with engine.connect() as tx:
        there = await postgres.schemas(tx)
    await engine.dispose()
    await asyncio.to_thread(_files_in, settings.home / FILES, source)
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=settings.home) as folder:
        dump = Path(folder, archive.DATABASE)
        await asyncio.to_thread(_take, source, archive.DATABASE, dump)
        await asyncio.to_thread(postgres.loaded, engine.url, dump, instead_of=there, rows=about.rows)


def _files_in(folder: Path, source: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in _file_names(source):
        target = folder / name.removeprefix(f"{FILES}/")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _take(source, name, target)


def _take(source: Path, name: str, target: Path) -> None:
    """One part of the archive as a file; it appears when it is whole."""
    partial = target.with_name(f".{target.name}.partial")
    with zipfile.ZipFile(source) as archived, archived.open(name) as part, partial.open("wb") as file:
        shutil.copyfileobj(part, file, archive.CHUNK_BYTES)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(target)


def _keep_only(folder: Path, source: Path) -> None:
    kept = {folder / name.removeprefix(f"{FILES}/") for name in _file_names(source)}
    for path in folder.rglob("*") if folder.is_dir() else ():
        if path.is_file() and path not in kept:
            path.unlink(missing_ok=True)


def _file_names(source: Path) -> list[str]:
    with zipfile.ZipFile(source) as archived:
        return [name for name in archived.namelist() if archive.FILE_NAME.fullmatch(name)]
