"""Days and moments in SQL, within the years 1 to 9999."""

from typing import Any

import sqlalchemy as sa

from sayso.data.formulas_sql.sql import DATE, INTEGER, MOMENT, NUMERIC, TEXT, YEAR_ONE, Sql, Stored, number, text, when, whole
from sayso.spec.formula.functions.dates import MONTHS_IN, MONTHS_MAX, SECONDS_IN, SECONDS_MAX, TOKENS, pieces
from sayso.spec.formula.types import Base

_f = sa.func


def moment(value: Sql) -> Sql:
    return sa.cast(value, MOMENT)


def day(value: Sql) -> Sql:
    return sa.cast(value, DATE)


def _within_years(value: Sql) -> Sql:
    return when(sa.and_(value >= YEAR_ONE, value < sa.text("timestamp '10000-01-01'")), value)


_kept = Stored("f_within_years", {"at": MOMENT}, MOMENT, _within_years)
"""Blank outside the years 1 to 9999."""


def _months_later(at: Sql, months: Sql) -> Sql:
    moved = at + _f.make_interval(0, whole(months, -MONTHS_MAX, MONTHS_MAX))
    return when(_f.abs(months) <= number(MONTHS_MAX), moved)


def _seconds_later(at: Sql, seconds: Sql) -> Sql:
    short = when(_f.abs(seconds) <= number(SECONDS_MAX), seconds)
    return at + sa.cast(short, sa.Double()) * sa.text("interval '1 second'")


_MOVE: dict[str, Any] = {"at": MOMENT, "n": NUMERIC}
_later = {
    True: Stored("f_months_later", _MOVE, MOMENT, _months_later),
    False: Stored("f_seconds_later", _MOVE, MOMENT, _seconds_later),
}


def added(value: Sql, n: Sql, unit: str, base: Base) -> Sql:
    months = unit in MONTHS_IN
    size = MONTHS_IN[unit] if months else SECONDS_IN[unit]
    result = _kept(_later[months](moment(value), _f.trunc(n) * number(size)))
    return day(result) if base is Base.DATE and unit not in ("hours", "minutes", "seconds") else result


def _into_month(value: Sql) -> Sql:
    return value - _f.date_trunc("month", value)


def _months(a: Sql, b: Sql) -> Sql:
    late, early = _f.greatest(a, b), _f.least(a, b)
    gap = (_part("year", late) - _part("year", early)) * 12 + _part("month", late) - _part("month", early)
    months = gap - when(_into_month(late) < _into_month(early), number(1), number(0))
    return when(sa.or_(a.is_(None), b.is_(None)), None, when(a >= b, months, -months))


def _part(name: str, value: Sql) -> Sql:
    return sa.cast(sa.extract(name, moment(value)), NUMERIC)


_whole_months = Stored("f_months_between", {"a": MOMENT, "b": MOMENT}, NUMERIC, _months)


def difference(a: Sql, b: Sql, unit: str, base: Base) -> Sql:
    a, b = moment(a), moment(b)
    if unit in MONTHS_IN:
        return _f.trunc(_whole_months(a, b) / number(MONTHS_IN[unit]), type_=NUMERIC)
    seconds = _f.floor(sa.cast(sa.extract("epoch", a - b), NUMERIC))
    return sa.cast(_f.trunc(seconds / number(SECONDS_IN[unit])), NUMERIC)


def is_same(a: Sql, b: Sql, unit: str, base: Base) -> Sql:
    floor = unit.removesuffix("s")
    return _f.date_trunc(floor, moment(a)) == _f.date_trunc(floor, moment(b))


def formatted(value: Sql, pattern: str | None) -> Sql:
    """Literal characters are quoted for `to_char`, tokens are translated."""
    quoted = "".join(
        TOKENS[p] if token else '"' + p.replace("\\", "\\\\").replace('"', '\\"') + '"' for token, p in pieces(pattern or "")
    )
    return _f.to_char(moment(value), text(quoted), type_=TEXT)


def _ordinal(value: Sql) -> Sql:
    return day(value) - YEAR_ONE


def _working_before(ordinal: Sql) -> Sql:
    return ordinal // 7 * 5 + _f.least(ordinal % 7, 5)


