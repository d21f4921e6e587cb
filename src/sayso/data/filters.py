"""Filters as SQL. Everything that is wrong with one is told at once."""

from typing import Any

from sqlalchemy import ColumnElement, Text, and_, exists, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import array

from sayso.data.conditions.choice import as_array, choice_condition, named_like, option_id, set_condition
from sayso.data.conditions.day import day_condition
from sayso.data.conditions.linked import linked_condition
from sayso.data.conditions.listed import sendable
from sayso.data.conditions.number import number_condition
from sayso.data.conditions.text import folded, text_condition
from sayso.data.physical import field_of
from sayso.data.scope import Scope
from sayso.data.worth import linked_by, worth
from sayso.db import tables as system
from sayso.errors import Invalid, Problem
from sayso.spec.fields import AnyField, Formula, Link, Lookup, MultiSelect, Rollup, Select
from sayso.spec.fields.choice import Checkbox
from sayso.spec.filter import FILTER_CONDITIONS_MAX, FILTER_DEPTH_MAX, FILTER_LINKS_MAX, Condition, Filter, Op
from sayso.spec.formula import Base, type_of
from sayso.spec.shape import ops_of

Sql = ColumnElement[Any]
NEGATIVE: dict[Op, Op] = {"is_not": "is", "not_contains": "contains", "none_of": "any_of", "empty": "not_empty"}


def where(scope: Scope, filter: Filter) -> Sql:
    """Which rows meet the filter. Raises `Invalid` with paths such as `filter/of/0/value`."""
    problems: list[Problem] = []
    size = _size(filter)
    if size > FILTER_CONDITIONS_MAX:
        raise Invalid(Problem("filter", f"has {size:,} conditions; the most is {FILTER_CONDITIONS_MAX}"))
    condition = _filter(scope, filter, "filter", problems, 1)
    if problems:
        raise Invalid.of(problems)
    return condition


def _size(filter: Filter) -> int:
    return sum(1 if isinstance(one, Condition) else _size(one) for one in filter.of)


def _filter(scope: Scope, filter: Filter, path: str, problems: list[Problem], depth: int) -> Sql:
    if depth > FILTER_DEPTH_MAX:
        problems.append(Problem(path, f"is nested more than {FILTER_DEPTH_MAX} deep"))
        return true()
    parts = [_part(scope, one, f"{path}/of/{n}", problems, depth) for n, one in enumerate(filter.of)]
    if not parts:
        return true()
    return and_(*parts) if filter.match == "all" else or_(*parts)


def _part(scope: Scope, one: Condition | Filter, path: str, problems: list[Problem], depth: int) -> Sql:
    if isinstance(one, Filter):
        return _filter(scope, one, path, problems, depth + 1)
    try:
        return condition_on(scope, one, path)
    except Invalid as wrong:
        problems.extend(wrong.problems)
        return true()


def condition_on(scope: Scope, condition: Condition, path: str) -> Sql:
    """One condition. Raises `Invalid`."""
    if condition.via:
        return _over_links(scope, condition, path)
    field = field_of(scope.table, condition.field, path)
    allowed = ops_of(scope.app.spec, scope.table, field)
    if condition.op not in allowed:
        raise Invalid(Problem(f"{path}/op", f"{field.name} cannot be asked that; it can be {', '.join(allowed)}"))
    try:
        return _meaning(scope, field, condition.op, sendable(condition.value), path)
    except (ValueError, TypeError, KeyError, ArithmeticError, RecursionError):
        raise Invalid(Problem(f"{path}/value", f"{field.name} cannot be compared with that", str(field.example))) from None
    except Invalid as wrong:
        raise Invalid.of(
            p if p.path else Problem(f"{path}/value", f"{field.name} {p.reason}", p.example) for p in wrong.problems
        ) from None


def _over_links(scope: Scope, condition: Condition, path: str) -> Sql:
    """Whether any row that is linked meets it."""
    if len(condition.via) > FILTER_LINKS_MAX:
        raise Invalid(Problem(f"{path}/via", f"leads over at most {FILTER_LINKS_MAX} links"))
    link = field_of(scope.table, condition.via[0], f"{path}/via")
    if not isinstance(link, Link):
        raise Invalid(Problem(f"{path}/via", f"{link.name} is no link"))
    linked = scope.through(link)
    one = condition_on(linked.there, condition.model_copy(update={"via": condition.via[1:]}), path)
    return exists(linked.select(linked.there.t.c.id).where(one).correlate(scope.t))


