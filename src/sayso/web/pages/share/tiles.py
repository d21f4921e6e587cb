"""The tiles of a public dashboard, as they lie on it."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.publishing import public_rows, said
from sayso.data.publishing.opening import Opened
from sayso.data.publishing.public_rows import Asked, PublicRow
from sayso.errors import NotFound
from sayso.spec.fields import AnyField
from sayso.spec.filter import Bucket, Condition, Filter
from sayso.spec.view import AnyTile, Chart, ChartTile, Dashboard, ListTile, NumberTile
from sayso.web.pages.share import figures
from sayso.web.pages.share.figures import Drawing

SPARK_POINTS = 12
SPARK_WIDTH, SPARK_HEIGHT, SPARK_PAD = 84, 30, 4
NOW = {"day": "today", "week": "this_week", "month": "this_month", "quarter": "this_quarter", "year": "this_year"}
BEFORE = {"day": "yesterday", "week": "last_week", "month": "last_month", "quarter": "last_quarter", "year": "last_year"}


@dataclass(frozen=True, slots=True)
class Number:
    """One figure; `change` against the span before, with its `direction` (up, down, same); `spark` is the path of a line."""

    said: str
    under: str
    change: str = ""
    direction: str = ""
    spark: str = ""
    end: tuple[float, float] = (0, 0)


@dataclass(frozen=True, slots=True)
class Laid:
    """A tile: of what it holds, one is there."""

    id: str
    name: str
    kind: str
    width: int
    height: int
    number: Number | None = None
    drawing: Drawing | None = None
    fields: tuple[AnyField, ...] = ()
    rows: tuple[PublicRow, ...] = ()
    more: int = 0


async def laid(tx: AsyncConnection, opened: Opened, *, today: date) -> list[Laid]:
    view = opened.view
    if not isinstance(view, Dashboard):
        raise NotFound(opened.share.not_open)
    return [await _tile(tx, opened.tiles[tile.id], tile, today) for tile in view.tiles if tile.id in opened.tiles]


async def _tile(tx: AsyncConnection, one: Opened, tile: AnyTile, today: date) -> Laid:
    at = Laid(tile.id, tile.name, tile.kind, tile.width, tile.height)
    match tile:
        case NumberTile():
            return replace(at, number=await _number(tx, one, today))
        case ChartTile():
            return replace(at, drawing=replace(await figures.drawn(tx, one), name=tile.name))
        case ListTile():
            rows, total = await public_rows.rows(tx, one, Asked(limit=tile.rows))
            return replace(at, fields=one.fields, rows=tuple(rows), more=max(0, total - len(rows)))


async def _number(tx: AsyncConnection, one: Opened, today: date) -> Number:
    view = one.view
    assert isinstance(view, Chart)
    field = one.table.field(view.measure.field) if view.measure.field else None
    write, what = said.writer(view.measure, field), said.called(view.measure, field)
    over, span = view.by, view.bucket
    if over is None or span is None:
        return Number(_or_nothing((await public_rows.figures(tx, one, whole=True))[1], view, write), what)
    now = (await public_rows.figures(tx, one, _within(over, NOW[span]), whole=True))[1]
    before = (await public_rows.figures(tx, one, _within(over, BEFORE[span]), whole=True))[1]
    days = _spans(span, today)
    recent = Filter(
        of=(
            Condition(field=over, op="gte", value=days[0].isoformat()),
            Condition(field=over, op="lt", value=after(span, days[-1]).isoformat()),
        )
    )
    course = {str(one.key): said.amount(one.value) for one in (await public_rows.figures(tx, one, recent))[0]}
    values = [float(course.get(day.isoformat()) or 0) for day in days]
    direction, change = _compared(
        now, before, field is not None and field.kind == "percent" and view.measure.summary not in said.COUNTS
    )
    against = BEFORE[span].replace("_", " ")
    path, end = _spark(values) if any(values) else ("", (0.0, 0.0))
    return Number(
        _or_nothing(now, view, write), f"against {against}" if change else f"nothing {against}", change, direction, path, end
    )


def _or_nothing(value: object, view: Chart, write: said.Write) -> str:
    return write(0) if value is None and view.measure.summary in ("sum", "count") else write(value)


def _within(field: str, span: str) -> Filter:
    return Filter(of=(Condition(field=field, op="within", value=span),))


def _spans(span: Bucket, today: date) -> list[date]:
    """First days of the last twelve, this one included, oldest first."""
    days = [start_of(span, today)]
    while len(days) < SPARK_POINTS:
        days.insert(0, start_of(span, days[0] - timedelta(days=1)))
    return days


def start_of(span: Bucket, day: date) -> date:
    match span:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        case "year":
            return date(day.year, 1, 1)


def after(span: Bucket, start: date) -> date:
    """The first day of the span that follows."""
    return start_of(span, start + timedelta(days={"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[span]))


def _compared(now: object, before: object, percent: bool) -> tuple[str, str]:
    """`up` and `+9.5%`; of shares, points; nothing where there is nothing to compare with."""
    new, old = said.amount(now), said.amount(before)
    if new is None or old is None or (not percent and old == 0 and new != 0):
        return "", ""
    change = float((new - old) * 100) if percent else 0.0 if old == 0 else float((new - old) / abs(old) * 100)
    shown = round(abs(change)) if abs(change) >= 10 else round(abs(change), 1)
    if not shown:
        return "same", "no change"
    return ("up" if change > 0 else "down"), f"{'+' if change > 0 else '−'}{shown:,g}{' pts' if percent else '%'}"


def _spark(values: list[float]) -> tuple[str, tuple[float, float]]:
    low, high = min(values), max(values)
    room = SPARK_HEIGHT - 2 * SPARK_PAD
    ys = [SPARK_HEIGHT / 2 if high == low else SPARK_HEIGHT - SPARK_PAD - (v - low) / (high - low) * room for v in values]
    points = [(round(2 + n / (len(ys) - 1) * (SPARK_WIDTH - 4), 1), round(y, 1)) for n, y in enumerate(ys)]
    return " ".join(f"{'L' if n else 'M'}{x} {y}" for n, (x, y) in enumerate(points)), points[-1]
