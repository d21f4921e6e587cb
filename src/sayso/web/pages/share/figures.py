"""The figures of a public chart: bars with their numbers beside them, which are read in words as well as seen."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.publishing import public_rows
from sayso.data.publishing.cells import money, number
from sayso.data.publishing.opening import Opened
from sayso.spec.fields import Money
from sayso.spec.view import Chart

BARS_MAX = 60
SERIES = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """`width` is from 0 to 100."""

    name: str
    split: str
    series: int
    said: str
    width: float


@dataclass(frozen=True, slots=True)
class Drawing:
    bars: list[Bar]
    total: str
    what: str
    by: str
    split: bool
    cut: int


async def drawn(tx: AsyncConnection, opened: Opened) -> Drawing:
    view = opened.view
    assert isinstance(view, Chart)
    found, total = await public_rows.figures(tx, opened)
    field = opened.table.field(view.measure.field) if view.measure.field else None
    currency = (
        field.currency
        if isinstance(field, Money) and view.measure.summary not in ("filled", "empty", "unique", "count")
        else None
    )
    values = [_value(one.value) for one in found]
    most = max((abs(v) for v in values), default=0) or 1
    names = list(dict.fromkeys(one.split_name or "None" for one in found))
    bars = [
        Bar(one.name or "None", (one.split_name or "None") if view.split else "", names.index(one.split_name or "None") % SERIES + 1,
            _said(one.value, currency), round(max(0.0, v) / most * 100, 2))
        for one, v in zip(found[:BARS_MAX], values, strict=False)
    ]  # fmt: skip
    what = "Rows" if field is None else f"{view.measure.summary.capitalize()} of {field.name}"
    by = opened.table.field(view.by) if view.by else None
    return Drawing(bars, _said(total, currency), what, by.name if by else "", bool(view.split), max(0, len(found) - BARS_MAX))


def _value(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0


def _said(value: Any, currency: str | None) -> str:
    if currency:
        return money(value, currency)
    try:
        return number(float(value) if not isinstance(value, int) else value)
    except (TypeError, ValueError):
        return str(value or "")
