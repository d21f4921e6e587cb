"""Where rows stand when nothing sorts them: a number between those of the neighbours."""

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.physical import Rows
from sayso.errors import NotFound

SPREAD_ROWS = 200
"""How many rows behind a full gap are spread out to make room; then ten times as many, and so on."""


async def before(tx: AsyncConnection, rows: Rows, id: int, other: int | None) -> float:
    """A position for row `id` just before row `other`, or after all rows. Raises `NotFound` when `other` is gone."""
    t = rows.sql.c
    if other is None or other == id:
        last = select(func.max(t.position)).where(t.deleted_at.is_(None), t.id != id)
        return ((await tx.execute(last)).scalar() or 0.0) + 1.0
    spread = SPREAD_ROWS
    while True:
        low, high = await _gap(tx, rows, id, other)
        middle = (low + high) / 2
        if low < middle < high:
            return middle
        await _spread(tx, rows, other, low, spread)
        spread *= 10


async def _gap(tx: AsyncConnection, rows: Rows, id: int, other: int) -> tuple[float, float]:
    t = rows.sql.c
    high = (await tx.execute(select(t.position).where(t.id == other, t.deleted_at.is_(None)))).scalar()
    if high is None:
        raise NotFound(f"{rows.table.name} has no row {other}.")
    earlier = (t.position < high) | ((t.position == high) & (t.id < other))
    previous = (
        select(t.position).where(earlier, t.deleted_at.is_(None), t.id != id).order_by(t.position.desc(), t.id.desc()).limit(1)
    )
    low = (await tx.execute(previous)).scalar()
    return (high - 2.0 if low is None else low), high


async def _spread(tx: AsyncConnection, rows: Rows, other: int, low: float, many: int) -> None:
    """Numbers the next rows evenly up to the position of the one behind them, or by whole steps at the end of the table."""
    t = rows.sql
    here = select(t.c.position, t.c.id).where(t.c.id == other).subquery()
    later = (t.c.position > here.c.position) | ((t.c.position == here.c.position) & (t.c.id >= here.c.id))
    behind = select(t.c.id, t.c.position).where(later, t.c.deleted_at.is_(None)).order_by(t.c.position, t.c.id).limit(many + 1)
    found = (await tx.execute(behind)).all()
    end = found[-1].position if len(found) > many else low + 2.0 * (len(found) + 1)
    moved = found[:many]
    step = (end - low) / (len(moved) + 1)
    for n, row in enumerate(moved, 1):
        await tx.execute(update(t).where(t.c.id == row.id).values(position=low + n * step))
