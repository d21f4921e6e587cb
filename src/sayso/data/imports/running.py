"""Brings the rows of a file into a table, in one transaction: all or nothing, whatever happens on the way."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.data import acts, apps, events, finding, query
from sayso.data.cleaning import default_of
from sayso.data.clock import Clock
from sayso.data.imports import kept, process
from sayso.data.imports.kept import Import
from sayso.data.imports.taking import copied
from sayso.data.imports.target import Choice, Target, settled
from sayso.data.open_app import OpenApp
from sayso.data.physical import Rows, found, is_stored, pairs_of, rows_of, schema_of
from sayso.data.query import Query
from sayso.data.row import where
from sayso.data.scope import Scope
from sayso.errors import Conflict, Forbidden, Invalid, Problem, SaysoError, TooLarge
from sayso.spec.change import Change, Remove
from sayso.spec.fields import AnyField, Checkbox, Link, Person
from sayso.spec.table import Table
from sayso.team import people, standing
from sayso.team.actor import Actor, system

log = logging.getLogger(__name__)

PROGRESS_SECONDS = 0.5
TITLES_MAX = 300_000
"""Rows of a linked table that can be told apart by their titles while an import runs."""


class Stopped(Exception):
    """Someone cancelled it."""


async def begin(
    tx: AsyncConnection, id: str, *, app: str | None = None, table: str | None = None, name: str | None = None,
    choices: list[Choice] | None = None, by: Actor,
) -> Import:  # fmt: skip
    """Settles where the rows go. Raises `Conflict` unless the import is ready, `Invalid` with the problems of the choices."""
    one = await kept.read(tx, id, by=by)
    if one.state != "ready":
        raise Conflict(f"This import is {one.state} and cannot be started.")
    target = await settled(tx, one, app=app, table=table, name=name, choices=choices, by=by)
    if not await kept.set_state(tx, id, "running", by=by, only_from=("ready",), target=target.stored(), done=0, refused=0):
        raise Conflict("This import was started by someone else.")
    return replace(one, state="running", target=target.stored())


async def cancel(tx: AsyncConnection, root: Path, id: str, *, by: Actor) -> None:
    """Whoever runs it notices within a second and takes everything back."""
    one = await kept.read(tx, id, by=by)
    if await kept.set_state(tx, id, "cancelled", by=by, only_from=("reading", "ready", "running")) and one.state != "running":
        kept.forget_file(root, id, keep_refused=False)


async def run(engine: AsyncEngine, root: Path, id: str, *, by: Actor) -> None:
    """Reads, takes and commits. Afterwards the import is done, failed with the reason, or cancelled."""
    async with db.transaction(engine) as tx:
        one = await kept.read(tx, id, by=by)
    target = Target.of(one.target)
    try:
        async with db.transaction(engine) as tx:
            await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(id, 0))))
            await _Run(engine, tx, root, one, target, by).all()
    except Stopped:
        await _take_back(engine, one, target, "", by)
    except SaysoError as error:
        await _take_back(engine, one, target, str(error), by)
    except asyncio.CancelledError:
        await asyncio.shield(_take_back(engine, one, target, "Sayso was stopped while this was running.", by))
        raise
    except Exception:
        log.exception("an import was given up")
        await _take_back(engine, one, target, "This could not be taken in. What went wrong stands in the server's log.", by)
    finally:
        kept.forget_file(root, id, keep_refused=True)


async def _take_back(engine: AsyncEngine, one: Import, target: Target, message: str, by: Actor) -> None:
    """The rows went with their transaction; what was made for them goes as well."""
    async with db.transaction(engine) as tx:
        if message:
            await kept.set_state(tx, one.id, "failed", by=by, only_from=("running",), problem=message[:1_000])
        await unmade(tx, target, system(by.workspace))  # they may have lost the app meanwhile


async def unmade(tx: AsyncConnection, target: Target, by: Actor) -> None:
    if target.made == "app":
        opened = await apps.open_app(tx, target.app, by=by, to="build")
        await apps.remove(tx, opened, by=by)
        await apps.purge(tx, opened.number)
    elif target.made == "table":
        opened = await apps.open_app(tx, target.app, by=by, to="build")
        await apps.change(tx, opened, Change(title="", steps=(Remove(part="table", id=target.table),)), by=by)


class _Run:
    def __init__(self, engine: AsyncEngine, tx: AsyncConnection, root: Path, one: Import, target: Target, by: Actor) -> None:
        self.engine, self.tx, self.one, self.target, self.by = engine, tx, one, target, by
        self.folder = kept.folder_of(root, one.id)
        self.read = self.refused = 0
        self.told = time.monotonic()

    async def all(self) -> None:
        app = await apps.open_app(self.tx, self.target.app, by=self.by, to="write")
        table = found(app, self.target.table)
        app.must("add", table.id)
        rows = rows_of(app, table)
        base: float = (
            await self.tx.execute(select(func.coalesce(func.max(rows.sql.c.position), 0)).where(rows.sql.c.deleted_at.is_(None)))
        ).scalar_one()
        job, columns = await self._job(app, table, rows, int(base))
        await self._copy(f"COPY {schema_of(app)}.t_{rows.number} ({', '.join(columns)}) FROM STDIN", self._lines(job))
        await self._link(app, table, rows, job)
        if (await self._still(self.tx)).sight.key != app.sight.key:
            raise Forbidden("What you may do here has changed while this was running, so nothing was taken. Start it again.")
        await self._must_be_seen(app, table)
        await self._finish(app, table, rows)

    async def _job(self, app: OpenApp, table: Table, rows: Rows, base: int) -> tuple[dict[str, Any], list[str]]:
        """What the child is told, and the columns that its lines have, in order."""
        read_only = app.sight.read_only(table.id)
        filled = [
            (i, f) for i, id in self.target.fields if (f := table.field(id)) is not None and f.writable and id not in read_only
        ]
        stored = [(i, f) for i, f in filled if is_stored(f)]
        links = [(i, f) for i, f in filled if isinstance(f, Link)]
        left_out = self._defaults(app, table, {f.id for _, f in filled})
        columns = [
            {"index": i, "field": f.portable(), "existing": await self._existing(rows, f), "people": await self._people(f)}
            for i, f in stored
        ]
        columns += [{"index": i, "field": f.portable(), **(await self._titles(app, f))} for i, f in links]
        job = {
            "path": str(self.folder / "file"), "source": self.one.preview["source"], "width": len(self.one.preview["columns"]),
            "base": base, "by": self.by.id, "columns": columns, "constants": [c for _, c in left_out],
            "refused": str(self.folder / "refused.csv"),
        }  # fmt: skip
        names = ["position", *(rows.name(f) for _, f in stored), *(rows.name(f) for f, _ in left_out), "created_by", "updated_by"]
        return job, names

    def _defaults(self, app: OpenApp, table: Table, filled: set[str]) -> list[tuple[AnyField, str]]:
        clock = Clock.of(app.spec.zone)
        found: list[tuple[AnyField, str]] = []
        for field in (app.whole.table(table.id) or table).fields:
            if field.id in filled or not field.writable or not is_stored(field):
                continue
            default = default_of(app, field, clock)
            if default is not None or isinstance(field, Checkbox):
                found.append((field, copied(field.parse(default))))
        return found

    async def _existing(self, rows: Rows, field: AnyField) -> str | None:
        """The values that are there already, for a field that must differ in every row."""
        if not field.unique:
            return None
        column = rows.sql.c[rows.name(field)]
        there = (await self.tx.execute(select(column).where(column.is_not(None), rows.sql.c.deleted_at.is_(None)))).scalars()
        path = self.folder / f"existing_{field.id}.json"
        await asyncio.to_thread(path.write_bytes, orjson.dumps([copied(value) for value in there]))
        return str(path)

    async def _people(self, field: AnyField) -> dict[str, str] | None:
        """The team's ids by id, address and name: whoever is meant must be one of them."""
        if not isinstance(field, Person):
            return None
        team = await people.listed(self.tx, by=self.by)
        return {said.casefold(): one.id for one in team for said in (one.name, one.email, one.id) if said}

    async def _titles(self, app: OpenApp, link: Link) -> dict[str, str]:
        there = found(app, link.to)
        title = there.title_field
        titles: dict[str, int] = {}
        after: str | None = None
        while title is not None:
            page = await query.page(self.tx, app, there.id, Query(fields=(title.id,), limit=1_000, after=after))
            if page.total > TITLES_MAX:
                raise TooLarge(f"{there.name} has more than {TITLES_MAX:,} rows, too many to be linked by name.")
            for row in orjson.loads(page.rows):
                value = row["values"].get(title.id)
                if value not in (None, "", []):
                    titles.setdefault(" ".join(str(value).split()).casefold(), row["id"])
            if (after := page.next) is None:
                break
        path = self.folder / f"titles_{link.id}.json"
        await asyncio.to_thread(path.write_bytes, orjson.dumps(titles))
        return {"titles": str(path), "pairs": str(self.folder / f"pairs_{link.id}.txt")}

    async def _lines(self, job: dict[str, Any]) -> AsyncIterator[bytes]:
        async for letter, payload in process.frames(job):
            if letter == b"d":
                yield payload
            else:
                told = orjson.loads(payload)
                self.read, self.refused = told["read"], told["refused"]
                if time.monotonic() - self.told > PROGRESS_SECONDS:
                    self.told = time.monotonic()
                    await self._progress()

    async def _progress(self) -> None:
        """On a connection of its own, so that others see it; and here a cancel is noticed, and that they may no longer."""
        async with db.transaction(self.engine) as other:
            await self._still(other)
            if not await kept.progress(other, self.one.id, self.read, self.refused, by=self.by):
                raise Stopped

    async def _still(self, tx: AsyncConnection) -> OpenApp:
        """The app as they see it now. Raises `Forbidden` and `NotFound` when they have left meanwhile, or lost what it takes."""
        app = await finding.found(tx, self.target.app, await standing.now(tx, self.by), "write", self.target.app)
        app.must("add", self.target.table)
        return app

    async def _copy(self, statement: str, chunks: AsyncIterator[bytes]) -> None:
        raw: Any = (await self.tx.get_raw_connection()).driver_connection
        async with raw.cursor() as cursor, cursor.copy(statement) as copy:
            async for chunk in chunks:
                await copy.write(chunk)

    async def _link(self, app: OpenApp, table: Table, rows: Rows, job: dict[str, Any]) -> None:
        """Rows of this transaction are told by their moment, and among them by their position."""
        for column in job["columns"]:
            link = table.field(column["field"]["id"])
            if not isinstance(link, Link):
                continue
            pairs = pairs_of(app, table, link)
            await self.tx.execute(text("create temporary table arriving (n double precision, linked bigint) on commit drop"))
            await self._copy("COPY arriving FROM STDIN", _file(Path(column["pairs"])))
            t = f"{schema_of(app)}.t_{rows.number}"
            await self.tx.execute(
                text(
                    f"insert into {schema_of(app)}.{pairs.sql.name} ({pairs.mine}, {pairs.theirs}, position)"  # noqa: S608  numbers of the catalogue
                    f" select t.id, a.linked, row_number() over () from arriving a join {t} t on t.position = a.n and t.created_at = now()"
                    " on conflict do nothing"
                )
            )
            await self.tx.execute(text("drop table arriving"))

    async def _must_be_seen(self, app: OpenApp, table: Table) -> None:
        """Nobody puts rows where they are hidden from them, a file of them neither."""
        scope = Scope.of(app, table, Clock.of(app.spec.zone))
        if scope.rule is None:
            return
        new = select(func.count(), func.count().filter(scope.rule)).select_from(scope.t).where(scope.t.c.created_at == func.now())
        all_, seen = (await self.tx.execute(new)).one()
        if seen < all_:
            rows = "1 of these rows" if all_ - seen == 1 else f"{all_ - seen:,} of these rows"
            raise Invalid(Problem("", f"You would not see {rows} in {table.name}, so none was taken"))

    async def _finish(self, app: OpenApp, table: Table, rows: Rows) -> None:
        taken = self.read - self.refused
        if not taken and self.refused:
            raise Invalid(Problem("", f"None of the {self.refused:,} rows could be taken; the file of refused rows says why"))
        told = {"rows": taken, "import": self.one.id}
        await events.write(self.tx, "row.imported", payload=told, **where(app, table, rows))
        at: datetime = (await self.tx.execute(select(func.now()))).scalar_one()
        payload = {"table": rows.number, "imported_at": at.isoformat()}
        await acts.record(self.tx, app, "rows", f"Import {taken:,} rows into {table.name}", payload)
        values = {"done": self.read, "refused": self.refused, "rows": self.read, "app": app.number, "table_no": rows.number}
        if not await kept.set_state(self.tx, self.one.id, "done", by=self.by, only_from=("running",), **values):
            raise Stopped


async def _file(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, 1 << 20):
            yield chunk
