"""Text in SQL."""

from typing import Any

import sqlalchemy as sa

from sayso.data.formulas_sql.sql import NUMERIC, TEXT, Sql, Stored, as_text, items, number, text, when, whole
from sayso.spec.formula.functions.texts import REPEATS_MAX
from sayso.spec.formula.nodes import TEXT_CHARACTERS_MAX
from sayso.spec.formula.types import Base, Type

_f = sa.func


def cut(value: Sql) -> Sql:
    return _f.left(value, TEXT_CHARACTERS_MAX, type_=TEXT)


def joined(value: Sql, kind: Type, between: Sql) -> Sql:
    """A list as one text, blanks left out; a single value is itself."""
    if not kind.many:
        return _f.coalesce(as_text(value, kind.base), text(""))
    item = items(value, kind.base)
    written = as_text(item, kind.base)
    rows = sa.select(_f.string_agg(written, _f.coalesce(between, text("")))).where(item.is_not(None), written != "")
    return cut(_f.coalesce(rows.scalar_subquery(), text("")))


def median(array: Sql) -> Sql:
    """Exact, unlike `percentile_cont`, which works in doubles: the mean of the one or two values in the middle."""
    item = items(array, Base.NUMBER)
    ranked = (
        sa.select(item.label("x"), _f.row_number().over(order_by=item).label("n"), _f.count().over().label("all"))
        .where(item.is_not(None))
        .subquery()
    )
    middle = sa.select(_f.avg(ranked.c.x)).where(ranked.c.n.between(ranked.c.all / 2.0, ranked.c.all / 2.0 + 1))
    return sa.cast(middle.scalar_subquery(), NUMERIC)


def _start(n: Sql) -> Sql:
    return whole(n, 1)


def _find(what: Sql, inside: Sql, start: Sql) -> Sql:
    first = _start(start)
    at = _f.strpos(_f.substr(inside, first), what)
    past = first > _f.length(inside) + 1
    found = when(sa.or_(at == 0, past), 0, at + first - 1)
    return sa.cast(when(_unknown(what, inside, start), None, found), NUMERIC)


def _search(what: Sql, inside: Sql, start: Sql) -> Sql:
    return _find(_f.lower(what), _f.lower(inside), start)


def _count(n: Sql, most: int = 1_000_000) -> Sql:
    return whole(n, 0, most)


def _replace(value: Sql, start: Sql, n: Sql, new: Sql) -> Sql:
    first = _start(start)
    return cut(_f.left(value, first - 1, type_=TEXT).concat(new).concat(_f.substr(value, first + _count(n))))


def _unknown(*values: Sql) -> Any:
    """Blank as soon as one value is, where the branches of a `case` would hide it."""
    return sa.or_(*(v.is_(None) for v in values))


def _concatenate(*values: Sql) -> Sql:
    return cut(_f.concat(*values))


_TN: dict[str, Any] = {"t": TEXT, "n": NUMERIC}
_FIND: dict[str, Any] = {"what": TEXT, "inside": TEXT, "n": NUMERIC}

STORED = {
    "LEFT": Stored("f_left", _TN, TEXT, lambda t, n: _f.left(t, _count(n)), (number(1),)),
    "RIGHT": Stored("f_right", _TN, TEXT, lambda t, n: _f.right(t, _count(n)), (number(1),)),
    "MID": Stored("f_mid", {"t": TEXT, "n": NUMERIC, "m": NUMERIC}, TEXT, lambda t, n, m: _f.substr(t, _start(n), _count(m))),
    "SUBSTITUTE": Stored(
        "f_substitute",
        {"t": TEXT, "old": TEXT, "new": TEXT},
        TEXT,
        lambda t, old, new: sa.case((_unknown(t, old, new), None), (old == "", t), else_=cut(_f.replace(t, old, new))),
    ),
    "REPLACE": Stored("f_replace", {"t": TEXT, "n": NUMERIC, "m": NUMERIC, "fresh": TEXT}, TEXT, _replace),
    "FIND": Stored("f_find", _FIND, NUMERIC, _find, (number(1),)),
    "SEARCH": Stored("f_search", _FIND, NUMERIC, _search, (number(1),)),
    "ENDSWITH": Stored(
        "f_endswith",
        {"t": TEXT, "what": TEXT},
        sa.Boolean(),
        lambda t, what: when(_unknown(t, what), None, _f.right(t, _f.length(what)) == what),
    ),
    "REPT": Stored("f_rept", _TN, TEXT, lambda t, n: cut(_f.repeat(t, _count(n, REPEATS_MAX)))),
}

SQL: dict[str, Any] = {
    **STORED,
    "CONCATENATE": _concatenate,
    "LEN": lambda t: sa.cast(_f.length(t), NUMERIC),
    "LOWER": lambda t: _f.lower(t, type_=TEXT),
    "UPPER": lambda t: _f.upper(t, type_=TEXT),
    "PROPER": lambda t: _f.initcap(t, type_=TEXT),
    "TRIM": lambda t: _f.btrim(_f.regexp_replace(t, "[ \t\n\r]+", " ", "g"), " ", type_=TEXT),
    "CONTAINS": lambda t, what: _f.strpos(_f.lower(t), _f.lower(what)) > 0,
    "STARTSWITH": lambda t, what: _f.starts_with(t, what, type_=sa.Boolean()),
    "EXACT": lambda a, b: a == b,
    "T": lambda t: t,
}
