"""Takes a spreadsheet in and sees what is in it. Nothing of it is in any table yet."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.data import apps, finding
from sayso.data.clock import Clock
from sayso.data.imports import kept, process
from sayso.data.physical import is_stored
from sayso.data.scope import Scope
from sayso.errors import Invalid, Problem, TooLarge
from sayso.spec.fields.field import Storage
from sayso.team.actor import Actor
from sayso.team.ids import new_id

IMPORT_BYTES_MAX = 1_000_000_000
LIKENESS_MIN = 0.8
"""Such a share of a column's different values must be titles of a table's rows, for the column to be taken for a link."""
NAMES_MIN = 2


async def arrive(engine: AsyncEngine, root: Path, name: str, chunks: AsyncIterator[bytes], *, by: Actor) -> str:
    """Writes the file down and gives the import's id. Raises `TooLarge`, and `Invalid` for nothing at all."""
    async with db.transaction(engine) as tx:
        await finding.must_somewhere(tx, by, "write")
    id = new_id("i")
    folder = kept.folder_of(root, id)
    await asyncio.to_thread(folder.mkdir, parents=True, mode=0o700)
    size = 0
    try:
        with (folder / "file").open("wb") as out:
            async for chunk in chunks:
                size += len(chunk)
                if size > IMPORT_BYTES_MAX:
                    raise TooLarge(f"A file to import has at most {IMPORT_BYTES_MAX // 1_000_000:,} MB.")
                await asyncio.to_thread(out.write, chunk)
        if not size:
            raise Invalid(Problem("file", "is empty", "a heading line, then one line for each row"))
        async with db.transaction(engine) as tx:
            return await kept.kept(tx, name or "file", size, by=by, id=id)
    except BaseException:
        kept.forget_file(root, id, keep_refused=False)
        raise


async def look(engine: AsyncEngine, root: Path, id: str, *, by: Actor, sheet: str | None = None) -> None:
    """Has the file read by the child process; afterwards the import is ready, or failed with what is wrong."""
    path = kept.folder_of(root, id) / "file"
    try:
        preview = await process.preview({"path": str(path), "sheet": sheet})
    except Invalid as wrong:
        problems = [{"path": p.path, "reason": p.reason, "example": p.example} for p in wrong.problems]
        message = "; ".join(f"{p.path}: {p.reason}" if p.path else p.reason for p in wrong.problems)
        async with db.transaction(engine) as tx:
            await kept.set_state(
                tx, id, "failed", by=by, only_from=("reading", "ready"), problem=message[:1_000], preview={"problems": problems}
            )
        kept.forget_file(root, id, keep_refused=False)
        return
    async with db.transaction(engine) as tx:
        await _linked(tx, preview, by)
        for column in preview["columns"]:
            column.pop("values")
        await kept.set_state(tx, id, "ready", by=by, only_from=("reading", "ready"), preview=preview, rows=preview["rows"])


async def _linked(tx: AsyncConnection, preview: dict[str, Any], by: Actor) -> None:
    """Columns whose values are the titles of rows that are there already: they could be links, and say to what."""
    columns = [c for c in preview["columns"] if c["kind"] in ("text", "select") and len(c["values"]) >= NAMES_MIN]
    if not columns:
        return
    for line in await apps.listed(tx, by=by):
        app = await apps.open_app(tx, line.id, by=by)
        for table in app.spec.tables:
            title = table.title_field
            if title is None or not is_stored(title) or title.storage is not Storage.TEXT or title.kind in ("select", "ai"):
                continue
            scope = Scope.of(app, table, Clock.of(app.spec.zone))
            name = func.lower(scope.column(title))
            for column in columns:
                values = [v.casefold() for v in column["values"]]
                query = select(func.count(func.distinct(name))).where(name.in_(values), scope.alive)
                there = (await tx.execute(query)).scalar_one()
                if there >= max(NAMES_MIN, LIKENESS_MIN * len(values)):
                    column.setdefault("links", []).append({"app": app.id, "table": table.id, "name": table.name, "found": there})
