"""One sync, from where it stands: batch after batch, each of them whole or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.connections.connections import Connections
from sayso.connections.reading import Batch, Wanted, Written
from sayso.data import apps, rows
from sayso.data.open_app import OpenApp
from sayso.data.physical import rows_of
from sayso.db.source_tables import source_rows, sources
from sayso.errors import NotFound, SaysoError
from sayso.sources import batch as batches
from sayso.sources import stored
from sayso.sources.batch import Told
from sayso.sources.reached import Reached, of_owner, syncing
from sayso.sources.source import CLAIMS, COUNTS, EXAMPLES_MAX, Sync, digest
from sayso.spec.source import Source
from sayso.spec.table import Table

FULL_HOURS = 24
"""How long a cursor is trusted: then everything is read once, so that deletes and late commits are found."""
GONE_SURE_MAX = 20
GONE_SHARE_MAX = 0.5
"""More rows than these gone at once, and more than this share of all, need somebody's word."""
TRASHED_AT_ONCE = 500
WRITTEN_AT_ONCE = 50
SYNC_HOURS_MAX = 6
ROWS_MAX = 1_000_000


class LetGo(Exception):
    """The sync is not ours any more: called off, or taken over by another process."""


class Stopped(SaysoError):
    """It ends here, told on the table. `may_force`: somebody may say that it is right all the same."""

    def __init__(self, message: str, *, may_force: bool = False) -> None:
        super().__init__(message)
        self.may_force = may_force


