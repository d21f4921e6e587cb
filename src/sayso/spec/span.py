"""Spans of days such as "this week", counted from a given day. Weeks start on Monday; both ends belong to the span."""

import re
from datetime import date, timedelta

SPAN_DAYS_MAX = 3_650
_ONE = timedelta(1)

Days = tuple[date | None, date | None]
"""First and last day; None is open."""


def days_of(span: str, today: date) -> Days:
    """`this_month` on 22 November 2026 is 1 to 30 November. Raises `ValueError` for what is no span.

    `last_7_days` and `next_7_days` hold today and the six days before or after; `past` and `future` leave today out.
    """
    if span in ("past", "future"):
        return (None, today - _ONE) if span == "past" else (today + _ONE, None)
    if span in ("today", "yesterday", "tomorrow"):
        day = today + {"today": 0, "yesterday": -1, "tomorrow": 1}[span] * _ONE
        return day, day
    if m := re.fullmatch(r"(last|next)_(\d{1,4})_days", span):
        return _counted(m[1], int(m[2]), today)
    if m := re.fullmatch(r"(this|last|next)_(week|month|quarter|year)", span):
        return _calendar(m[2], {"this": 0, "last": -1, "next": 1}[m[1]], today)
    raise ValueError(span)


def _counted(which: str, n: int, today: date) -> Days:
    if not 1 <= n <= SPAN_DAYS_MAX:
        raise ValueError(n)
    far = (n - 1) * _ONE
    return (today - far, today) if which == "last" else (today, today + far)


def _calendar(unit: str, away: int, today: date) -> Days:
    if unit == "week":
        monday = today - today.weekday() * _ONE + 7 * away * _ONE
        return monday, monday + 6 * _ONE
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    first = (today.year * 12 + today.month - 1) // months * months + away * months
    return _month(first), _month(first + months) - _ONE


def _month(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)
