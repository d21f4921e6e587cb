"""Rows that hold a text: in their own words (see `words.py`), or in the names of their choices, people and linked rows."""

from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select

from sayso.data.conditions.choice import as_array, named_like
from sayso.data.conditions.text import folded, holds
from sayso.data.scope import Scope
from sayso.data.worth import title
from sayso.db import tables as system
from sayso.errors import Invalid, Problem
from sayso.spec.fields import AnyField, Link, MultiSelect, Person, Select

Sql = ColumnElement[Any]
SEARCH_CHARACTERS_MAX = 200


def found(scope: Scope, text: str) -> Sql:
    """Whatever the case, anywhere in a value. Raises `Invalid` for a search that is too long."""
    needle = " ".join(text.split())
    if len(needle) > SEARCH_CHARACTERS_MAX:
        raise Invalid(Problem("search", f"holds at most {SEARCH_CHARACTERS_MAX} characters"))
    named = [condition for f in scope.table.fields if (condition := _named(scope, f, needle)) is not None]
    return or_(func.strpos(scope.t.c.words, folded(needle)) > 0, *named)


def _named(scope: Scope, field: AnyField, needle: str) -> Sql | None:
    match field:
        case Select(options=options) if ids := named_like(needle, options):
            return scope.column(field).in_(ids)
        case MultiSelect(options=options) if ids := named_like(needle, options):
            return scope.column(field).overlap(as_array(ids))
        case Person():
            return _a_person(scope, field, needle)
        case Link():
            linked = scope.through(field)
            return exists(linked.select(linked.there.t.c.id).where(holds(title(linked.there), needle)).correlate(scope.t))
        case _:
            return None


def _a_person(scope: Scope, field: Person, needle: str) -> Sql:
    m = system.members.alias()
    like = select(func.coalesce(func.array_agg(m.c.id), as_array([]))).where(
        m.c.workspace_id == scope.app.by.workspace, holds(m.c.name, needle)
    )
    return scope.column(field).overlap(like.scalar_subquery())
