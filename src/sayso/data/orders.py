"""Which rows, in which order: the ids, kept in this process so that any page is a slice of them.

An order is kept with the snapshot it was read in. Every use asks the events written since by transactions that this snapshot
could not see (see `events.py`), in the statement that reads the page: none, and the order still holds, whoever wrote what from
which process; a few rows, and these are taken out and put in where they now belong; many, and it is read again.
Nothing is kept by a transaction that has written something itself.
"""

import asyncio
from array import array
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Text, bindparam, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.filters import where
from sayso.data.kept import kept
from sayso.data.packed import packed_ids, unpacked
from sayso.data.reads import POSITION, Reads, reads_of
from sayso.data.scope import Scope
from sayso.data.search import found
from sayso.data.seen import not_seen, oldest_of
from sayso.data.sorts import ordering
from sayso.db.tables import events
from sayso.spec.filter import Filter, Sort

PATCHED_ROWS_MAX = 12
"""Up to so many changed rows are put into their places; above, reading the order again is faster."""
PROBES = 600
EVERY_ROW = Filter()
TO_READ_MANY = "set local work_mem = '64MB'; set local parallel_tuple_cost = 0.001; set local parallel_setup_cost = 100"
"""The planner takes a search for far less selective than it is, and would not share the reading among workers."""


@dataclass(frozen=True, slots=True)
class Order:
    ids: "array[int]"
    snapshot: str

    def __len__(self) -> int:
        """In bytes, for the room it takes."""
        return 200 + self.ids.itemsize * len(self.ids)


@dataclass(frozen=True)
class Asked:
    """Rows of a scope that meet the filter and hold the text, sorted."""

    scope: Scope
    filter: Filter = EVERY_ROW
    sorts: tuple[Sort, ...] = ()
    search: str = ""
    reads: Reads = field(init=False)

    def __post_init__(self) -> None:
        app = self.scope.app
        reads = reads_of(app.spec, self.scope.table, self.filter, self.sorts, self.search)
        if not app.sight.whole:
            reads.bound(app.whole, app.sight, self.scope.table.id)
        object.__setattr__(self, "reads", reads)

    @property
    def key(self) -> Hashable:
        app, clock = self.scope.app, self.scope.clock
        asked = (repr(self.filter), self.sorts, " ".join(self.search.split()).casefold(), app.by.workspace)
        me = app.by.member if "'me'" in asked[0] else None
        day = clock.today if self.reads.by_day else None
        minute = clock.now.replace(second=0, microsecond=0) if self.reads.by_minute else None
        return ("order", app.number, app.version, self.scope.table.id, *asked, app.sight.key, me, day, minute)

    async def condition(self, tx: AsyncConnection, *, few: bool = False) -> ColumnElement[bool]:
        """Raises `Invalid` with every problem of the filter. `few` says that only few rows are asked."""
        meets = self.scope.alive & where(self.scope, self.filter)
        return meets & await found(tx, self.scope, self.search, few=few) if self.search.strip() else meets

    @property
    def tables(self) -> list[int]:
        """The numbers of the tables whose events matter."""
        numbers = self.scope.app.columns.tables
        return sorted({self.scope.rows.number, *(numbers[t] for t in self.reads.tables if t in numbers)})


@dataclass(slots=True)
class News:
    """What happened since an order was read. `again` when it must be read anew."""

    ids: set[int] = field(default_factory=set)
    again: bool = False


def kept_order(tx: AsyncConnection, asked: Asked) -> Order | None:
    order: Order | None = kept(tx).orders.get(asked.key)
    return order


def is_being_read(tx: AsyncConnection, asked: Asked) -> bool:
    lock = kept(tx).reading.get(asked.key)
    return lock is not None and lock.locked()


async def order_of(tx: AsyncConnection, asked: Asked) -> Order:
    """The order, kept or read. When several requests want the same one at once, one reads it and the others wait for it."""
    lock = kept(tx).reading.setdefault(asked.key, asyncio.Lock())
    async with lock:
        order = kept_order(tx, asked)
        return order if order is not None else await read(tx, asked)


async def renewed(tx: AsyncConnection, asked: Asked, order: Order) -> Order | None:
    """The order after what happened since; None when so much did that it must be read again."""
    news, snapshot, own = await _news(tx, asked, order)
    if news.again or len(news.ids) > PATCHED_ROWS_MAX:
        kept(tx).orders.drop(asked.key)
        return None
    patched = Order(await _patched(tx, asked, order.ids, news.ids) if news.ids else order.ids, snapshot)
    if not own:
        kept(tx).orders.put(asked.key, patched)
    return patched


