"""Somebody was put into a person field of a row: they are told, once for each writing, as far as they may see the row."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import visible
from sayso.data.open_app import OpenApp
from sayso.data.physical import Rows
from sayso.data.written import Kept
from sayso.db.tables import history
from sayso.spec.fields import Person
from sayso.team import notifications
from sayso.team.notifications import Subject

ROWS_LOOKED_AT_MAX = 1_000
"""Rows of one writing in which somebody may be put; an import of more tells nobody."""


async def tell(tx: AsyncConnection, app: OpenApp, rows: Rows, kept: Kept) -> None:
    """After rows were written. Rows that Sayso itself writes (samples, syncs) assign nobody."""
    fields = [f for f in rows.table.fields if isinstance(f, Person) and f.id in rows.numbers]
    if app.by.kind == "system" or not fields or not 0 < len(kept.entries) <= ROWS_LOOKED_AT_MAX:
        return
    put: dict[str, list[int]] = defaultdict(list)
    for field in fields:
        for row, members in await _put(tx, kept, rows.numbers[field.id]):
            for member in members:
                if member != app.by.id and row not in put[member]:
                    put[member].append(row)
    for member, where in put.items():
        await _told(tx, app, rows, member, where)


async def _put(tx: AsyncConnection, kept: Kept, number: int) -> list[tuple[int, list[str]]]:
    """Row and those who are in this field since these entries of history, and were not before."""
    key = str(number)
    h = history.c
    query = select(h.row_id, h.before[key], h.after[key]).where(h.id.in_(kept.entries), h.after.has_key(key))
    found: list[tuple[int, list[str]]] = []
    for row, before, after in await tx.execute(query):
        fresh = [id for id in after or [] if id not in (before or [])]
        if fresh:
            found.append((row, fresh))
    return found


async def _told(tx: AsyncConnection, app: OpenApp, rows: Rows, member: str, rows_: list[int]) -> None:
    first, more = rows_[0], len(rows_) - 1
    if not await visible.seers(tx, app.by.workspace, app.id, rows.table.id, first, [member]):
        return
    text = "" if not more else f"And {more} more row{'' if more == 1 else 's'} of the same table."
    link = f"/a/{app.id}/tables/{rows.table.id}/{first}"
    about = f"assigned:{app.number}:{rows.number}:{first}"
    subject = Subject(app.id, rows.table.id, first)
    title = f"{app.by.name} assigned you"
    await notifications.tell(
        tx, [member], "assignment", title, text, by=app.by, link=link, app=app.id, about=about, subject=subject
    )
