"""What rows are grouped by: the key of a group, how people call it, and where it stands among the others."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, FromClause, Integer, Text, case, cast, func, literal, null, true

from sayso.data.scope import Scope
from sayso.data.shown import as_json
from sayso.data.sorts import place
from sayso.data.statement import fixed
from sayso.data.worth import person_name, title, worth
from sayso.errors import Invalid, Problem
from sayso.spec.fields import AnyField, Link, MultiSelect, Person, Select
from sayso.spec.filter import Bucket, Grouping
from sayso.spec.formula import Base, type_of

Sql = ColumnElement[Any]
NO_VALUE = "No value"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _same(value: Any, name: str | None) -> str:
    return NO_VALUE if value is None else name or str(value)


@dataclass(frozen=True)
class Key:
    """`key` is the text of its JSON, `groups` what SQL groups by, `beside` the values of rows that have several of them."""

    key: Sql
    name: Sql
    place: Sql
    groups: tuple[Sql, ...]
    beside: FromClause | None = None
    called: Callable[[Any, str | None], str] = field(default=_same)

    def joined(self, source: Any) -> Any:
        return source if self.beside is None else source.outerjoin(self.beside, true())


def keyed(scope: Scope, one: AnyField, grouping: Grouping, n: int) -> Key:
    """Raises `Invalid` when rows cannot be grouped by this field."""
    match one:
        case Select():
            return _choice(scope.column(one), one, grouping)
        case MultiSelect() | Person():
            return _several(scope, one, grouping, n)
        case Link():
            return _linked(scope, one, grouping, n)
        case _ if one.kind in ("file", "image"):
            raise Invalid(Problem(f"by/{n}", f"{one.name} holds files, which rows cannot be grouped by"))
        case _ if one.kind in ("created_by", "updated_by"):
            id = scope.column(one)
            return _key(func.to_json(id), person_name(scope, id), func.lower(person_name(scope, id)), grouping, id)
        case _:
            return _plain(scope, one, grouping)


def _key(key: Sql, name: Sql, place: Sql, grouping: Grouping, *groups: Sql, **more: Any) -> Key:
    ordered = (func.min(place).desc() if grouping.descending else func.min(place).asc()).nulls_last()
    return Key(cast(key, Text), cast(name, Text), ordered, groups, **more)


def _choice(id: Sql, one: Select, grouping: Grouping) -> Key:
    names = {o.id: o.name for o in one.options}
    called = lambda value, _: NO_VALUE if value is None else names.get(value, value)  # noqa: E731
    return _key(func.to_json(id), null(), place(id, one), grouping, id, called=called)


def _several(scope: Scope, one: MultiSelect | Person, grouping: Grouping, n: int) -> Key:
    """A row with two values is in both groups."""
    each = func.unnest(scope.column(one)).table_valued("id", name=f"g{n}").render_derived().lateral()
    id: Sql = cast(each.c.id, Text)
    if isinstance(one, MultiSelect):
        as_select = Select(id=one.id, name=one.name, options=one.options)
        key = _choice(id, as_select, grouping)
        return Key(key.key, key.name, key.place, (each.c.id,), each, key.called)
    name = person_name(scope, each.c.id)
    return _key(func.to_json(each.c.id), name, func.lower(name), grouping, each.c.id, beside=each)


def _linked(scope: Scope, one: Link, grouping: Grouping, n: int) -> Key:
    linked = scope.through(one)
    rows = linked.select(linked.there.t.c.id.label("id"), title(linked.there).label("name")).lateral(f"g{n}")
    key = func.json_build_object(fixed("id"), rows.c.id, fixed("name"), rows.c.name)
    there: Sql = cast(rows.c.id, BigInteger).is_not(None)
    return _key(
        case((there, cast(key, Text))), rows.c.name, func.lower(rows.c.name), grouping, rows.c.id, rows.c.name, beside=rows
    )


def _plain(scope: Scope, one: AnyField, grouping: Grouping) -> Key:
    kind = type_of(one, scope.table, scope.app.spec)
    value = worth(scope, one)
    if kind.many:
        value, kind = func.nullif(func.array_to_string(value, ", "), ""), type(kind)(Base.TEXT)
    if kind.base in (Base.DATE, Base.DATETIME):
        return _dated(cast(value, Date), grouping)
    if kind.base is Base.TEXT:
        value = func.nullif(value, "")
        return _key(func.to_json(value), value, func.lower(value), grouping, value)
    named = _yes_no if kind.base is Base.BOOLEAN else _same
    key = func.to_json(as_json(scope, value, kind))
    return _key(key, null(), cast(value, Integer) if kind.base is Base.BOOLEAN else value, grouping, value, called=named)


def _yes_no(value: Any, _: str | None) -> str:
    return "Yes" if value else "No"


def _dated(day: Sql, grouping: Grouping) -> Key:
    bucket: Bucket = grouping.bucket or "day"
    first = day if bucket == "day" else cast(func.date_trunc(literal(bucket, Text), day), Date)
    return _key(func.to_json(first), null(), first, grouping, first, called=lambda value, _: dated(value, bucket))


def dated(value: Any, bucket: Bucket) -> str:
    """`27 Nov 2026`, `23–29 Nov 2026`, `Nov 2026`, `Q4 2026`, `2026`."""
    if value is None:
        return NO_VALUE
    day = date.fromisoformat(value)
    month = MONTHS[day.month - 1]
    match bucket:
        case "day":
            return f"{day.day} {month} {day.year}"
        case "week":
            last = day + timedelta(6)
            start = f"{day.day}" if last.month == day.month else f"{day.day} {month}"
            return f"{start}–{last.day} {MONTHS[last.month - 1]} {last.year}"
        case "month":
            return f"{month} {day.year}"
        case "quarter":
            return f"Q{(day.month + 2) // 3} {day.year}"
        case "year":
            return str(day.year)
