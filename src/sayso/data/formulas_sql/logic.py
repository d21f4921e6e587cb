"""Decisions in SQL."""

from typing import Any

import sqlalchemy as sa

from sayso.data.formulas_sql.sql import Sql, number, when
from sayso.spec.formula.types import Base, Type


def blank(value: Sql, kind: Type) -> Sql:
    if kind.many:
        return sa.func.coalesce(sa.func.cardinality(value), 0) == 0
    return sa.func.coalesce(value, "") == "" if kind.base is Base.TEXT else value.is_(None)


def truth(value: Sql, kind: Type) -> Sql:
    if kind.base is Base.NUMBER and not kind.many:
        return sa.func.coalesce(value != number(0), sa.false())
    return sa.not_(blank(value, kind))


def same(a: Sql, b: Sql, kind: Type) -> Sql:
    if kind.base is Base.TEXT:
        a, b = sa.func.nullif(a, ""), sa.func.nullif(b, "")
    return a.is_not_distinct_from(b)


def _holds(test: Sql) -> Sql:
    return sa.func.coalesce(test, sa.false())


def _ordered(work: Any) -> Any:
    return lambda a, b: _holds(work(_bytes(a), _bytes(b)))


def _bytes(value: Sql) -> Sql:
    """Text is put in order by code point, as Python does."""
    return value.collate("C") if isinstance(value.type, sa.String) else value


def _ifs(*pairs: Sql) -> Sql:
    whens = [(_holds(test), value) for test, value in zip(pairs[::2], pairs[1::2], strict=False)]
    return sa.case(*whens, else_=pairs[-1] if len(pairs) % 2 else None)


def _switch(value: Sql, *rest: Sql) -> Sql:
    """The value is written once, so that cases in cases do not multiply; a blank case fits nothing."""
    cases = dict(zip(rest[::2], rest[1::2], strict=False))
    return sa.case(cases, value=value, else_=rest[-1] if len(rest) % 2 else None)


def _first(*values: Sql) -> Sql:
    return sa.func.coalesce(*(sa.func.nullif(v, "") if isinstance(v.type, sa.String) else v for v in values))


def _odd(*tests: Sql) -> Sql:
    count = sum((when(_holds(t), 1, 0) for t in tests[1:]), start=when(_holds(tests[0]), 1, 0))
    return count % 2 == 1


SQL: dict[str, Any] = {
    "IF": lambda test, then, otherwise=None: sa.case((_holds(test), then), else_=otherwise),
    "IFS": _ifs,
    "SWITCH": _switch,
    "AND": lambda *tests: sa.and_(*map(_holds, tests)),
    "OR": lambda *tests: sa.or_(*map(_holds, tests)),
    "NOT": lambda test: sa.not_(_holds(test)),
    "XOR": _odd,
    "IFERROR": _first,
    "COALESCE": _first,
    "<": _ordered(lambda a, b: a < b),
    "<=": _ordered(lambda a, b: a <= b),
    ">": _ordered(lambda a, b: a > b),
    ">=": _ordered(lambda a, b: a >= b),
}
