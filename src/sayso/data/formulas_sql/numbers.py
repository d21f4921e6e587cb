"""Numbers in SQL. Whatever has no number for a result is null; nothing can make the query fail."""

import math
import operator
from decimal import Decimal
from functools import reduce
from typing import Any

import sqlalchemy as sa

from sayso.data.formulas_sql.sql import BOOLEAN, DOUBLE, NUMERIC, TEXT, Sql, Stored, double, number, when, whole
from sayso.spec.formula.functions.numbers import DIGITS_MAX, LOG_MAX
from sayso.spec.formula.written import DECIMALS_MAX

_f = sa.func


def _known(n: Sql) -> Sql:
    return _f.coalesce(n, number(0))


def divided(a: Sql, b: Sql) -> Sql:
    return sa.cast(a / _f.nullif(b, number(0)), NUMERIC)


def _digits(n: Sql) -> Sql:
    return whole(n, -DIGITS_MAX, DIGITS_MAX)


def _round_down(x: Sql, n: Sql) -> Sql:
    return _f.trunc(x, _digits(n), type_=NUMERIC)


def _round_up(x: Sql, n: Sql) -> Sql:
    down = _round_down(x, n)
    step = _f.power(number(10), sa.cast(-_digits(n), NUMERIC), type_=NUMERIC)
    return when(down == x, down, down + sa.cast(_f.sign(x), NUMERIC) * step)


def _to_multiple(how: Any) -> Any:
    return lambda x, step: how(divided(x, step), type_=NUMERIC) * step


def _mod(x: Sql, y: Sql) -> Sql:
    return x - y * _f.floor(divided(x, y), type_=NUMERIC)


def _numeric(x: Sql) -> Sql:
    return sa.cast(sa.cast(x, TEXT), NUMERIC)


def _power(x: Sql, y: Sql) -> Sql:
    impossible = sa.or_(
        sa.and_(x == number(0), y < number(0)),
        sa.and_(x < number(0), y != _f.trunc(y)),
        _f.abs(y) > number(1000),
        _f.abs(x) > number(Decimal("1e100")),
    )
    size = _f.abs(double(y) * _f.ln(when(x == number(0), sa.literal(1.0, DOUBLE), _f.abs(double(x)))))
    return when(
        sa.or_(x.is_(None), y.is_(None)),
        None,
        when(impossible, None, when(size > LOG_MAX, None, _numeric(_f.power(double(x), double(y))))),
    )


def _log(x: Sql, base: Sql) -> Sql:
    fine = sa.and_(x > number(0), base > number(0), base != number(1))
    return when(fine, _f.round(_numeric(_f.ln(double(x)) / _f.ln(double(base))), DECIMALS_MAX))


def _even(x: Sql) -> Sql:
    return _f.ceil(_f.abs(x) / number(2)) * number(2) * when(x < number(0), number(-1), number(1))


def _odd(x: Sql) -> Sql:
    return (_f.ceil((_f.abs(x) - number(1)) / number(2)) * number(2) + number(1)) * when(x < number(0), number(-1), number(1))


def _value(t: Sql) -> Sql:
    cleaned = _f.replace(_f.regexp_replace(t, "^\\s+|\\s+$", "", "g"), ",", "", type_=TEXT)
    return when(
        cleaned.regexp_match("^[+-]?([0-9]{1,30}|[0-9]{0,29}\\.[0-9]{1,29}|[0-9]{1,29}\\.[0-9]{0,29})$"),
        sa.cast(cleaned, NUMERIC),
    )


def _is_even(x: Sql) -> Sql:
    return sa.cast(_mod(x, number(2)) == number(0), BOOLEAN)


_X: dict[str, Any] = {"x": NUMERIC}
_XY: dict[str, Any] = {"x": NUMERIC, "y": NUMERIC}

STORED = {
    "ROUNDUP": Stored("f_roundup", _XY, NUMERIC, _round_up, (number(0),)),
    "MOD": Stored("f_mod", _XY, NUMERIC, _mod),
    "POWER": Stored("f_power", _XY, NUMERIC, _power),
    "SQRT": Stored("f_sqrt", _X, NUMERIC, lambda x: when(x >= number(0), _numeric(_f.sqrt(double(x))))),
    "EXP": Stored("f_exp", _X, NUMERIC, lambda x: when(_f.abs(x) <= number(Decimal(str(LOG_MAX))), _numeric(_f.exp(double(x))))),
    "LN": Stored("f_ln", _X, NUMERIC, lambda x: when(x > number(0), _numeric(_f.ln(double(x))))),
    "LOG": Stored("f_log", _XY, NUMERIC, _log, (number(10),)),
    "EVEN": Stored("f_even", _X, NUMERIC, _even),
    "ODD": Stored("f_odd", _X, NUMERIC, _odd),
    "VALUE": Stored("f_value", {"t": TEXT}, NUMERIC, _value),
    "ISEVEN": Stored("f_iseven", _X, BOOLEAN, _is_even),
    "CEILING": Stored("f_ceiling", _XY, NUMERIC, _to_multiple(_f.ceil), (number(1),)),
    "FLOOR": Stored("f_floor", _XY, NUMERIC, _to_multiple(_f.floor), (number(1),)),
    "ROUND": Stored("f_round", _XY, NUMERIC, lambda x, n: _f.round(x, _digits(n)), (number(0),)),
    "ROUNDDOWN": Stored("f_rounddown", _XY, NUMERIC, _round_down, (number(0),)),
}

SQL: dict[str, Any] = {
    "+": lambda *values: sa.cast(reduce(operator.add, map(_known, values)), NUMERIC),
    "*": lambda a, b: sa.cast(a * b, NUMERIC),
    "/": divided,
    "neg": lambda a: sa.cast(-a, NUMERIC),
    "as_number": lambda b: sa.case({True: number(1)}, value=b, else_=number(0)),
    "NUMBER": lambda b: sa.case({True: number(1), False: number(0)}, value=b),
    "ABS": lambda x: _f.abs(x, type_=NUMERIC),
    "INT": lambda x: _f.floor(x, type_=NUMERIC),
    "SIGN": lambda x: _f.sign(x, type_=NUMERIC),
    **STORED,
    "PI": lambda: number(Decimal(repr(math.pi))),
}
