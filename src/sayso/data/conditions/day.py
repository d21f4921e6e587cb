"""Conditions on days and moments, counted in the app's time zone."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, DateTime, and_, false, literal, or_, true

from sayso.data.clock import Clock, next_day
from sayso.data.conditions.listed import each_of
from sayso.data.conditions.number import ordered
from sayso.errors import Invalid
from sayso.spec.fields.date import DateOrder
from sayso.spec.fields.field import is_empty
from sayso.spec.filter import Op
from sayso.spec.span import days_of

Sql = ColumnElement[Any]


def day_condition(value: Sql, op: Op, raw: object, clock: Clock, order: DateOrder = "dmy", *, moments: bool = False) -> Sql:
    """`moments` says that `value` is a moment (timestamptz); a bare day then stands for all of that day."""
    days = Days(value, clock, order, moments)
    match op:
        case "empty":
            return value.is_(None)
        case "not_empty":
            return value.is_not(None)
        case "within":
            return days.within(str(raw))
        case "any_of":
            return or_(false(), *(days.on(one) for one in each_of(raw)))
        case "none_of":
            return value.is_(None) | ~or_(false(), *(days.on(one) for one in each_of(raw)))
        case "is":
            return value.is_(None) if is_empty(raw) else days.on(raw)
        case "is_not":
            return value.is_not(None) if is_empty(raw) else value.is_(None) | ~days.on(raw)
        case _:
            return days.ordered(op, raw)


class Days:
    def __init__(self, value: Sql, clock: Clock, order: DateOrder, moments: bool) -> None:
        self.value, self.clock, self.moments = value, clock, moments
        self.order: DateOrder = order

    def on(self, raw: object) -> Sql:
        if self.moments and (moment := self.clock.moment(raw)):
            return self.value == _moment(moment)
        return self.between(self.day(raw), self.day(raw))

    def within(self, span: str) -> Sql:
        try:
            return self.between(*days_of(span, self.clock.today))
        except (ValueError, OverflowError):
            raise Invalid("takes a span, such as this_week or last_30_days") from None

    def ordered(self, op: Op, raw: object) -> Sql:
        if self.moments and (moment := self.clock.moment(raw)):
            return ordered(self.value, op, _moment(moment))
        day = self.day(raw)
        match op:
            case "gt":
                return self.value >= self.start(next_day(day))
            case "gte":
                return self.value >= self.start(day)
            case "lt":
                return self.value < self.start(day)
            case _:
                return self.value < self.start(next_day(day))

    def between(self, first: date | None, last: date | None) -> Sql:
        after = true() if first is None else self.value >= self.start(first)
        before = true() if last is None else self.value < self.start(next_day(last))
        return and_(after, before)

    def day(self, raw: object) -> date:
        try:
            return self.clock.day(raw, self.order)
        except (ValueError, KeyError, OverflowError):
            raise Invalid("takes a day, such as 2026-11-27 or today") from None

    def start(self, day: date) -> Sql:
        return _moment(self.clock.start(day)) if self.moments else literal(day, Date)


def _moment(at: datetime) -> Sql:
    return literal(at, DateTime(timezone=True))
