"""From a typed formula to bound SQL. Person's text never becomes SQL: constants are bound, fields come from the caller."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

from sayso.data.formulas_sql import dates, logic, numbers, texts
from sayso.data.formulas_sql.sql import MOMENT, NUMERIC, TEXT, TYPES, Sql, array_of, as_text, bounded, null, number, over, text
from sayso.spec.formula.typed import Typed
from sayso.spec.formula.types import Base


class Fields(Protocol):
    """Where a formula's fields come from.

    `field` gives SQL of the field's formula type for a path of ids: `numeric` (amounts in whole currency), `text` (names of
    choices, people and links), `date`, `timestamp` on the app's wall clock, `boolean` (never null), or an array of these.
    """

    def field(self, path: tuple[str, ...]) -> Sql: ...

    @property
    def now(self) -> Sql:
        """The moment as `timestamp` on the app's wall clock."""
        ...


@dataclass(frozen=True, slots=True)
class WallClock:
    """The `now` of an app: this transaction's moment in its zone."""

    zone: str

    @property
    def now(self) -> Sql:
        return sa.func.timezone(sa.literal(self.zone, TEXT), sa.func.now(), type_=MOMENT)


def compiled(formula: Typed, fields: Fields) -> Sql:
    """SQL for one row's value; numbers bounded as in the pure evaluator."""
    value = _sql(formula, fields)
    return bounded(value) if formula.type.base is Base.NUMBER and not formula.type.many else value


def _sql(node: Typed, fields: Fields) -> Sql:
    match node.kind:
        case "constant":
            return _constant(node)
        case "field":
            return fields.field(node.what)
        case _:
            return _closed(_called(node, fields), node)


def _closed(value: Sql, node: Typed) -> Sql:
    """With its type, and so that nothing written around it can bind to a part of it (`NOT x IS NULL`)."""
    if node.type.many:
        return value
    kind = TYPES[node.type.base]
    known = type(value.type) is type(kind) and not isinstance(kind, sa.Boolean)
    return value if known else sa.cast(value, kind)


def _constant(node: Typed) -> Sql:
    kind = TYPES[node.type.base]
    match node.what:
        case None:
            return null(kind)
        case bool():
            return sa.true() if node.what else sa.false()
        case str():
            return text(node.what)
        case _:
            return number(node.what)


def _called(node: Typed, fields: Fields) -> Sql:
    name: str = node.what
    arguments: Sequence[Typed] = node.arguments
    if name == "TODAY":
        return sa.cast(fields.now, sa.Date())
    if name == "NOW":
        return fields.now
    if name in _UNITS:
        first, second, *rest = arguments
        return _UNITS[name](_sql(first, fields), _sql(second, fields), rest[0].what if rest else "days", first.type.base)
    if name == "DATETIME_FORMAT":
        when, *pattern = arguments
        return dates.formatted(_sql(when, fields), pattern[0].what if pattern else "YYYY-MM-DD")
    values = [_sql(a, fields) for a in arguments]
    if name in _MANY:
        return _many(name, values, arguments)
    if name == "as_text":
        return _as_text(values[0], arguments[0])
    if name in ("as_boolean", "ISBLANK"):
        blank = logic.blank(values[0], arguments[0].type)
        return blank if name == "ISBLANK" else logic.truth(values[0], arguments[0].type)
    if name in ("=", "<>"):
        return (
            logic.same(values[0], values[1], arguments[0].type)
            if name == "="
            else sa.not_(logic.same(values[0], values[1], arguments[0].type))
        )
    for family in (logic.SQL, numbers.SQL, texts.SQL, dates.SQL):
        if name in family:
            return family[name](*values)
    raise KeyError(name)


_UNITS: dict[str, Any] = {"DATEADD": dates.added, "DATETIME_DIFF": dates.difference, "IS_SAME": dates.is_same}
_MANY = ("SUM", "AVERAGE", "MEDIAN", "MIN", "MAX", "COUNT", "COUNTUNIQUE", "ARRAYJOIN")


def _many(name: str, values: list[Sql], arguments: Sequence[Typed]) -> Sql:
    if name == "COUNT":
        return sa.cast(sum((_count(v, a) for v, a in zip(values, arguments, strict=True)), start=number(0)), NUMERIC)
    base = next((a.type.base for a in arguments if a.type.base is not Base.BLANK), Base.NUMBER)
    if name == "ARRAYJOIN":
        between = values[1] if len(values) > 1 else text(", ")
        return texts.joined(values[0], arguments[0].type, between)
    parts = [(value, argument.type.many) for value, argument in zip(values, arguments, strict=True)]
    array = array_of(parts, base)
    match name:
        case "SUM":
            return sa.func.coalesce(over(array, base, sa.func.sum), number(0))
        case "AVERAGE":
            return over(array, base, sa.func.avg)
        case "MEDIAN":
            return texts.median(array)
        case "COUNTUNIQUE":
            return sa.cast(over(array, base, lambda x: sa.func.count(sa.distinct(x))), NUMERIC)
        case _:
            return over(array, base, sa.func.min if name == "MIN" else sa.func.max)


def _count(value: Sql, argument: Typed) -> Sql:
    if argument.type.many:
        return sa.cast(over(value, argument.type.base, sa.func.count), NUMERIC)
    return sa.case((logic.blank(value, argument.type), number(0)), else_=number(1))


def _as_text(value: Sql, argument: Typed) -> Sql:
    if argument.type.many:
        return sa.func.nullif(texts.joined(value, argument.type, text(", ")), text(""))
    return as_text(value, argument.type.base)
