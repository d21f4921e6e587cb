"""Who is told of a comment: whoever is named in it, else who has taken part in the thread or the row, and who follows the app."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import mentions, visible
from sayso.data.mentions import Audible
from sayso.data.open_app import OpenApp
from sayso.db.notification_tables import app_follows
from sayso.db.tables import comments as t
from sayso.spec.table import Table
from sayso.team import notifications
from sayso.team.actor import Actor
from sayso.team.notifications import Subject

TOLD_CHARACTERS_MAX = 1_000
TOLD_MEMBERS_MAX = 300


@dataclass(frozen=True, slots=True)
class Said:
    """A comment that was just written. `thread` is the id of the first one that it answers."""

    id: int
    thread: int | None
    text: str
    named: tuple[Audible, ...]
    only_named: bool = False


async def tell(tx: AsyncConnection, app: OpenApp, table: Table, row: int, said: Said, *, by: Actor) -> None:
    named = {member for one in said.named for member in one.members} - {by.id}
    subject = Subject(app.id, table.id, row, said.id)
    text = mentions.plain(said.text)[:TOLD_CHARACTERS_MAX]
    link = f"/a/{app.id}/tables/{table.id}/{row}?comment={said.id}"
    about: Any = {"by": by, "link": link, "app": app.id, "subject": subject}
    if named:
        await notifications.tell(tx, named, "mention", f"{by.name} mentioned you", text, about=f"mention:{said.id}", **about)
    if said.only_named:
        return
    others = set(await _concerned(tx, app, table, row, said)) - named - {by.id}
    if others:
        seeing = await visible.seers(tx, by.workspace, app.id, table.id, row, sorted(others)[:TOLD_MEMBERS_MAX])
        what = "answered" if said.thread else "commented"
        place = f"comment:{app.number}:{app.columns.tables[table.id]}:{row}"
        await notifications.tell(tx, seeing, "comment", f"{by.name} {what}", text, about=place, **about)


async def _concerned(tx: AsyncConnection, app: OpenApp, table: Table, row: int, said: Said) -> list[str]:
    """Of an answer: those of its thread; of a new thread: those who have said something of the row. And followers of the app."""
    own = (
        (t.c.app == app.number) & (t.c.table_no == app.columns.tables[table.id]) & (t.c.row_id == row) & t.c.deleted_at.is_(None)
    )
    thread = own if said.thread is None else own & ((t.c.id == said.thread) | (t.c.parent == said.thread))
    f = app_follows.c
    following = select(f.member).where(f.app == app.number, f.state == "follow")
    return [id for id in (await tx.execute(union(select(t.c.by).where(thread), following))).scalars() if id.startswith("m_")]
