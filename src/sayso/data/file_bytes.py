"""Bytes on disk that no file is made of any more. One content is kept once, however many files, of whatever workspace, are made of it."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.data.files import FileStore
from sayso.db.file_tables import file_places
from sayso.db.tables import files as t

FRESH_HOURS = 24
"""What was written so lately may belong to an upload whose transaction is still open."""


async def only_in(tx: AsyncConnection, app: int) -> list[str]:
    """The files (ids) that were never given to a row of another app than this one (its number)."""
    p, other = file_places.c, file_places.alias("elsewhere")
    elsewhere = select(other.c.file).where(other.c.file == p.file, other.c.app != app).exists()
    return list((await tx.execute(select(p.file).distinct().where(p.app == app, ~elsewhere))).scalars())


async def gone(tx: AsyncConnection, ids: Iterable[str]) -> list[str]:
    """These files are no more; gives the digests of what they were made of."""
    return list((await tx.execute(delete(t).where(t.c.id.in_(list(ids))).returning(t.c.sha256))).scalars())


async def let_go(engine: AsyncEngine, folder: FileStore, digests: Iterable[str], now: datetime | None = None) -> int:
    """Removes what no file is made of any more, with the pictures drawn of it; gives how many contents that were."""
    asked, fresh = set(digests), ((now or datetime.now(UTC)) - timedelta(hours=FRESH_HOURS)).timestamp()
    async with db.transaction(engine) as tx:
        used = set((await tx.execute(select(t.c.sha256).where(t.c.sha256.in_(asked)))).scalars())
    return sum([await asyncio.to_thread(_removed, folder.path(digest), fresh) for digest in asked - used])


def _removed(path: Path, fresh: float) -> bool:
    """Put aside first: an upload of the same content that comes in between puts its own in place, which is then not touched."""
    aside = path.with_name(f"{path.name}.gone")
    try:
        path.replace(aside)
    except FileNotFoundError:
        return False
    if aside.stat().st_mtime > fresh:
        aside.replace(path)
        return False
    for drawn in path.parent.glob(f"{path.name}.*.webp"):
        drawn.unlink(missing_ok=True)
    aside.unlink(missing_ok=True)
    return True
