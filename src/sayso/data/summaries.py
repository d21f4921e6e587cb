"""Many values summed up to one, in SQL: what rollups, feet, groups and charts show."""

from typing import Any

from sqlalchemy import ColumnElement, Numeric, Text, case, cast, func, literal
from sqlalchemy.dialects.postgresql import aggregate_order_by

from sayso.data.formulas_sql.sql import as_text, bounded, over
from sayso.spec.fields.link import Summary
from sayso.spec.formula import Base, Type

Sql = ColumnElement[Any]


def summed_up(value: Sql, kind: Type, summary: Summary) -> Sql:
    """An aggregate over the rows of a statement. `value` is a field's worth and `kind` its type."""
    match summary:
        case "count":
            return func.count()
        case "filled":
            return func.count(case((filled(value, kind), 1)))
        case "empty":
            return func.count(case((~func.coalesce(filled(value, kind), False), 1)))
        case "unique":
            return func.count(value.distinct())
        case "any":
            return func.bool_or(value)
        case "all":
            return func.bool_and(value)
        case "join":
            text = func.array_to_string(value, ", ") if kind.many else as_text(value, kind.base)
            return func.string_agg(text, aggregate_order_by(literal(", "), text))
        case _:
            return _figure(over(value, kind.base, func.sum) if kind.many else value, kind, summary)


def _figure(value: Sql, kind: Type, summary: Summary) -> Sql:
    match summary:
        case "sum":
            return func.sum(value)
        case "average":
            return bounded(func.avg(value))
        case "median":
            return bounded(cast(func.percentile_cont(0.5).within_group(value.asc()), Numeric))
        case "minimum" | "earliest":
            return func.min(value)
        case _:
            return func.max(value)


def filled(value: Sql, kind: Type) -> Sql:
    """Whether there is something in it. A box that is not ticked is empty."""
    if kind.many:
        return func.cardinality(value) > 0
    match kind.base:
        case Base.BOOLEAN:
            return value
        case Base.TEXT:
            return cast(value, Text) != ""
        case _:
            return value.is_not(None)


def type_after(kind: Type, summary: Summary) -> Type:
    """The type of the figure."""
    match summary:
        case "count" | "filled" | "empty" | "unique":
            return Type(Base.NUMBER)
        case "any" | "all":
            return Type(Base.BOOLEAN)
        case "join":
            return Type(Base.TEXT)
        case _:
            return kind.one()
