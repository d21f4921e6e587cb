"""Tables that are read where they lie, each time somebody looks: filter, sorts, search and limit are worked out there.

Only databases are read live. What comes back has the shapes of any rows; ids are those of the source where its key is one whole number,
else they are given out here and kept. Formulas, links and fields of the table's own are empty in such rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso import db
from sayso.connections import sql
from sayso.connections.connections import Connections
from sayso.connections.databases.reader import SqlReader, from_table, named_table
from sayso.connections.reading import Row
from sayso.data import apps
from sayso.data.clock import Clock
from sayso.data.open_app import OpenApp
from sayso.data.physical import found
from sayso.data.query import PAGE_ROWS_MAX, Page, Query
from sayso.db.source_tables import source_rows as t
from sayso.errors import Forbidden, Invalid, NotFound, Problem
from sayso.sources import stored
from sayso.sources.pushdown import Pushdown, named, value
from sayso.sources.reached import Reached, of_owner
from sayso.sources.source import key_of
from sayso.spec.fields.field import is_empty
from sayso.spec.source import Source
from sayso.spec.table import Table
from sayso.team.actor import Actor

SECONDS_MAX = 15.0
ID_MAX = 2**53 - 1
FIRST_ID = 2**52
"""Ids that are given out here begin there, far from any that a source has of its own."""


def is_live(table: Table) -> bool:
    return table.source is not None and table.source.mode == "live"


class Live:
    """One table, opened to be read by somebody."""

    def __init__(self, connections: Connections, app: OpenApp, table: Table, source: Source, reached: Reached) -> None:
        self.connections, self.app, self.table, self.source, self.reached = connections, app, table, source, reached
        self.engine: AsyncEngine = connections.engine

    @classmethod
    async def opened(cls, connections: Connections, app_id: str, table_id: str, *, by: Actor) -> Live:
        """The transaction of this is over before the source is asked. Raises as `connections.opened` does."""
        async with db.transaction(connections.engine) as tx:
            app = await apps.open_app(tx, app_id, by=by)
            table = found(app, table_id)
            if app.sight.rows(table.id) is not None:
                raise Forbidden(
                    f"Which rows of {table.name} you may see is known only of rows that are kept here. Sync the table to see them."
                )
            source = stored.source_of(table)
            kept = await stored.kept(tx, app, table)
            reached = await of_owner(tx, connections, kept, f"{table.name} in {app.spec.name}")
        if not isinstance(reached.reader, SqlReader):
            raise Invalid(Problem("mode", f"{reached.opened.name} cannot be read live; sync it", '"mode": "synced"'))
        return cls(connections, app, table, source, reached)

    async def page(self, asked: Query) -> Page:
        if not 1 <= asked.limit <= PAGE_ROWS_MAX or asked.offset < 0:
            raise Invalid(Problem("limit", f"is from 1 to {PAGE_ROWS_MAX:,}", "100"))
        offset = self._offset(asked)
        down = self._down()
        where = down.filter(asked.filter)
        if asked.search.strip():
            where = and_(where, down.search(asked.search.strip()))
        keys = [named(k) for k in self.source.key]
        async with sql.session(self.connections, self.reached.opened, seconds_max=SECONDS_MAX) as session:
            at = from_table(named_table(await session.tables(), self.source.what))
            rows = select(*self._columns()).select_from(at).where(where).order_by(*down.order(asked.sorts), *keys)
            page = await session.select(rows.limit(asked.limit).offset(offset), rows_max=asked.limit)
            total = int((await session.select(select(func.count().label("n")).select_from(at).where(where))).rows[0]["n"])
        told = await self._told(page.rows, asked.fields)
        end = offset + len(told)
        return Page(orjson.dumps(told), total, offset, str(end) if told and end < total else None)

    async def row(self, id: int) -> dict[str, Any]:
        """Raises `NotFound`."""
        key = await self._key(id)
        async with sql.session(self.connections, self.reached.opened, seconds_max=SECONDS_MAX) as session:
            at = from_table(named_table(await session.tables(), self.source.what))
            this = and_(*(named(name) == value(one) for name, one in zip(self.source.key, key, strict=True)))
            page = await session.select(select(*self._columns()).select_from(at).where(this), rows_max=1)
        if not page.rows:
            raise NotFound(f"{self.table.name} has no row {id}.")
        return (await self._told(page.rows, None))[0]

    def _down(self) -> Pushdown:
        clock = Clock.of(self.app.spec.zone)
        return Pushdown(self.app.spec, self.table, clock, zoned=self.reached.opened.kind == "postgresql")

    def _columns(self) -> list[Any]:
        names = dict[str, None].fromkeys([*self.source.key, *self.source.fields.values()])
        return [named(name) for name in names]

    def _offset(self, asked: Query) -> int:
        if asked.after is None:
            return asked.offset
        if not asked.after.isdigit() or len(asked.after) > 15:
            raise Invalid(Problem("cursor", "is not one that a page gave"))
        return int(asked.after)

    async def _told(self, rows: Sequence[Row], fields: tuple[str, ...] | None) -> list[dict[str, Any]]:
        ids = await self._ids(rows)
        now = Clock.of(self.app.spec.zone).now.isoformat().replace("+00:00", "Z")
        shown = [f for f in self.table.fields if fields is None or f.id in fields]
        about = {"version": 1, "created_at": now, "created_by": None, "updated_at": now, "updated_by": None}
        return [
            {"id": id, **about, "values": {f.id: self._value(f, row) for f in shown}}
            for id, row in zip(ids, rows, strict=True)
            if id is not None
        ]

    def _value(self, field: Any, row: Mapping[str, Any]) -> Any:
        """As the API shows it; what does not fit, and what only a table of ours could work out, is empty."""
        column = self.source.fields.get(field.id)
        raw = row.get(column) if column is not None else None
        try:
            return field.shown(None if is_empty(raw) else field.parse(raw))
        except Exception:
            return None

    async def _ids(self, rows: Sequence[Row]) -> list[int | None]:
        if len(self.source.key) == 1:
            own = [row[self.source.key[0]] for row in rows]
            if all(isinstance(v, int) and not isinstance(v, bool) and 0 < v < FIRST_ID for v in own):
                return own
        keys = [key_of(self.source, row) for row in rows]
        given = await self._given([key for key in keys if key is not None])
        return [given.get(key) if key is not None else None for key in keys]

    async def _given(self, keys: Sequence[str]) -> dict[str, int]:
        """Ids for keys, each given out once."""
        number = self.app.columns.tables[self.table.id]
        mine = (t.c.app == self.app.number) & (t.c.table_no == number)
        async with db.transaction(self.engine) as tx:
            known = {r.key: r.row_id for r in await tx.execute(select(t.c.key, t.c.row_id).where(mine, t.c.key.in_(list(keys))))}
            new = [key for key in dict.fromkeys(keys) if key not in known]
            if new:
                await tx.execute(select(func.pg_advisory_xact_lock(self.app.number, number)))
                top = (await tx.execute(select(func.coalesce(func.max(t.c.row_id), FIRST_ID)).where(mine))).scalar_one()
                records = [
                    {
                        "app": self.app.number,
                        "table_no": number,
                        "key": key,
                        "row_id": top + n,
                        "version": 1,
                        "values": {},
                        "seen": 0,
                    }
                    for n, key in enumerate(new, 1)
                ]
                await tx.execute(insert(t).on_conflict_do_nothing(), records)
                again = select(t.c.key, t.c.row_id).where(mine, t.c.key.in_(new))
                known |= {r.key: r.row_id for r in await tx.execute(again)}
        return known

    async def _key(self, id: int) -> list[Any]:
        number = self.app.columns.tables[self.table.id]
        mine = (t.c.app == self.app.number) & (t.c.table_no == number) & (t.c.row_id == id)
        async with db.transaction(self.engine) as tx:
            key = (await tx.execute(select(t.c.key).where(mine))).scalar_one_or_none()
        if key is not None:
            return orjson.loads(key)
        if len(self.source.key) != 1 or id >= FIRST_ID:
            raise NotFound(f"{self.table.name} has no row {id}.")
        return [id]
