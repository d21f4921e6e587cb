"""A measure's figures in words, as the workspace writes them."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sayso.data.publishing.cells import SIGNS, day
from sayso.spec.fields import AnyField, Formula, Money
from sayso.spec.view import Measure

COUNTS = frozenset({"count", "filled", "empty", "unique"})
SAID = {
    "sum": "Sum", "average": "Average", "minimum": "Smallest", "maximum": "Largest", "median": "Median", "earliest": "Earliest",
    "latest": "Latest", "filled": "Filled in", "empty": "Left empty", "unique": "Different values", "any": "Any", "all": "All", "join": "Joined",
}  # fmt: skip
HOUR_SECONDS = 3600
Write = Callable[[Any], str]
NOTHING = "—"


def called(measure: Measure, field: AnyField | None) -> str:
    """`Sum of Amount`."""
    if field is None or measure.summary == "count":
        return "Number of rows"
    said = SAID[measure.summary]
    return f"{said}: {field.name}" if measure.summary in COUNTS else f"{said} of {field.name}"


def writer(measure: Measure, field: AnyField | None) -> Write:
    """From a value of `groups.aggregated` to words: amounts with their sign, whole ones without cents; shares as percent; spans in hours."""
    if field is None or measure.summary in COUNTS:
        return lambda value: _number(value, 0)
    match field.kind, shown_as(field):
        case _, "money":
            sign = SIGNS.get(currency := currency_of(field), f"{currency} ")
            return lambda value: _number(value, 2, before=sign, cents=True)
        case _, "percent":
            return lambda value: _number(value, 1, times=100, after="%")
        case _, "duration":
            return lambda value: _number(value, 1, times=1 / HOUR_SECONDS, after=" h")
        case _:
            return lambda value: _number(value, 2)


def shown_as(field: AnyField) -> str:
    return (field.shown_as or "number") if isinstance(field, Formula) else field.kind


def currency_of(field: AnyField) -> str:
    return (field.currency if isinstance(field, (Money, Formula)) else None) or "EUR"


def amount(value: Any) -> Decimal | None:
    """The figure as a number; None for what is none (a day, words, nothing)."""
    if value is None or isinstance(value, (bool, dict, list)):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _number(value: Any, digits: int, *, times: float = 1, before: str = "", after: str = "", cents: bool = False) -> str:
    found = amount(value)
    if found is None:
        return _other(value)
    scaled = found * Decimal(str(times)) if times != 1 else found
    whole = scaled == scaled.to_integral_value()
    text = f"{abs(scaled):,.{0 if whole else digits}f}"
    if not whole and not cents and "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{'−' if scaled < 0 and text.strip('0.,') else ''}{before}{text}{after}"


def _other(value: Any) -> str:
    match value:
        case None | {} | []:
            return NOTHING
        case bool():
            return "Yes" if value else "No"
        case str():
            return _moment(value)
        case _:
            return NOTHING


def _moment(text: str) -> str:
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return day(read(text).isoformat()[:10])
        except ValueError:
            continue
    return text
