"""Conditions on figures, in the units they are stored in."""

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Numeric, literal

from sayso.data.conditions.listed import each_of
from sayso.errors import Invalid
from sayso.spec.fields import AnyField, Duration, Money, Percent
from sayso.spec.fields.field import is_empty
from sayso.spec.fields.money import digits
from sayso.spec.fields.number import decimal_from
from sayso.spec.filter import Op

Sql = ColumnElement[Any]
WHOLE_MAX = 2**62


def number_condition(value: Sql, op: Op, raw: object, field: AnyField | None = None) -> Sql:
    """`field` says how a value is written and in which unit it lies; without one, both are plain numbers."""
    match op:
        case "empty":
            return value.is_(None)
        case "not_empty":
            return value.is_not(None)
        case "any_of":
            return value.in_([figure(one, field) for one in each_of(raw)])
        case "none_of":
            return value.is_(None) | value.not_in([figure(one, field) for one in each_of(raw)])
        case "is":
            return value.is_(None) if is_empty(raw) else value == figure(raw, field)
        case "is_not":
            return value.is_not(None) if is_empty(raw) else value.is_distinct_from(figure(raw, field))
        case _:
            return ordered(value, op, figure(raw, field))


def ordered(value: Sql, op: Op, limit: Sql) -> Sql:
    match op:
        case "gt":
            return value > limit
        case "gte":
            return value >= limit
        case "lt":
            return value < limit
        case _:
            return value <= limit


def figure(raw: object, field: AnyField | None) -> Sql:
    try:
        number = _decimal(raw, field)
    except ValueError:
        raise Invalid("takes a number, such as 12.5") from None
    if number == number.to_integral_value() and abs(number) < WHOLE_MAX:
        return literal(int(number), BigInteger)
    return literal(number, Numeric)


def _decimal(raw: object, field: AnyField | None) -> Decimal:
    if isinstance(raw, float):
        raw = repr(raw)
    match field:
        case Money(currency=currency):
            return decimal_from(raw).scaleb(digits(currency))
        case Duration() | Percent() if isinstance(raw, str):
            return Decimal(field.parse(raw) or 0)
        case _:
            return decimal_from(raw)
