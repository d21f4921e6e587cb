"""One month of a public calendar."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.publishing import public_rows
from sayso.data.publishing.opening import Opened
from sayso.data.publishing.public_rows import Asked, PublicRow
from sayso.spec.view import Calendar

ENTRIES_MAX = 500
YEARS = (1900, 2200)


@dataclass(frozen=True, slots=True)
class Day:
    at: date
    within: bool
    today: bool
    rows: list[PublicRow]


@dataclass(frozen=True, slots=True)
class Month:
    """Weeks begin on Monday. `title` is the place of the field that entries are called by, `start` of the one they begin at."""

    name: str
    before: str
    after: str
    weeks: list[list[Day]]
    title: int
    start: int
    total: int


async def drawn(tx: AsyncConnection, opened: Opened, search: str, month: str, *, today: date) -> Month:
    view = opened.view
    assert isinstance(view, Calendar)
    first = _first(month, today)
    last = _next(first) - timedelta(days=1)
    begin, end = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
    asked = Asked(search=search, limit=ENTRIES_MAX, more=public_rows.of_span(opened, view.start, begin, end))
    rows, total = await public_rows.rows(tx, opened, asked)
    days: dict[date, list[PublicRow]] = {}
    for row in rows:
        if (at := _day(row.values.get(view.start), opened.app.spec.zone)) is not None:
            days.setdefault(at, []).append(row)
    every = [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
    told = [Day(at, at.month == first.month, at == today, days.get(at, [])) for at in every]
    ids = [f.id for f in opened.fields]
    title = opened.table.title_field
    other = next((n for n, id in enumerate(ids) if id not in (view.start, view.end)), 0)
    named = ids.index(title.id) if title and title.id in ids else other
    weeks = [told[n : n + 7] for n in range(0, len(told), 7)]
    start = ids.index(view.start) if view.start in ids else -1
    return Month(f"{first:%B %Y}", f"{first - timedelta(days=1):%Y-%m}", f"{_next(first):%Y-%m}", weeks, named, start, total)


def _first(month: str, today: date) -> date:
    year, _, number = month.partition("-")
    is_month = len(month) == 7 and (year + number).isascii() and (year + number).isdecimal() and len(year) == 4
    if is_month and YEARS[0] <= int(year) <= YEARS[1] and 1 <= int(number) <= 12:
        return date(int(year), int(number), 1)
    return today.replace(day=1)


def _next(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _day(value: Any, zone: str) -> date | None:
    try:
        text = str(value or "")
        return datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).date() if "T" in text else date.fromisoformat(text)
    except ValueError:
        return None
