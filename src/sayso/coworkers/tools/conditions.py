"""Conditions as a model says them, turned into our own filter: fields by id or name, and only those that may be seen."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sayso.coworkers.reach import Place
from sayso.coworkers.values import People, text_of
from sayso.errors import Invalid, Problem
from sayso.spec.fields import AnyField
from sayso.spec.filter import Condition, Filter, Op, Sort

CONDITIONS_MAX = 20
WORDS: dict[str, str] = {
    "is": "is", "is_not": "is not", "contains": "contains", "not_contains": "does not contain", "starts_with": "starts with",
    "ends_with": "ends with", "empty": "is empty", "not_empty": "is not empty", "gt": "is over", "gte": "is at least", "lt": "is under",
    "lte": "is at most", "any_of": "is any of", "none_of": "is none of", "all_of": "has all of", "within": "is within",
}  # fmt: skip
_DAYS = {"gt": "is after", "gte": "is from", "lt": "is before", "lte": "is until"}
_ALIASES = {
    "=": "is", "==": "is", "eq": "is", "equals": "is", "!=": "is_not", "ne": "is_not", "neq": "is_not", ">": "gt", ">=": "gte", "<": "lt",
    "<=": "lte", "like": "contains", "in": "any_of", "not_in": "none_of", "is_empty": "empty", "is_not_empty": "not_empty", "after": "gt",
    "before": "lt", "between": "within",
}  # fmt: skip


class Where(BaseModel):
    """One condition."""

    model_config = ConfigDict(extra="ignore")
    field: str = Field(description="field id")
    op: str = Field(
        description="is, is_not, contains, not_contains, starts_with, ends_with, empty, not_empty, gt, gte, lt, lte, any_of, none_of, all_of, "
        "within (a span: today, this_week, last_month, next_7_days, …)"
    )
    value: Any = Field(
        None, description="a value, a list for any_of/none_of/all_of; a day as 2026-11-27 or today; a person as me or a name"
    )


class Order(BaseModel):
    model_config = ConfigDict(extra="ignore")
    field: str
    descending: bool = False


Match = Literal["all", "any"]


def filter_of(place: Place, where: list[Where], match: Match = "all") -> Filter:
    """Raises `Invalid` with what is wrong and what there is."""
    if len(where) > CONDITIONS_MAX:
        raise Invalid(Problem("where", f"has at most {CONDITIONS_MAX} conditions"))
    conditions: list[Condition] = []
    for n, one in enumerate(where):
        field = place.field(one.field, f"where/{n}/field")
        op = _ALIASES.get(one.op.strip().lower(), one.op.strip().lower())
        try:
            conditions.append(Condition.model_validate({"field": field.id, "op": op, "value": _value(one.value)}))
        except ValidationError:
            raise Invalid(Problem(f"where/{n}/op", f"is one of {', '.join(WORDS)}", "is")) from None
    return Filter(match=match, of=tuple(conditions))


def _value(value: Any) -> Any:
    """Linked rows may be said as they were told: with their id."""
    if isinstance(value, dict) and "id" in value:
        return value["id"]
    return [_value(one) for one in value] if isinstance(value, list) else value


def sorts_of(place: Place, sort: list[Order]) -> tuple[Sort, ...]:
    return tuple(Sort(field=place.field(s.field, f"sort/{n}").id, descending=s.descending) for n, s in enumerate(sort[:5]))


def words_of(place: Place, filter: Filter, people: People) -> str:
    """`in Projects where Client is Halden and Due is before 2026-12-01`."""
    said = [_said(place, one, people) for one in filter.of if isinstance(one, Condition)]
    joined = (" and " if filter.match == "all" else " or ").join(said)
    return f"in {place.table.name}" + (f" where {joined}" if said else "")


def _said(place: Place, one: Condition, people: People) -> str:
    field: AnyField = place.field(one.field, "where")
    op: Op = one.op
    words = _DAYS.get(op, WORDS[op]) if field.kind in ("date", "datetime", "created_at", "updated_at") else WORDS[op]
    if op in ("empty", "not_empty"):
        return f"{field.name} {words}"
    values = one.value if isinstance(one.value, list) else [one.value]
    said = ", ".join(_text(field, value, people) for value in values[:5])
    return f"{field.name} {words} {said.replace('_', ' ') if op == 'within' else said}"[:200]


def _text(field: AnyField, value: Any, people: People) -> str:
    if isinstance(value, (str, int, float, bool)) or value is None:
        return text_of(field, value, people) if field.kind == "select" else str(people.get(str(value), value))
    return str(value)[:80]
