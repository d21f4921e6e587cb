"""A public timeline: bars from a day to a day, in lanes, with the days above them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.publishing import public_rows
from sayso.data.publishing.opening import Opened
from sayso.data.publishing.public_rows import Asked, PublicRow
from sayso.errors import NotFound
from sayso.spec.fields import AnyField, Select
from sayso.spec.filter import Bucket, Condition, Filter
from sayso.spec.view import Timeline
from sayso.web.pages.share.tiles import after, start_of

BARS_MAX = 500
DAYS_MAX = 3_660
"""Ten years: what lies further from the middle is left out, and said to be."""
Zoom = str
"""One of DAY_PIXELS."""
DAY_PIXELS: dict[Zoom, float] = {"day": 44, "week": 24, "month": 9, "quarter": 3.4}
UPPER: dict[Zoom, Bucket] = {"day": "month", "week": "month", "month": "quarter", "quarter": "year"}
LOWER: dict[Zoom, Bucket] = {"day": "day", "week": "week", "month": "month", "quarter": "quarter"}
WIDTH_USUAL = 3_600
BAR_PIXELS_MIN, CHARACTER_PIXELS, NAME_PIXELS_MAX, GAP_PIXELS = 14, 7, 140, 6
LINE_PIXELS, PAD_PIXELS, NAMES_PIXELS = 32, 6, 150
"""Of a line of bars, around them, and of the lanes' names on the left."""


@dataclass(frozen=True, slots=True)
class Tick:
    id: str
    name: str
    weekend: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """`beside`: its name does not fit into it. `hue` is one of a choice's colours, or empty."""

    id: str
    title: str
    when: str
    hue: str
    beside: bool
    row: PublicRow


@dataclass(frozen=True, slots=True)
class Lane:
    id: str
    name: str
    hue: str
    bars: list[Bar]


@dataclass(frozen=True, slots=True)
class Drawn:
    """`style` places all of it: the page's policy takes no style on elements, but this sheet of its own."""

    zoom: Zoom
    upper: list[Tick]
    lower: list[Tick]
    lanes: list[Lane]
    style: Markup
    total: int
    undrawn: int
    named: bool


@dataclass(frozen=True, slots=True)
class _Span:
    row: PublicRow
    title: str
    first: date
    last: date


async def drawn(tx: AsyncConnection, opened: Opened, search: str, zoom: str, *, today: date) -> Drawn:
    view = opened.view
    if not isinstance(view, Timeline):
        raise NotFound(opened.share.not_open)
    dated = Filter(of=(Condition(field=view.start, op="not_empty"),))
    rows, total = await public_rows.rows(tx, opened, Asked(search=search, limit=BARS_MAX, more=dated))
    spans = list(_near(_spans(opened, view, rows), today))
    first = min([today, *(s.first for s in spans)])
    last = max([today, *(s.last for s in spans)])
    chosen: Zoom = zoom if zoom in DAY_PIXELS else _fitting(first, last)
    return _Sheet(opened, view, chosen, first, last, today).drawn(spans, total)


def _spans(opened: Opened, view: Timeline, rows: Iterable[PublicRow]) -> Iterator[_Span]:
    ids, zone, title = [f.id for f in opened.fields], ZoneInfo(opened.app.spec.zone), opened.table.title_field
    other = next((n for n, id in enumerate(ids) if id not in (view.start, view.end, view.by)), 0)
    named = ids.index(title.id) if title and title.id in ids else other
    for row in rows:
        first = _day(row.values.get(view.start), zone)
        if first is not None:
            last = _day(row.values.get(view.end), zone) if view.end else None
            yield _Span(row, row.cells[named].text or "Untitled", first, max(first, last or first))