def _meaning(scope: Scope, field: AnyField, op: Op, raw: Any, path: str) -> Sql:
    match field:
        case Lookup():
            return _looked_up(scope, field, op, raw, path)
        case Rollup() | Formula():
            return _computed(scope, field, op, raw)
        case Link():
            return linked_condition(scope.through(field), op, raw)
        case Select(options=options):
            return choice_condition(scope.column(field), op, raw, options)
        case MultiSelect(options=options):
            column = scope.column(field)
            return set_condition(
                column, op, raw, lambda one: option_id(one, options), lambda text: as_array(named_like(text, options))
            )
        case Checkbox():
            return _checked(func.coalesce(scope.column(field), False), op, raw)
        case _:
            return _stored(scope, field, op, raw)


def _stored(scope: Scope, field: AnyField, op: Op, raw: Any) -> Sql:
    value = scope.column(field)
    match field.kind:
        case "person":
            return people_condition(scope, value, op, raw)
        case "created_by" | "updated_by":
            return people_condition(scope, array([value], type_=Text), op, raw)
        case "file" | "image":
            return (func.coalesce(func.cardinality(value), 0) > 0) == (op == "not_empty")
        case "date":
            return day_condition(value, op, raw, scope.clock, getattr(field, "order", "dmy"))
        case "datetime" | "created_at" | "updated_at":
            return day_condition(value, op, raw, scope.clock, getattr(field, "order", "dmy"), moments=True)
        case "number" | "money" | "percent" | "rating" | "duration" | "autonumber":
            return number_condition(value, op, raw, field)
        case _:
            return text_condition(value, op, raw)


def people_condition(scope: Scope, value: Sql, op: Op, raw: Any) -> Sql:
    me = scope.app.by.member or ""
    m = system.members.alias()

    def named(text: object) -> Sql:
        like = func.strpos(func.lower(m.c.name), folded(text)) > 0
        return (
            select(func.coalesce(func.array_agg(m.c.id), as_array([])))
            .where(m.c.workspace_id == scope.app.by.workspace, like)
            .scalar_subquery()
        )

    return set_condition(value, op, raw, lambda one: me if one == "me" else str(one), named)


def _checked(value: Sql, op: Op, raw: Any) -> Sql:
    match op:
        case "empty":
            return ~value
        case "not_empty":
            return value
        case _:
            wanted = Checkbox(id="box", name="This").parse(raw)
            return value if wanted == (op == "is") else ~value


def _looked_up(scope: Scope, field: Lookup, op: Op, raw: Any, path: str) -> Sql:
    """True when one of the values is so; the opposite when none is."""
    if op in NEGATIVE:
        return ~_looked_up(scope, field, NEGATIVE[op], raw, path)
    if op == "all_of":
        return and_(
            true(),
            *(_looked_up(scope, field, "any_of", [one], path) for one in (raw if isinstance(raw, (list, tuple)) else [raw])),
        )
    linked, target = linked_by(scope, field)
    op = _fitting(op, ops_of(scope.app.spec, linked.there.table, target))
    one = condition_on(linked.there, Condition(field=target.id, op=op, value=raw), path)
    return exists(linked.select(linked.there.t.c.id).where(one).correlate(scope.t))


def _fitting(op: Op, allowed: tuple[Op, ...]) -> Op:
    """Sets are asked whether they contain a value, single values whether they are it."""
    return "any_of" if op == "contains" and "contains" not in allowed else op


def _computed(scope: Scope, field: Rollup | Formula, op: Op, raw: Any) -> Sql:
    value, kind = worth(scope, field), type_of(field, scope.table, scope.app.spec)
    if kind.many:
        return text_condition(func.array_to_string(value, ", "), op, raw)
    match kind.base:
        case Base.NUMBER:
            return number_condition(value, op, raw)
        case Base.DATE:
            return day_condition(value, op, raw, scope.clock)
        case Base.DATETIME:
            return day_condition(func.timezone(scope.clock.zone, value), op, raw, scope.clock, moments=True)
        case Base.BOOLEAN:
            return _checked(func.coalesce(value, false()), op, raw)
        case _:
            return text_condition(value, op, raw)
