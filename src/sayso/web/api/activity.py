"""What happened, as far as I may see it."""

from datetime import date, datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from fastapi import Query
from pydantic import Field

from sayso.data import activity
from sayso.data.activity import Topic
from sayso.errors import Invalid, Problem
from sayso.web import cursor as places
from sayso.web.actor import By
from sayso.web.cursor import Cursor
from sayso.web.shapes import AppId, PartId, RowId, Shown
from sayso.web.work import Tx

PAGE_ACTS = 30
Whose = Annotated[str | None, Query(max_length=80, pattern=r"^[A-Za-z0-9_-]+$", description="Only what this member did")]
WhichApp = Annotated[AppId | None, Query(description="Only in this app")]
Day = Annotated[Annotated[date, Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))] | None, Query(description="Only on this day")]
Zone = Annotated[str | None, Query(max_length=64, description="Whose clock a day is of; UTC when left out")]
Limit = Annotated[int, Query(ge=1, le=activity.ACTS_MAX)]


class ActRow(Shown):
    id: int
    name: str


class Act(Shown):
    id: int
    kind: str
    topic: Topic
    by: str
    by_name: str
    at: datetime
    since: datetime
    """When the first of what is told in one line was."""
    sentence: str
    """Reads on after the name: "changed 12 rows of Deals"."""
    app: str
    app_name: str
    table: str | None
    table_name: str | None
    rows: list[ActRow]
    """At most five of them."""
    count: int
    fields: list[str]
    """Names of the fields that were changed."""
    link: str

    @classmethod
    def of(cls, one: activity.Act) -> Self:
        rows = [ActRow(id=id, name=name) for id, name in one.names.items()]
        link = f"/a/{one.app}/tables/{one.table}" if one.table else f"/a/{one.app}/versions"
        link += f"/{one.rows[0]}" if one.count == 1 and one.rows else ""
        return cls(
            id=one.id, kind=one.kind, topic=one.topic, by=one.by, by_name=one.by_name, at=one.at, since=one.since,
            sentence=one.sentence, app=one.app, app_name=one.app_name, table=one.table, table_name=one.table_name, rows=rows,
            count=one.count, fields=one.fields, link=link,
        )  # fmt: skip


class Acts(Shown):
    items: list[Act]
    next: str | None = None


async def of_app(
    app: AppId, tx: Tx, by: By, table: PartId | None = None, row: RowId | None = None, whose: Whose = None,
    kind: Topic | None = None, cursor: Cursor = None, limit: Limit = PAGE_ACTS,
) -> Acts:  # fmt: skip
    """What happened in an app, or with one of its rows, newest first."""
    found = await activity.listed(
        tx, by=by, app=app, table=table, row=row, whose=whose, topic=kind, before=places.number(cursor), limit=limit
    )
    return _acts(*found)


async def of_workspace(
    tx: Tx, by: By, whose: Whose = None, app: WhichApp = None, kind: Topic | None = None, day: Day = None, zone: Zone = None,
    cursor: Cursor = None, limit: Limit = PAGE_ACTS,
) -> Acts:  # fmt: skip
    """What happened in all apps that I see, newest first; of one person, in one app, of one kind, on one day."""
    found = await activity.listed(
        tx, by=by, app=app, whose=whose, topic=kind, day=day, zone=_zone(zone), before=places.number(cursor), limit=limit
    )
    return _acts(*found)


def _zone(name: str | None) -> str:
    try:
        return ZoneInfo(name or "UTC").key
    except (KeyError, ValueError, OSError):
        raise Invalid(Problem("zone", "is no time zone", "Europe/Ljubljana")) from None


def _acts(found: tuple[activity.Act, ...], more: int | None) -> Acts:
    return Acts(items=[Act.of(one) for one in found], next=places.written(more))
