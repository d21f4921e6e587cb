"""Conditions on text: whatever the case."""

from typing import Any

from sqlalchemy import ColumnElement, Text, false, func, literal, or_

from sayso.data.conditions.listed import each_of
from sayso.spec.filter import Op

Sql = ColumnElement[Any]


def text_condition(value: Sql, op: Op, raw: object) -> Sql:
    """`contains`, `starts_with` and `ends_with` of nothing are true of every row; `is` nothing means empty."""
    empty = func.coalesce(value, "") == ""
    match op:
        case "is":
            return empty if raw in (None, "") else same(value, raw)
        case "is_not":
            return ~empty if raw in (None, "") else _not(same(value, raw))
        case "any_of":
            return or_(false(), *(same(value, one) for one in each_of(raw)))
        case "none_of":
            return _not(or_(false(), *(same(value, one) for one in each_of(raw))))
        case "empty":
            return empty
        case "not_empty":
            return ~empty
        case "not_contains":
            return _not(holds(value, raw)) if raw not in (None, "") else false()
        case _:
            return _part(value, op, raw)


def _part(value: Sql, op: Op, raw: object) -> Sql:
    text = folded(raw)
    whole = func.lower(func.coalesce(value, ""))
    match op:
        case "starts_with":
            return func.starts_with(whole, text)
        case "ends_with":
            return func.right(whole, func.length(text)) == text
        case _:
            return func.strpos(whole, text) > 0


def holds(value: Sql, raw: object) -> Sql:
    return func.strpos(func.lower(value), folded(raw)) > 0


def same(value: Sql, raw: object) -> Sql:
    return func.lower(value) == folded(raw)


def folded(raw: object) -> Sql:
    """PostgreSQL folds both sides, so that they agree on every alphabet."""
    return func.lower(literal("" if raw is None else str(raw).replace("\x00", ""), Text))


def _not(condition: Sql) -> Sql:
    return ~func.coalesce(condition, False)