async def read(tx: AsyncConnection, asked: Asked) -> Order:
    """Reads the order from the rows, and keeps it."""
    scope = asked.scope
    await tx.exec_driver_sql(TO_READ_MANY)
    ids = select(scope.t.c.id).where(await asked.condition(tx)).order_by(*ordering(scope, asked.sorts)).subquery("ids")
    row = (await tx.execute(select(packed_ids(ids.c.id), *moment()))).one()
    order = Order(unpacked(row[0]), str(row[1]))
    if not row[2]:
        kept(tx).orders.put(asked.key, order)
    return order


def moment() -> tuple[Any, Any]:
    """The snapshot of the statement, and whether its transaction has written something."""
    return cast(func.pg_current_snapshot(), Text).label("snapshot"), func.pg_current_xact_id_if_assigned().is_not(None).label(
        "own"
    )


async def _news(tx: AsyncConnection, asked: Asked, order: Order) -> tuple[News, str, bool]:
    app, numbers = asked.scope.app, literal(asked.tables, ARRAY(Integer))
    seen, oldest = literal(order.snapshot, Text), literal(oldest_of(order.snapshot), BigInteger)
    since = select(events.c.table_no, events.c.kind, events.c.row_ids, events.c.payload, *moment())
    happened = (await tx.execute(since.where(*concerns(seen, oldest, app.by.workspace, app.id, numbers)))).all()
    if not happened:
        return News(), order.snapshot, False
    news = News()
    for event in happened:
        _heard(asked, event.table_no, event.kind, event.row_ids, event.payload, news)
    return news, str(happened[0].snapshot), bool(happened[0].own)


def concerns(snapshot: Any, oldest: Any, workspace: Any, app: Any, tables: Any) -> tuple[ColumnElement[bool], ...]:
    """Conditions on events: of these tables, and not seen by an order."""
    return (
        events.c.workspace_id == workspace,
        events.c.app_id == app,
        events.c.table_no == func.any(tables),
        *not_seen(snapshot, oldest),
    )


def _heard(asked: Asked, number: int, kind: str, ids: list[int], payload: dict[str, Any], news: News) -> None:
    app, own = asked.scope.app, asked.scope.rows.number
    table = app.columns.table_id(number)
    if not kind.startswith("row.") or (
        kind in ("row.changed", "row.moved") and not _matters(asked, table, payload.get("fields"))
    ):
        return
    if number != own or not ids or table in asked.reads.tables:
        news.again = True
    else:
        news.ids.update(ids)


def _matters(asked: Asked, table: str | None, fields: list[str] | None) -> bool:
    if fields is None or table is None:
        return True
    read = asked.reads.fields
    by_hand = POSITION in fields and table == asked.scope.table.id
    return by_hand or any((table, one) in read for one in (*fields, *_always(asked, table)))


def _always(asked: Asked, table: str) -> list[str]:
    """Fields that change whenever a row does."""
    there = asked.scope.app.spec.table(table)
    return [f.id for f in there.fields if f.kind in ("updated_at", "updated_by")] if there else []


async def _patched(tx: AsyncConnection, asked: Asked, old: "array[int]", changed: set[int]) -> "array[int]":
    ids = array("q", old)
    for id in changed:
        _remove(ids, id)
    scope = asked.scope
    meets = select(scope.t.c.id).where(await asked.condition(tx, few=True), scope.t.c.id.in_(changed)).order_by(scope.t.c.id)
    for id in (await tx.execute(meets)).scalars().all():
        ids.insert(await _place(tx, asked, ids, id), id)
    return ids


def _remove(ids: "array[int]", id: int) -> None:
    try:
        ids.pop(ids.index(id))
    except ValueError:
        return


async def _place(tx: AsyncConnection, asked: Asked, ids: "array[int]", id: int) -> int:
    """Where a row belongs: PostgreSQL sorts it among evenly spread rows, then among those between its two neighbours."""
    scope, low, high = asked.scope, 0, len(ids)
    probes = bindparam("probes", type_=ARRAY(BigInteger))
    sort = select(scope.t.c.id).where(scope.t.c.id == func.any(probes)).order_by(*ordering(scope, asked.sorts))
    while low < high:
        step = max(1, (high - low) // PROBES)
        places = range(low, high, step)
        around = [ids[p] for p in places]
        sorted_ids = list((await tx.execute(sort, {"probes": [*around, id]})).scalars())
        before = sorted_ids.index(id)
        if before == 0:
            return low
        low, high = places[before - 1] + 1, min(high, places[before - 1] + step)
    return low
