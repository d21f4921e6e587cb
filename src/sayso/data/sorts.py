"""The order of rows as SQL. Whatever is asked, empty values come last and ties keep the order that people gave by hand."""

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, case, cast, func, literal
from sqlalchemy.dialects.postgresql import array

from sayso.data.physical import field_of
from sayso.data.scope import Scope
from sayso.data.worth import worth
from sayso.errors import Invalid, Problem
from sayso.spec.fields import AnyField, Select
from sayso.spec.filter import Sort
from sayso.spec.formula import Base, type_of

Sql = ColumnElement[Any]
SORTS_MAX = 10


def ordering(scope: Scope, sorts: tuple[Sort, ...]) -> list[Sql]:
    """Raises `Invalid` with paths such as `sorts/0`."""
    if len(sorts) > SORTS_MAX:
        raise Invalid(Problem("sorts", f"are {len(sorts)}; the most is {SORTS_MAX}"))
    problems: list[Problem] = []
    asked: list[Sql] = []
    for n, sort in enumerate(sorts):
        try:
            key = sort_key(scope, field_of(scope.table, sort.field, f"sorts/{n}"))
        except Invalid as wrong:
            problems.extend(wrong.problems)
            continue
        asked.append((key.desc() if sort.descending else key.asc()).nulls_last())
    if problems:
        raise Invalid.of(problems)
    return [*asked, scope.t.c.position.asc(), scope.t.c.id.asc()]


def sort_key(scope: Scope, field: AnyField) -> Sql:
    """What is compared: text whatever its case, choices in the order of their list, links and people by name."""
    match field.kind:
        case "select":
            return place(scope.column(field), field)  # pyright: ignore[reportArgumentType]  the kind says that it is a Select
        case (
            "number"
            | "money"
            | "percent"
            | "rating"
            | "duration"
            | "autonumber"
            | "date"
            | "datetime"
            | "created_at"
            | "updated_at"
        ):
            return scope.column(field)
        case _:
            kind = type_of(field, scope.table, scope.app.spec)
            value = worth(scope, field)
            if kind.many:
                return func.lower(func.nullif(func.array_to_string(cast(value, ARRAY(Text)), ", "), ""))
            return func.lower(func.nullif(value, "")) if kind.base is Base.TEXT else value


def place(id: Sql, field: Select) -> Sql:
    """Where an option stands in its list; what is no option any more comes after all."""
    ids = cast(array([literal(o.id, Text) for o in field.options], type_=Text), ARRAY(Text))
    return case((id.is_not(None), func.coalesce(func.array_position(ids, id), len(field.options) + 1)))
