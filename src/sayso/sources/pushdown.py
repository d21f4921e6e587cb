"""Filters, sorts and searches as conditions that another database works out: on its own columns, every value bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, cast, column, false, func, not_, or_, quoted_name, true
from sqlalchemy.sql.sqltypes import NULLTYPE

from sayso.data.clock import Clock
from sayso.errors import Invalid, Problem
from sayso.spec.conditions import condition_problems
from sayso.spec.fields import AnyField
from sayso.spec.fields.field import is_empty
from sayso.spec.filter import Condition, Filter, Sort
from sayso.spec.span import days_of
from sayso.spec.table import Table

Sql = ColumnElement[Any]
TEXTS = ("text", "long_text", "email", "phone", "url", "select")
NUMBERS = ("number", "money", "percent", "rating", "duration")


class Pushdown:
    """Of one connected table. `zoned`: the database takes moments with their zone. Raises `Invalid` for what cannot be asked there."""

    def __init__(self, app: Any, table: Table, clock: Clock, *, zoned: bool) -> None:
        self.app, self.table, self.clock, self.zoned = app, table, clock, zoned
        self.columns = table.source.fields if table.source else {}

    def filter(self, filter: Filter, path: str = "filter") -> Sql:
        found = [self.filter(one, path) if isinstance(one, Filter) else self.condition(one, path) for one in filter.of]
        if not found:
            return true()
        return and_(*found) if filter.match == "all" else or_(*found)

    def condition(self, one: Condition, path: str) -> Sql:
        field = self._field(one.field, path)
        if problems := list(condition_problems(self.app, path, self.table, one)):
            raise Invalid.of(problems)
        at, op, raw = named(self.columns[field.id]), one.op, one.value
        try:
            if op in ("empty", "not_empty"):
                return self._empty(at, field) if op == "empty" else not_(self._empty(at, field))
            if op in ("is", "is_not") and is_empty(raw) and field.kind != "checkbox":
                return self._empty(at, field) if op == "is" else not_(self._empty(at, field))
            if op in ("any_of", "none_of"):
                some = or_(false(), *(self._one(at, field, "is", v) for v in (raw if isinstance(raw, list | tuple) else [raw])))
                return some if op == "any_of" else not_(func.coalesce(some, false()))
            if op in ("is_not", "not_contains"):
                positive = self._one(at, field, "is" if op == "is_not" else "contains", raw)
                return or_(at.is_(None), not_(positive))
            return self._one(at, field, op, raw)
        except (ValueError, KeyError, OverflowError):
            raise Invalid(Problem(path, f"{field.name} cannot be compared with {str(raw)[:60]!r}", str(field.example))) from None

    def search(self, text: str) -> Sql:
        words = [self._one(named(c), f, "contains", text) for f, c in self._texts()]
        return or_(*words) if words else false()

    def order(self, sorts: Sequence[Sort]) -> list[Any]:
        found: list[Any] = []
        for sort in sorts:
            at = named(self.columns[self._field(sort.field, "sorts").id])
            found.append(at.desc() if sort.descending else at.asc())
        return found

    def _texts(self) -> list[tuple[AnyField, str]]:
        return [(f, self.columns[f.id]) for f in self.table.fields if f.id in self.columns and f.kind in TEXTS]

    def _field(self, id: str, path: str) -> AnyField:
        field = self.table.field(id)
        if field is None or id not in self.columns:
            name = field.name if field else id[:60]
            raise Invalid(
                Problem(
                    path, f"{name} is not filled from the source, and a live table is asked there", next(iter(self.columns), None)
                )
            )
        return field

    def _empty(self, at: Sql, field: AnyField) -> Sql:
        return or_(at.is_(None), cast(at, String) == value("")) if field.kind in TEXTS else at.is_(None)

    def _one(self, at: Sql, field: Any, op: str, raw: Any) -> Sql:
        if field.kind in TEXTS:
            return self._text(at, op, field.written(field.parse(raw)) if field.kind == "select" else str(raw))
        if field.kind in ("date", "datetime"):
            return self._day(at, field, op, raw)
        if field.kind == "checkbox":
            return at == value(bool(field.parse(raw))) if field.parse(raw) else or_(at.is_(None), at == value(False))
        if field.kind in NUMBERS:
            return COMPARED[op](at, value(field.shown(field.parse(raw))))
        raise Invalid(Problem("filter", f"{field.name} cannot be asked at the source"))

    def _text(self, at: Sql, op: str, raw: str) -> Sql:
        whole, said = func.lower(cast(at, String)), raw.lower()
        if op == "is":
            return whole == value(said)
        part = "".join(f"!{c}" if c in "!%_[" else c for c in said)
        pattern = {"starts_with": f"{part}%", "ends_with": f"%{part}"}.get(op, f"%{part}%")
        return whole.like(value(pattern), escape="!")

    def _day(self, at: Sql, field: AnyField, op: str, raw: Any) -> Sql:
        if field.kind == "datetime" and op in COMPARED and op != "is" and (moment := self.clock.moment(raw)):
            return COMPARED[op](at, self._moment(moment))
        first, last = days_of(str(raw), self.clock.today) if op == "within" else (self.clock.day(raw),) * 2
        start: Any = None if first is None else self._start(first, field)
        end: Any = None if last is None else self._start(last + timedelta(1), field)
        match op:
            case "gt":
                return at >= end
            case "gte":
                return at >= start
            case "lt":
                return at < start
            case "lte":
                return at < end
            case _:
                return and_(*([at >= start] if start is not None else []), *([at < end] if end is not None else []))

    def _start(self, day: date, field: AnyField) -> Sql:
        return value(day.isoformat()) if field.kind == "date" else self._moment(self.clock.start(day))

    def _moment(self, moment: datetime) -> Sql:
        said = moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
        return value(f"{said}+00" if self.zoned else said)


COMPARED: dict[str, Callable[[Any, Any], Sql]] = {
    "is": lambda a, b: a == b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
}


def named(name: str) -> Any:
    return column(quoted_name(name, quote=True))


def value(raw: Any) -> Any:
    """Bound, without a type of ours: the database gives it that of the column beside it."""
    return bindparam(None, raw, NULLTYPE, unique=True)
