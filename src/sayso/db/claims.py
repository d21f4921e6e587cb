"""Work that goes on after an answer, done by one process at a time: claimed for a while, and anybody's again when that process dies.

A table whose rows are such work has the columns that `columns()` gives, and a text `id`. A `Claims` says which of its rows are to
be worked on, and which of them first:

    FILLS = Claims(t.fills, open=t.fills.c.state.in_(("waiting", "running")), first=(t.fills.c.created_at,))
    row = await FILLS.take(tx, process)                     one that nobody works on, now ours
    row = await FILLS.beat(tx, id, process, done=200)       once a second: still ours, and how far it is; None when it is not
    await FILLS.let_go(tx, id, process)                     at the end, or when the server stops

Whoever writes a result does it in a transaction that has called `beat`, which locks the row: so no two processes ever write for the
same piece, however long one of them was held up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, DateTime, Table, Text, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

BEAT_SECONDS = 1.0
"""How often whoever works says so."""
LEFT_SECONDS = 8
"""Work of which nothing was heard for so long is anybody's."""


def columns() -> tuple[Column[Any], ...]:
    return (
        Column("process", Text, comment="that works on it just now"),
        Column("seen_at", DateTime(timezone=True), comment="when its process last said that it does"),
    )


@dataclass(frozen=True)
class Claims:
    """Rows of `table` that meet `open` are worked off, one process at each, in the order of `first`."""

    table: Table
    open: ColumnElement[bool]
    first: Sequence[ColumnElement[Any]]

    async def take(self, tx: AsyncConnection, process: str, **also: Any) -> Any:
        """The whole row of one that nobody works on, now ours; None when there is none. `also` sets columns with it."""
        c = self.table.c
        left = func.now() - func.make_interval(0, 0, 0, 0, 0, 0, LEFT_SECONDS)
        free = select(c.id).where(self.open, or_(c.process.is_(None), c.seen_at < left))
        free = free.order_by(*self.first).limit(1).with_for_update(skip_locked=True)
        mine = update(self.table).where(c.id == free.scalar_subquery()).values(process=process, seen_at=func.now(), **also)
        return (await tx.execute(mine.returning(*c))).one_or_none()

    async def beat(self, tx: AsyncConnection, id: str, process: str, **also: Any) -> Any:
        """The row as it is now, locked until the transaction ends; None when another process has it, or nobody should any more."""
        c = self.table.c
        mine = (
            update(self.table).where(c.id == id, c.process == process, self.open).values(seen_at=func.clock_timestamp(), **also)
        )
        return (await tx.execute(mine.returning(*c))).one_or_none()

    async def let_go(self, tx: AsyncConnection, id: str, process: str) -> None:
        c = self.table.c
        await tx.execute(update(self.table).where(c.id == id, c.process == process).values(process=None, seen_at=None))

    async def let_go_all(self, tx: AsyncConnection, process: str) -> None:
        """When a process ends in order: the next one need not wait for what it held."""
        c = self.table.c
        await tx.execute(update(self.table).where(c.process == process).values(process=None, seen_at=None))