class Run:
    """Of one claimed sync. No transaction is open while the source is waited for."""

    def __init__(self, connections: Connections, process: str, sync: Sync) -> None:
        self.connections, self.process, self.sync = connections, process, sync
        self.engine = connections.engine
        self.by = syncing(sync.workspace_id)
        self.ends = datetime.now(UTC) + timedelta(hours=SYNC_HOURS_MAX)

    async def through(self) -> None:
        """Raises `LetGo`, and `SaysoError` with what to tell on the table."""
        reached, asked, source = await self._begun()
        unchanged = False
        async for one in reached.reader.batches(self.connections, reached.opened, asked):
            if one.unchanged:
                unchanged = True
                break
            await self._taken(one)
        if self.sync.full and not unchanged and not getattr(reached.reader, "partial", False):
            await self._left(source)
        if source.writes:
            await self._written_back(reached, source)
        await self._done(unchanged)

    async def _begun(self) -> tuple[Reached, Wanted, Source]:
        async with db.transaction(self.engine) as tx:
            app, table, source = await self._here(tx)
            kept = await stored.kept(tx, app, table)
            again = self.sync.full
            old = datetime.now(UTC) - timedelta(hours=FULL_HOURS)
            full = self.sync.full or source.cursor is None or kept.since is None or kept.full_at is None or kept.full_at < old
            fresh = {"full": full}
            if self.sync.after is None:  # from the beginning, so it counts from the beginning
                fresh |= {"read": 0, "same": 0, "conflicts": 0, "refused": 0, "examples": []}
            await self._beat(tx, state="running", **fresh)
            reached = await of_owner(tx, self.connections, kept, f"{table.name} in {app.spec.name}")
            wanted = Wanted(
                source.what,
                source.key,
                tuple(dict[str, None].fromkeys(source.fields.values())),
                source.cursor,
                None if full else kept.since,
                None if again else kept.mark,
                self.sync.after,
            )
        return reached, wanted, source

    async def _here(self, tx: AsyncConnection) -> tuple[OpenApp, Table, Source]:
        try:
            app = await apps.open_app(tx, self.sync.app_id, by=self.by, to="write")
        except NotFound:
            raise LetGo from None
        table = app.spec.table(self.sync.table_id)
        if app.number != self.sync.app or table is None or table.source is None or digest(table.source) != self.sync.definition:
            raise LetGo
        return app, table, table.source

    async def _beat(self, tx: AsyncConnection, **also: Any) -> Sync:
        row = await CLAIMS.beat(tx, self.sync.id, self.process, **also)
        if row is None:
            raise LetGo
        self.sync = Sync.of(row)
        return self.sync

    async def _taken(self, one: Batch) -> None:
        if datetime.now(UTC) > self.ends or self.sync.read + len(one.rows) > ROWS_MAX:
            raise Stopped(f"The source has more than a sync takes: {ROWS_MAX:,} rows, {SYNC_HOURS_MAX} hours.")
        async with db.transaction(self.engine) as tx:
            await self._beat(tx)
            app, table, source = await self._here(tx)
            told = Told()
            steps = await batches.steps_of(tx, app, table, source, one.rows, told)
            await batches.write(tx, app, table, steps, self.sync.position, told)
            first = {k: v for k, v in (("since", one.since), ("mark", one.mark)) if v is not None}
            await self._count(tx, told, after=one.after, **first)

    async def _count(self, tx: AsyncConnection, told: Told, **also: Any) -> None:
        now = {name: getattr(self.sync, name) + told.counts[name] for name in COUNTS if told.counts[name]}
        examples = [*self.sync.examples, *told.examples][:EXAMPLES_MAX]
        await stored.tell(tx, await self._beat(tx, **now, examples=examples, **also))

    async def _left(self, source: Source) -> None:
        """What was there before and was not met now."""
        async with db.transaction(self.engine) as tx:
            app, table, _ = await self._here(tx)
            some = await batches.gone(tx, app, table, self.sync.position)
            there = await batches.count(tx, app, table)
        if not self.sync.force and _too_many(len(some), there):
            what = "All rows are" if len(some) == there else f"{len(some):,} of {there:,} rows are"
            raise Stopped(f"{what} gone from {source.what} at once, so nothing was moved to the trash.", may_force=True)
        for n in range(0, len(some), TRASHED_AT_ONCE):
            async with db.transaction(self.engine) as tx:
                await self._beat(tx)
                app, table, source = await self._here(tx)
                told = Told()
                told.counts["trashed"] = await batches.leave(tx, app, table, source, some[n : n + TRASHED_AT_ONCE])
                await self._count(tx, told)

    async def _written_back(self, reached: Reached, source: Source) -> None:
        """What people changed here goes to the source; then the row counts as what the source says."""
        write = getattr(reached.reader, "write", None)
        if write is None:
            return
        async with db.transaction(self.engine) as tx:
            app, table, _ = await self._here(tx)
            edited = await _edited(tx, app, table)
        for n in range(0, len(edited), WRITTEN_AT_ONCE):
            await self._write_some(reached, source, write, edited[n : n + WRITTEN_AT_ONCE])

    async def _write_some(self, reached: Reached, source: Source, write: Any, ids: list[int]) -> None:
        async with db.transaction(self.engine) as tx:
            await self._beat(tx)
            app, table, _ = await self._here(tx)
            known = {k.id: k for k in (await batches.known_of(tx, app, table, None, ids=ids)).values()}
            fields = await batches.edited_since(tx, app, table, list(known.values()))
            now = [await rows.read(tx, app, table.id, id) for id in ids if fields.get(id)]
        changes: list[Written] = []
        done: list[tuple[rows.Row, dict[str, Any]]] = []
        for row in now:
            values = {
                source.fields[f]: _outwards(table, f, row["values"].get(f)) for f in fields[row["id"]] if f in source.fields
            }
            if values:
                key = dict(zip(source.key, orjson.loads(known[row["id"]].key), strict=True))
                changes.append(Written(key, {c: v for c, v in values.items() if c not in source.key}))
            done.append((row, values))
        changes = [c for c in changes if c.values]
        if changes:
            await write(self.connections, reached.opened, source.what, changes)
        async with db.transaction(self.engine) as tx:
            for row, values in done:
                t = source_rows.c
                this = (t.app == app.number) & (t.table_no == rows_of(app, table).number) & (t.row_id == row["id"])
                last = {**known[row["id"]].last, **values}
                await tx.execute(update(source_rows).where(this).values(version=row["version"], values=last))
            told = Told()
            told.counts["written"] = len(changes)
            await self._count(tx, told)

    async def _done(self, unchanged: bool) -> None:
        async with db.transaction(self.engine) as tx:
            full = self.sync.full
            sync = await self._beat(tx, state="done", ended_at=func.now())
            told: dict[str, Any] = {"problem": ""}
            if not unchanged:
                told |= {"mark": sync.mark, **({"since": sync.since} if sync.since is not None else {})}
                told |= {"full_at": func.now()} if full else {}
            await tx.execute(self._of_sources(update(sources)).values(**told))
            await stored.forget_old(tx, sync)
            await stored.tell(tx, sync)

    async def failed(self, why: str, *, may_force: bool = False) -> None:
        async with db.transaction(self.engine) as tx:
            values = {"state": "failed", "why": why[:1_000], "may_force": may_force, "ended_at": func.now()}
            row = await CLAIMS.beat(tx, self.sync.id, self.process, **values)
            if row is not None:
                self.sync = Sync.of(row)
                await tx.execute(self._of_sources(update(sources)).values(problem=why[:1_000]))
                await stored.tell(tx, self.sync)

    async def let_go(self) -> None:
        """The table is not what it was when the sync began."""
        async with db.transaction(self.engine) as tx:
            why = "The table was connected otherwise meanwhile."
            row = await CLAIMS.beat(tx, self.sync.id, self.process, state="cancelled", why=why, ended_at=func.now())
            if row is not None:
                await stored.tell(tx, Sync.of(row))

    def _of_sources(self, statement: Any) -> Any:
        c = sources.c
        return statement.where(c.app == self.sync.app, c.table_no == self.sync.table_no, c.definition == self.sync.definition)


def _too_many(gone: int, there: int) -> bool:
    return gone > 0 and ((gone == there and there > 1) or (gone > GONE_SURE_MAX and gone > there * GONE_SHARE_MAX))


async def _edited(tx: AsyncConnection, app: OpenApp, table: Table) -> list[int]:
    mine, t = rows_of(app, table), source_rows.c
    r = mine.sql.c
    query = select(t.row_id).join(mine.sql, r.id == t.row_id).where(t.app == app.number, t.table_no == mine.number)
    query = query.where(r.version != t.version, r.deleted_at.is_(None), t.state.is_(None)).order_by(t.row_id)
    return list((await tx.execute(query)).scalars())


def _outwards(table: Table, id: str, value: Any) -> Any:
    """As the source takes it: choices by their names."""
    one = table.field(id)
    return one.written(value) if one is not None and one.kind in ("select", "multi_select") and value else value
