"""Conditions on linked rows, by their ids or by their names."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, true

from sayso.data.conditions.listed import each_of
from sayso.data.conditions.text import holds, same
from sayso.data.scope import Linked
from sayso.data.worth import title
from sayso.spec.fields.field import is_empty
from sayso.spec.filter import Op

Sql = ColumnElement[Any]


def linked_condition(linked: Linked, op: Op, raw: object) -> Sql:
    """Numbers (and objects with an `id`) are ids of rows, other text is a row's name."""
    some = _one_that(linked, true())
    match op:
        case "empty":
            return ~some
        case "not_empty":
            return some
        case "is":
            return _exactly(linked, raw) if not is_empty(raw) else ~some
        case "is_not":
            return ~_exactly(linked, raw) if not is_empty(raw) else some
        case "any_of":
            return _one_that(linked, _any(linked, raw))
        case "none_of":
            return ~_one_that(linked, _any(linked, raw))
        case "all_of":
            return and_(true(), *(_one_that(linked, _is(linked, one)) for one in each_of(raw)))
        case "contains":
            return _contains(linked, raw)
        case _:
            return ~_contains(linked, raw)


def _exactly(linked: Linked, raw: object) -> Sql:
    each = [_one_that(linked, _is(linked, one)) for one in each_of(raw)]
    return and_(*each, ~_one_that(linked, ~_any(linked, raw)))


def _contains(linked: Linked, raw: object) -> Sql:
    if isinstance(raw, (list, tuple)):
        return _one_that(linked, _any(linked, raw))
    return _one_that(linked, or_(_is(linked, raw), holds(title(linked.there), raw))) if not is_empty(raw) else true()


def _any(linked: Linked, raw: object) -> Sql:
    return or_(false(), *(_is(linked, one) for one in each_of(raw)))


def _is(linked: Linked, one: Any) -> Sql:
    if isinstance(one, dict):
        one = one.get("id")
    if isinstance(one, bool) or one is None:
        return false()
    if isinstance(one, int) or (isinstance(one, str) and one.isascii() and one.isdigit() and len(one) < 19):
        return linked.there.t.c.id == int(one)
    return func.coalesce(same(title(linked.there), one), False)


def _one_that(linked: Linked, condition: Sql) -> Sql:
    return exists(linked.select(linked.there.t.c.id).where(condition).correlate(linked.here.t))
