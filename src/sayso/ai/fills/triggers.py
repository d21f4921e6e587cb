"""Fields that fill themselves: when a row is created, and when what a value is made of changes. Everything else of theirs becomes stale.

Events of all workspaces are read in the order of their transactions, from where the last look ended, and only those that no running
transaction can still come before; the place is kept in the transaction that begins the fills. So each event is heard once, by one
process, and none is missed. Where no app has such fields, a look costs one statement.

What a model wrote is an event too; it carries its `chain`, the fields that led to it. Fields made of one another are so filled in
order, and no field twice in one chain.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

import psycopg
from sqlalchemy import Text, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.ai.fills.fill import OPEN, OVER, Origin
from sayso.ai.fills.sources import Made, made
from sayso.ai.fills.stored import put
from sayso.ai.fills.wanted import FILL_ROWS_MAX, Wanted
from sayso.data import apps, events
from sayso.data.events import CHANNEL
from sayso.data.open_app import OpenApp
from sayso.data.outbox import Outbox
from sayso.data.physical import found, pairs_of, rows_of
from sayso.data.row import where
from sayso.db import tables as system
from sayso.db.fill_tables import fill_lines, fills, follow
from sayso.db.fill_tables import values as provenance
from sayso.errors import SaysoError
from sayso.team.actor import system as sayso

OUTBOX = Outbox(follow, "fills")
EVENTS_READ = 500
LOOK_SECONDS = 5.0
TOGETHER_SECONDS = 0.1
"""Events are waited for a little, so that rows added one by one are filled together."""
RECONNECT_SECONDS = 1.0
CHAIN_FIELDS_MAX = 8
TRIGGERED_ROWS_MAX = 1_000
"""Rows that are filled by themselves for one event; more wait for a person, who sees what they cost."""
KEPT_DAYS, KEPT_DAYS_BY_ITSELF = 90, 2
"""How long fills that are over stay in the list; afterwards their values are undone one by one only."""
SWEEP_SECONDS = 3_600
MANY = "{rows:,} rows were {how} at once. See what filling them costs, then go on."
KINDS = ("row.created", "row.changed", "row.imported", "app.changed")
APPS_REMEMBERED_MAX = 200

log = logging.getLogger(__name__)


class Triggers:
    """Of one process. `look` is called when fills have begun."""

    def __init__(self, engine: AsyncEngine, look: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self.engine, self._look = engine, look
        self._made: OrderedDict[tuple[int, int], tuple[OpenApp, tuple[Made, ...]]] = OrderedDict()

    async def run(self) -> None:
        """For ever."""
        url = self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(url, autocommit=True) as listener:
                    await listener.execute(f"listen {CHANNEL}")
                    while True:
                        await self.caught_up()
                        if [one async for one in listener.notifies(timeout=LOOK_SECONDS, stop_after=1)]:
                            [one async for one in listener.notifies(timeout=TOGETHER_SECONDS)]
            except Exception as error:
                log.warning("fields that fill themselves wait, and go on in a moment: %s", error)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def caught_up(self) -> None:
        """Hears everything that there is to hear now."""
        more = True
        while more:
            async with db.transaction(self.engine) as tx:
                heard, begun = await self.step(tx)
            more = heard >= EVENTS_READ
            if begun:
                await self._look()

    async def step(self, tx: AsyncConnection) -> tuple[int, int]:
        """How many events were heard, and how many fills were begun."""
        place = await OUTBOX.place(tx)
        happened = await OUTBOX.happened(tx, place, EVENTS_READ) if place else []
        if not happened:
            return 0, 0
        begun = 0
        by_app: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for event in happened:
            if event.kind in KINDS and event.app_id:
                by_app[event.workspace_id, event.app_id].append(event)
        for (workspace, app), some in by_app.items():
            try:
                async with tx.begin_nested():
                    begun += await self._of_app(tx, workspace, app, some)
            except (DBAPIError, PoolTimeout):
                raise
            except Exception:
                log.exception("the fields of %s do not fill themselves for %d events", app, len(some))
        return len(happened), begun

    async def _of_app(self, tx: AsyncConnection, workspace: str, id: str, happened: list[Any]) -> int:
        try:
            app = await apps.open_app(tx, id, by=sayso(workspace))
        except SaysoError:
            return 0  # in the trash, or gone
        fields = self._fields(app)
        if not fields:
            return 0
        asked = _Asked(tx, app, fields)
        for event in happened:
            await asked.hear(event)
        return await asked.begin()

    def _fields(self, app: OpenApp) -> tuple[Made, ...]:
        key = (app.number, id(app.spec))
        if key not in self._made:
            self._made[key] = (app, made(app))  # with the app, whose spec so keeps its place in memory
            while len(self._made) > APPS_REMEMBERED_MAX:
                self._made.popitem(last=False)
        return self._made[key][1]


class _Asked:
    """What some events of one app come to: rows by field, origin and chain, in the order in which they were heard."""

    def __init__(self, tx: AsyncConnection, app: OpenApp, fields: tuple[Made, ...]) -> None:
        self.tx, self.app, self.fields = tx, app, fields
        self.rows: dict[tuple[Made, Origin, tuple[str, ...]], dict[int, None]] = defaultdict(dict)
        self.how: dict[tuple[Made, Origin, tuple[str, ...]], str] = {}

    async def hear(self, event: Any) -> None:
        table = event.payload.get("table")
        match event.kind:
            case "app.changed":
                await self._other_prompts()
            case "row.created" | "row.imported":
                await self._created(event, table)
            case _:
                await self._changed(event, table, list(event.payload.get("fields") or ()))

    async def begin(self) -> int:
        for (one, origin, chain), rows in self.rows.items():
            ids = list(rows)
            wanted = Wanted(one.table, one.field, tuple(ids))
            many = len(ids) > TRIGGERED_ROWS_MAX
            why = MANY.format(rows=len(ids), how=self.how[one, origin, chain]) if many else ""
            by = sayso(self.app.by.workspace)
            await put(self.tx, self.app, one.part, wanted, ids, by=by, origin=origin, chain=chain, why=why, also_under_way=True)
        return len(self.rows)

    def _ask(self, one: Made, origin: Origin, chain: tuple[str, ...], ids: list[int], how: str) -> None:
        if ids:
            self.rows[one, origin, chain] |= dict.fromkeys(ids)
            self.how[one, origin, chain] = how

    async def _created(self, event: Any, table: str | None) -> None:
        mine = [one for one in self.fields if one.table == table and "created" in one.fill.when]
        if not mine:
            return
        ids = await self._ids(event, table)
        filled = [one.field for one in mine]
        for one in mine:
            if not one.reads(one.table, filled):  # else it is filled once those have been that it is made of
                self._ask(one, "created", (), ids, "imported" if event.kind == "row.imported" else "added")

    async def _changed(self, event: Any, table: str | None, fields: list[str]) -> None:
        chain: tuple[str, ...] = tuple(event.payload.get("chain") or ())
        many = (
            event.payload.get("of", 0) > TRIGGERED_ROWS_MAX
        )  # what fills a whole table does not fill the next field of it unasked
        origin: Origin = "created" if event.payload.get("origin") == "created" else "changed"
        for one in self.fields:
            if table is None or not one.reads(table, fields):
                continue
            ids = await self._ids(event, table)
            ids = ids if one.table == table else await self._linked(one, table, ids)
            if not ids:
                continue
            await self._stale(one, ids)
            itself = "changed" in one.fill.when or (origin == "created" and "created" in one.fill.when)
            if itself and not many and chain.count(one.field) == 0 and len(chain) < CHAIN_FIELDS_MAX:
                self._ask(one, origin, chain, await self._not_waiting(one, ids) if chain else ids, "changed")

    async def _ids(self, event: Any, table: str | None) -> list[int]:
        """The rows that an event is about; of one that names none, those of which history was written in its transaction."""
        if event.row_ids:
            return list(event.row_ids)
        if not event.payload.get("rows") or table is None or self.app.spec.table(table) is None:
            return []
        if event.kind == "row.imported":
            t = rows_of(self.app, found(self.app, table)).sql.c
            made = select(t.id).where(t.created_at == event.at, t.deleted_at.is_(None)).order_by(t.id)
        else:
            h = system.history.c
            mine = (h.app == self.app.number) & (h.table_no == event.table_no) & (h.at == event.at)
            made = select(h.row_id).distinct().where(mine)
        return list((await self.tx.execute(made.limit(FILL_ROWS_MAX))).scalars())

    async def _linked(self, one: Made, table: str, ids: list[int]) -> list[int]:
        """Rows of the field's own table that link to these of another one."""
        near: dict[int, None] = {}
        for link in one.links_to(table):
            pairs = pairs_of(self.app, one.part.table, link)
            mine, theirs = pairs.sql.c[pairs.mine], pairs.sql.c[pairs.theirs]
            near |= dict.fromkeys((await self.tx.execute(select(mine).where(theirs.in_(ids)).limit(FILL_ROWS_MAX))).scalars())
        return list(near)

    async def _not_waiting(self, one: Made, ids: list[int]) -> list[int]:
        """Without rows of which something else that this is made of is still being filled: its turn comes when that is there."""
        numbers = [m.part.number for m in self.fields if m.table == one.table and one.reads(m.table, (m.field,)) and m is not one]
        line = fill_lines.c
        mine = (line.app == self.app.number) & line.field_no.in_(numbers) & line.row_id.in_(ids) & line.state.is_(None)
        open_now = select(line.row_id).join(fills, fills.c.id == line.fill).where(mine, fills.c.state.in_(OPEN))
        waiting = set((await self.tx.execute(open_now)).scalars())
        return [id for id in ids if id not in waiting]

    async def _stale(self, one: Made, ids: list[int]) -> None:
        v, rows = provenance.c, rows_of(self.app, one.part.table)
        mine = (v.app == self.app.number) & (v.table_no == rows.number) & (v.field_no == one.part.number) & v.row_id.in_(ids)
        why = literal({"stale": "sources"}, JSONB)
        old = update(provenance).where(mine, v.state.in_(["written", "review"])).values(state="stale", about=v.about + why)
        changed = list((await self.tx.execute(old.returning(v.row_id))).scalars())
        await self._tell(one, changed)

    async def _other_prompts(self) -> None:
        """Values of another prompt than now are stale; those of a prompt that has come back are not."""
        v = provenance.c
        for one in self.fields:
            mine = (v.app == self.app.number) & (v.field_no == one.part.number)
            this = v.about["version"].astext == one.part.job.version
            old = update(provenance).where(mine, v.state.in_(["written", "review"]), ~this)
            old = old.values(state="stale", about=v.about + literal({"stale": "prompt"}, JSONB))
            back = update(provenance).where(mine, v.state == "stale", v.about["stale"].astext == "prompt", this)
            back = back.values(state="written", about=v.about.op("-", return_type=JSONB())(literal("stale", Text)))
            count = [(await self.tx.execute(change.returning(v.row_id))).scalars().all() for change in (old, back)]
            await self._tell(one, [id for ids in count for id in ids])

    async def _tell(self, one: Made, ids: list[int]) -> None:
        """Open tabs show it; no value has changed."""
        if ids:
            rows = rows_of(self.app, one.part.table)
            here = where(self.app, one.part.table, rows)
            await events.write(self.tx, "row.changed", rows=ids, payload={"fields": []}, **here)


async def sweep(engine: AsyncEngine) -> None:
    """Forgets fills that have long been over, with their lines."""
    by_itself = (fills.c.origin != "person") & (fills.c.ended_at < func.now() - timedelta(days=KEPT_DAYS_BY_ITSELF))
    old = fills.c.ended_at < func.now() - timedelta(days=KEPT_DAYS)
    async with db.transaction(engine) as tx:
        await tx.execute(delete(fills).where(fills.c.state.in_(OVER), or_(by_itself, old)))


async def hourly(engine: AsyncEngine) -> None:
    """For ever."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        with suppress(Exception):
            await sweep(engine)
