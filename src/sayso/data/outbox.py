"""Events followed in the order of their transactions, each heard once by one of many processes, none missed.

What is read are only events that no running transaction can still come before. The place (transaction and id of the last event heard)
is kept in the transaction that acts on what was heard; whoever holds it keeps others waiting for nobody: they go on to something else.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Table, Text, and_, cast, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as system

Place = tuple[int, int, int]
"""Transaction and id of the last event heard, and the id of the last one before anything was heard."""


@dataclass(frozen=True)
class Outbox:
    """`places` has the columns `name`, `xact` and `event`; `name` is who follows."""

    places: Table
    name: str

    @property
    def floor(self) -> str:
        return f"{self.name}, first"

    async def place(self, tx: AsyncConnection) -> Place | None:
        """None while another process is at it.

        A database that was restored elsewhere counts its transactions anew: then what has happened so far is taken as heard.
        """
        c = self.places.c
        moment = select(
            cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger),
            cast(cast(func.pg_snapshot_xmax(func.pg_current_snapshot()), Text), BigInteger),
        )
        mine = select(c.xact, c.event).where(c.name == self.name).with_for_update(skip_locked=True)
        row = (await tx.execute(mine)).one_or_none()
        if row is not None:
            oldest, newest = (await tx.execute(moment)).one()
            if row.xact <= newest:
                floor = (await tx.execute(select(c.event).where(c.name == self.floor))).scalar_one_or_none()
                return row.xact, row.event, floor or 0
        elif (await tx.execute(select(c.name).where(c.name == self.name))).first() is not None:
            return None
        else:
            oldest, _ = (await tx.execute(moment)).one()
        last = (await tx.execute(select(func.coalesce(func.max(system.events.c.id), 0)))).scalar_one()
        for name, xact, event in ((self.name, oldest, 0), (self.floor, oldest, last)):
            put = insert(self.places).values(name=name, xact=xact, event=event)
            await tx.execute(put.on_conflict_do_update(index_elements=["name"], set_={"xact": xact, "event": event}))
        return oldest, 0, last

    async def happened(self, tx: AsyncConnection, place: Place, limit: int, *, rows: int | None = None) -> list[Any]:
        """The next events after this place, which is moved on behind them: as many as tell of so many rows together, but always one."""
        xact, event, floor = place
        e = system.events.c
        oldest = cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger)
        news = and_(e.xact >= xact, or_(e.xact > xact, e.id > event), e.xact < oldest, e.id > floor)
        query = select(e.id, e.xact, e.workspace_id, e.app_id, e.table_no, e.kind, e.row_ids, e.payload, e.by_actor, e.at)
        found = list((await tx.execute(query.where(news).order_by(e.xact, e.id).limit(limit))).all())
        found = _within(found, rows) if rows is not None else found
        if found:
            c, last = self.places.c, found[-1]
            await tx.execute(update(self.places).where(c.name == self.name).values(xact=last.xact, event=last.id))
        return found

    async def waiting(self, tx: AsyncConnection) -> bool:
        """Whether events are there that cannot be read yet, since a transaction is under way that began before theirs."""
        e = system.events.c
        oldest = cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger)
        return (await tx.execute(select(e.id).where(e.xact >= oldest).limit(1))).first() is not None


def _within(events: list[Any], rows: int) -> list[Any]:
    for n, event in enumerate(events):
        rows -= len(event.row_ids)
        if rows < 0:
            return events[: max(n, 1)]
    return events