def _near(spans: Iterable[_Span], today: date) -> Iterator[_Span]:
    """Somebody's typo of a century makes no page of a mile."""
    far = timedelta(days=DAYS_MAX // 2)
    for one in spans:
        if today - far <= one.first <= today + far:
            yield _Span(one.row, one.title, one.first, min(one.last, today + far))


def _fitting(first: date, last: date) -> Zoom:
    days = (last - first).days + 1
    return next((zoom for zoom, pixels in DAY_PIXELS.items() if days * pixels <= WIDTH_USUAL), "quarter")


class _Sheet:
    """Where days lie, and what stands there. Written once, from the left to the right."""

    def __init__(self, opened: Opened, view: Timeline, zoom: Zoom, first: date, last: date, today: date) -> None:
        self.opened, self.view, self.zoom, self.today = opened, view, zoom, today
        self.pixels, upper = DAY_PIXELS[zoom], UPPER[zoom]
        self.first = (
            start_of(upper, start_of(upper, first) - timedelta(days=1))
            if (first - start_of(upper, first)).days < 7
            else start_of(upper, first)
        )
        self.last = after(upper, start_of(upper, last)) - timedelta(days=1)
        self.left = NAMES_PIXELS if view.by else 0
        self.style: list[str] = []

    def x(self, day: date) -> float:
        return round(self.left + (day - self.first).days * self.pixels, 1)

    def drawn(self, spans: list[_Span], total: int) -> Drawn:
        lanes, field = _lanes(self.opened, self.view, spans)
        upper, lower = list(self._ticks(UPPER[self.zoom], "u")), list(self._ticks(LOWER[self.zoom], "l"))
        told = [self._lane(n, key, name, hue, some) for n, (key, name, hue, some) in enumerate(lanes)]
        self.style.append(
            f"#time{{width:{self.x(self.last) + self.pixels:g}px}}#today{{left:{self.x(self.today) + self.pixels / 2:g}px}}"
        )
        return Drawn(self.zoom, upper, lower, told, Markup("".join(self.style)), total, total - len(spans), field is not None)

    def _ticks(self, span: Bucket, mark: str) -> Iterator[Tick]:
        day, n = start_of(span, self.first), 0
        while day <= self.last:
            next_ = after(span, day)
            self.style.append(f"#{mark}{n}{{left:{self.x(day):g}px;width:{(next_ - day).days * self.pixels:g}px}}")
            yield Tick(f"{mark}{n}", _said(span, day, self.zoom), span == "day" and day.weekday() > 4)
            day, n = next_, n + 1

    def _lane(self, n: int, key: str, name: str, hue: str, spans: list[_Span]) -> Lane:
        ends: list[float] = []
        bars: list[Bar] = []
        for k, one in enumerate(sorted(spans, key=lambda s: (s.first, s.last, s.title))):
            x = self.x(one.first)
            width = max(BAR_PIXELS_MIN, self.x(one.last + timedelta(days=1)) - x)
            beside = width < len(one.title) * CHARACTER_PIXELS + 16
            line = next((i for i, end in enumerate(ends) if end <= x), len(ends))
            room = min(NAME_PIXELS_MAX, len(one.title) * CHARACTER_PIXELS) + GAP_PIXELS if beside else 0
            ends[line : line + 1] = [x + width + room]
            id = f"b{n}_{k}"
            self.style.append(f"#{id}{{left:{x:g}px;width:{width - 2:g}px;top:{PAD_PIXELS + line * LINE_PIXELS}px}}")
            if beside:
                self.style.append(f"#{id}n{{left:{x + width + 4:g}px;top:{PAD_PIXELS + line * LINE_PIXELS}px}}")
            bars.append(Bar(id, one.title, _when(one), hue, beside, one.row))
        self.style.append(f"#n{n}{{height:{max(1, len(ends)) * LINE_PIXELS + 2 * PAD_PIXELS}px}}")
        return Lane(f"n{n}", name, hue, bars)


def _lanes(opened: Opened, view: Timeline, spans: list[_Span]) -> tuple[list[tuple[str, str, str, list[_Span]]], AnyField | None]:
    """Choices in their own order, others by name, rows without last. Without a field all share one lane."""
    ids = [f.id for f in opened.fields]
    if view.by is None or view.by not in ids:
        return [("", "", "", spans)], None
    place = ids.index(view.by)
    field = opened.fields[place]
    found: dict[str, tuple[str, str, str, list[_Span]]] = {}
    for one in spans:
        cell = one.row.cells[place]
        name = _called(field, cell.text, cell.chips[0].name if cell.chips else "")
        hue = cell.chips[0].hue if cell.chips and isinstance(field, Select) else ""
        found.setdefault(name, (name, name, hue, []))[3].append(one)
    order = [o.name for o in field.options] if isinstance(field, Select) else []
    none = f"No {field.name.lower()}"
    rank = {name: (n, "") for n, name in enumerate(order)}
    return sorted(
        found.values(), key=lambda lane: (10**6, "") if lane[0] == none else rank.get(lane[0], (10**5, lane[0].lower()))
    ), field


def _called(field: AnyField, text: str, chip: str) -> str:
    if field.kind == "checkbox":
        return field.name if text == "yes" else f"Not {field.name.lower()}"
    return chip or text or f"No {field.name.lower()}"


def _when(one: _Span) -> str:
    first = f"{one.first.day} {one.first:%b %Y}"
    return first if one.first == one.last else f"{first} – {one.last.day} {one.last:%b %Y}"


def _said(span: Bucket, day: date, zoom: Zoom) -> str:
    match span:
        case "day":
            return str(day.day)
        case "week":
            return f"{day.day} {day:%b}"
        case "month":
            return f"{day:%b}" if zoom == "month" else f"{day:%B %Y}"
        case "quarter":
            return f"Q{(day.month + 2) // 3} {day.year}" if zoom == "month" else f"Q{(day.month + 2) // 3}"
        case "year":
            return str(day.year)


def _day(value: Any, zone: ZoneInfo) -> date | None:
    try:
        text = str(value or "")
        return datetime.fromisoformat(text).astimezone(zone).date() if "T" in text else date.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
