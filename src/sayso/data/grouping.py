"""What rows are grouped by: the key of a group, how people call it, and where it stands among the others."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, FromClause, Integer, Text, case, cast, func, literal, null, select, true

from sayso.data.scope import Scope
from sayso.data.shown import as_json
from sayso.data.sorts import place
from sayso.data.statement import fixed
from sayso.data.worth import person_name, title, worth
from sayso.errors import Invalid, Problem
from sayso.spec.fields import AnyField, Link, MultiSelect, Person, Select
from sayso.spec.filter import Bucket, Grouping
from sayso.spec.formula import Base, Type, type_of

Sql = ColumnElement[Any]
NO_VALUE = "No value"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _same(value: Any, name: str | None) -> str:
    return NO_VALUE if value is None else name or str(value)


Told = tuple[Sql, Sql, Sql]
"""Of a group: its key as JSON, its name where SQL must find it, and what it is ordered by."""


@dataclass(frozen=True)
class Key:
    """Rows are grouped by `raw`, taken from `beside` where a row has several values; `told` works on the groups, not on the rows."""

    raw: Sql
    told: Callable[[Sql], Told]
    descending: bool
    beside: FromClause | None = None
    called: Callable[[Any, str | None], str] = field(default=_same)

    def joined(self, source: Any) -> Any:
        return source if self.beside is None else source.outerjoin(self.beside, true())

    def columns(self, raw: Sql) -> tuple[Sql, Sql]:
        key, name, _ = self.told(raw)
        return cast(key, Text), cast(name, Text)

    def order(self, raw: Sql) -> Sql:
        place = self.told(raw)[2]
        return (place.desc() if self.descending else place.asc()).nulls_last()


def keyed(scope: Scope, one: AnyField, grouping: Grouping, n: int) -> Key:
    """Raises `Invalid` when rows cannot be grouped by this field."""
    down = grouping.descending
    match one:
        case Select():
            return _choice(scope.column(one), one, down)
        case MultiSelect() | Person():
            return _several(scope, one, down, n)
        case Link():
            return _linked(scope, one, down, n)
        case _ if one.kind in ("file", "image"):
            raise Invalid(Problem(f"by/{n}", f"{one.name} holds files, which rows cannot be grouped by"))
        case _ if one.kind in ("created_by", "updated_by"):
            return Key(scope.column(one), lambda id: _person(scope, id), down)
        case _:
            return _plain(scope, one, grouping)


def _person(scope: Scope, id: Sql) -> Told:
    name = person_name(scope, id)
    return func.to_json(id), name, func.lower(name)


def _choice(id: Sql, one: Select, down: bool) -> Key:
    names: dict[str, str] = {o.id: o.name for o in one.options}

    def called(value: Any, _: str | None) -> str:
        return NO_VALUE if value is None else names.get(str(value), str(value))

    return Key(id, lambda id: (func.to_json(id), null(), place(id, one)), down, called=called)


def _several(scope: Scope, one: MultiSelect | Person, down: bool, n: int) -> Key:
    """A row with two values is in both groups."""
    each = func.unnest(scope.column(one)).table_valued("id", name=f"g{n}").render_derived().lateral()
    id: Sql = cast(each.c.id, Text)
    if isinstance(one, MultiSelect):
        return replace(_choice(id, Select(id=one.id, name=one.name, options=one.options), down), beside=each)
    return Key(id, lambda id: _person(scope, id), down, each)


def _linked(scope: Scope, one: Link, down: bool, n: int) -> Key:
    linked = scope.through(one)
    rows = linked.select(linked.there.t.c.id.label("id")).lateral(f"g{n}")
    there = Scope.of(scope.app, linked.there.table, scope.clock)

    def told(id: Sql) -> Told:
        name = select(title(there)).where(there.t.c.id == id).scalar_subquery()
        key = func.json_build_object(fixed("id"), id, fixed("name"), name)
        return case((id.is_not(None), cast(key, Text))), name, func.lower(name)

    return Key(cast(rows.c.id, BigInteger), told, down, rows)


def _plain(scope: Scope, one: AnyField, grouping: Grouping) -> Key:
    kind = type_of(one, scope.table, scope.app.spec)
    value, down = worth(scope, one), grouping.descending
    if kind.many:
        value, kind = func.nullif(func.array_to_string(value, ", "), ""), Type(Base.TEXT)
    match kind.base:
        case Base.DATE | Base.DATETIME:
            return _dated(cast(value, Date), grouping)
        case Base.TEXT:
            return Key(func.nullif(value, ""), lambda text: (func.to_json(text), text, func.lower(text)), down)
        case Base.BOOLEAN:
            return Key(value, lambda ticked: (func.to_json(ticked), null(), cast(ticked, Integer)), down, called=_yes_no)
        case _:
            return Key(value, lambda number: (func.to_json(as_json(scope, number, kind)), null(), number), down)


def _yes_no(value: Any, _: str | None) -> str:
    return "Yes" if value else "No"


def _dated(day: Sql, grouping: Grouping) -> Key:
    bucket: Bucket = grouping.bucket or "day"
    first = day if bucket == "day" else cast(func.date_trunc(literal(bucket, Text), day), Date)
    return Key(
        first, lambda day: (func.to_json(day), null(), day), grouping.descending, called=lambda value, _: dated(value, bucket)
    )


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