def _network_days(a: Sql, b: Sql) -> Sql:
    x, y = sa.type_coerce(_ordinal(a), INTEGER), sa.type_coerce(_ordinal(b), INTEGER)
    first, last = _f.least(x, y, type_=INTEGER), _f.greatest(x, y, type_=INTEGER)
    count = _working_before(last + 1) - _working_before(first)
    return when(sa.or_(x.is_(None), y.is_(None)), None, sa.cast(when(x <= y, count, -count), NUMERIC))


def _workday(start: Sql, n: Sql) -> Sql:
    at, steps = sa.type_coerce(_ordinal(start), INTEGER), whole(n, -100_000, 100_000)
    index = when(steps > 0, _working_before(at + 1) + steps - 1, _working_before(at) + steps)
    weeks = sa.cast(_f.floor(sa.cast(index, NUMERIC) / number(5)), INTEGER)
    moved = YEAR_ONE + (weeks * 7 + (index - weeks * 5))
    return day(when(steps == 0, day(start), _kept(sa.type_coerce(moved, DATE))))


def _date(y: Sql, m: Sql, d: Sql) -> Sql:
    year, month, dom = _f.trunc(y), _f.trunc(m), _f.trunc(d)
    fits = sa.and_(
        year.between(number(1), number(9999)), month.between(number(1), number(12)), dom.between(number(1), number(31))
    )
    first = _f.make_date(whole(year, 1, 9999), whole(month, 1, 12), 1, type_=DATE)
    there = sa.type_coerce(first + (whole(dom, 1, 31) - 1), DATE)
    return day(when(sa.and_(fits, _part("month", there) == month), there))


def _month_end(value: Sql, n: Sql) -> Sql:
    first = added(_f.date_trunc("month", moment(value), type_=MOMENT), n, "months", Base.DATETIME)
    return day(_kept(first + sa.text("interval '1 month - 1 day'")))


def _parsed(value: Sql) -> Sql:
    shape = _f.left(_f.regexp_replace(value, "^\\s+|\\s+$", "", "g"), 10, type_=TEXT)
    year, month, dom = (_f.substr(shape, at, n, type_=TEXT) for at, n in ((1, 4), (6, 2), (9, 2)))
    fits = shape.regexp_match("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    return when(fits, _date(*(sa.cast(when(fits, p), NUMERIC) for p in (year, month, dom))))


_of_moments = {
    "EOMONTH": Stored("f_eomonth", _MOVE, DATE, _month_end, (number(0),)),
    "NETWORKDAYS": Stored("f_networkdays", {"a": MOMENT, "b": MOMENT}, NUMERIC, _network_days),
    "WORKDAY": Stored("f_workday", _MOVE, DATE, _workday),
}
_others = {
    "DATE": Stored("f_date", {"y": NUMERIC, "m": NUMERIC, "d": NUMERIC}, DATE, _date),
    "DATEVALUE": Stored("f_datevalue", {"t": TEXT}, DATE, _parsed),
}
STORED = {"within": _kept, "months": _later[True], "seconds": _later[False], "between": _whole_months, **_others, **_of_moments}


def _on_moments(name: str) -> Any:
    stored = _of_moments[name]
    return lambda *values: stored(*(moment(v) if isinstance(v.type, (sa.Date, sa.DateTime)) else v for v in values))


SQL: dict[str, Any] = {
    **_others,
    **{name: _on_moments(name) for name in _of_moments},
    "as_moment": moment,
    "YEAR": lambda w: _part("year", w),
    "MONTH": lambda w: _part("month", w),
    "DAY": lambda w: _part("day", w),
    "HOUR": lambda w: _part("hour", w),
    "MINUTE": lambda w: _part("minute", w),
    "SECOND": lambda w: _f.floor(_part("second", w)),
    "WEEKDAY": lambda w: _part("dow", w),
    "WEEKNUM": lambda w: _part("week", w),
    "QUARTER": lambda w: _part("quarter", w),
    "EDATE": lambda w, n: added(w, n, "months", Base.DATE if isinstance(w.type, sa.Date) else Base.DATETIME),
    "DAYS": lambda a, b: difference(a, b, "days", Base.DATETIME),
    "IS_BEFORE": lambda a, b: moment(a) < moment(b),
    "IS_AFTER": lambda a, b: moment(a) > moment(b),
}
