"""What I am told in the workspace."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Query

from sayso.data import told as resolved
from sayso.data.told import Told
from sayso.team import notifications as told
from sayso.web import cursor as places
from sayso.web.actor import By
from sayso.web.cursor import Cursor
from sayso.web.shapes import Asked, Number, RowId, Shown
from sayso.web.work import Tx

PAGE_NOTIFICATIONS = 30


class Notification(Shown):
    id: int
    kind: told.Kind
    title: str
    text: str
    row_name: str | None = None
    """Of what row it is, as I may see it now."""
    app_name: str | None = None
    table_name: str | None = None
    seen: bool = True
    """False: I may not see any more what it was of, so nothing of it is told."""
    link: str | None
    """An address in this workspace, such as `/a/crm`."""
    app: str | None
    times: int
    """How often it was told while I had not read it."""
    by_name: str
    at: datetime
    read: bool
    place: int
    """Grows with every notification: `until` of reading all."""

    @classmethod
    def of(cls, whole: Told) -> Self:
        one = whole.one
        return cls(
            id=one.id, kind=one.kind, title=whole.sentence, row_name=whole.row_name, app_name=whole.app_name,
            table_name=whole.table_name, seen=whole.seen, text=one.text, link=one.link, app=one.app_id, times=one.times,
            by_name=one.by_name, at=one.at, read=one.read_at is not None, place=one.place,
        )  # fmt: skip


class Notifications(Shown):
    items: list[Notification]
    next: str | None = None
    unread: int
    """Of all, not of this page."""


class Unread(Shown):
    unread: int


class MarkedNotification(Asked):
    read: bool = True


class MarkedNotifications(Asked):
    read: bool = True
    until: Number | None = None
    """The `place` up to which; without it all."""


async def listed(
    tx: Tx,
    by: By,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=told.PAGE_NOTIFICATIONS_MAX)] = PAGE_NOTIFICATIONS,
    unread: bool = False,
) -> Notifications:
    """What I am told, newest first."""
    found = await told.listed(tx, by=by, before=places.number(cursor), limit=limit, unread=unread)
    more = found[-1].place if len(found) == limit else None
    items = [Notification.of(one) for one in await resolved.of(tx, found, by=by)]
    return Notifications(items=items, next=places.written(more), unread=await told.unread(tx, by=by))


async def update(id: RowId, marked: MarkedNotification, tx: Tx, by: By) -> Notification:
    """I have read it, or want it unread again."""
    [one] = await resolved.of(tx, [await told.mark(tx, id, by=by, read=marked.read)], by=by)
    return Notification.of(one)


async def update_all(marked: MarkedNotifications, tx: Tx, by: By) -> Unread:
    """I have read everything."""
    if marked.read:
        await told.mark_all(tx, by=by, until=marked.until)
    return Unread(unread=await told.unread(tx, by=by))
