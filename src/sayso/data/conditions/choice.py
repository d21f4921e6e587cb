"""Conditions on choices: one of a list (stored as an id), or several (stored as a list of ids), people and files alike."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, false, func, literal, or_, true
from sqlalchemy.dialects.postgresql import ARRAY, array

from sayso.data.conditions.listed import each_of
from sayso.spec.fields.choice import Option
from sayso.spec.fields.field import is_empty
from sayso.spec.filter import Op

Sql = ColumnElement[Any]
Ids = Callable[[object], str]
"""The id that a person's word stands for: an option's name, `me`."""
Naming = Callable[[object], Sql]
"""All ids, as an SQL array, whose names hold a text."""


def choice_condition(value: Sql, op: Op, raw: object, options: Sequence[Option]) -> Sql:
    match op:
        case "is" | "any_of" if not is_empty(raw):
            return value.in_([option_id(one, options) for one in each_of(raw)])
        case "is_not" | "none_of" if not is_empty(raw):
            return value.is_(None) | value.not_in([option_id(one, options) for one in each_of(raw)])
        case "contains":
            return value.in_(named_like(raw, options)) if not is_empty(raw) else true()
        case "not_contains":
            return value.is_(None) | value.not_in(named_like(raw, options)) if not is_empty(raw) else false()
        case "empty" | "is":
            return value.is_(None)
        case "any_of":
            return false()
        case "none_of":
            return true()
        case _:
            return value.is_not(None)


def option_id(raw: object, options: Sequence[Option]) -> str:
    """By id, then by name whatever the case. What is no option any more stands for itself, and meets no row."""
    text = " ".join(str(raw).split())
    by_id = next((o.id for o in options if o.id == text), None)
    return by_id or next((o.id for o in options if o.name.casefold() == text.casefold()), text)


def named_like(raw: object, options: Sequence[Option]) -> list[str]:
    text = str(raw).casefold()
    return [o.id for o in options if text in o.name.casefold() or o.id == raw]


def set_condition(value: Sql, op: Op, raw: object, id_of: Ids, naming: Naming) -> Sql:
    """`value` is a list of ids. `is` asks for exactly these, `any_of` for one at least, `all_of` for these and maybe more."""
    full = func.coalesce(func.cardinality(value), 0) > 0
    ids = _ids(raw, id_of)
    match op:
        case "empty":
            return ~full
        case "not_empty":
            return full
        case "is":
            return _all(value, ids) & value.contained_by(ids) if not is_empty(raw) else ~full
        case "is_not":
            return ~func.coalesce(_all(value, ids) & value.contained_by(ids), False) if not is_empty(raw) else full
        case "any_of":
            return value.overlap(ids)
        case "none_of":
            return ~func.coalesce(value.overlap(ids), False)
        case "all_of":
            return _all(value, ids)
        case "contains":
            return _contains(value, raw, ids, naming)
        case _:
            return ~func.coalesce(_contains(value, raw, ids, naming), False)


def _contains(value: Sql, raw: object, ids: Sql, naming: Naming) -> Sql:
    if is_empty(raw):
        return true()
    return value.overlap(ids) if isinstance(raw, (list, tuple)) else or_(value.overlap(ids), value.overlap(naming(raw)))


def _all(value: Sql, ids: Sql) -> Sql:
    return and_(func.coalesce(value, as_array([])).contains(ids))


def _ids(raw: object, id_of: Ids) -> Sql:
    return as_array([id_of(one["id"] if isinstance(one, dict) else one) for one in each_of(raw)])


def as_array(ids: Sequence[str]) -> Sql:
    return cast(array([literal(i.replace("\x00", ""), Text) for i in ids], type_=Text), ARRAY(Text))
