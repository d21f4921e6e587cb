"""Whether a filter's conditions can be asked of the fields they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, get_args

from sayso.errors import Invalid, Problem
from sayso.spec.app import App
from sayso.spec.fields import AnyField, Checkbox, Datetime, Duration, Link, MultiSelect, Select
from sayso.spec.fields.date import day_from, relative_day
from sayso.spec.fields.number import decimal_from
from sayso.spec.filter import (
    FILTER_CONDITIONS_MAX,
    FILTER_DEPTH_MAX,
    FILTER_LINKS_MAX,
    MY,
    MY_GROUPS,
    Condition,
    Filter,
    Op,
    Span,
)
from sayso.spec.shape import Shape, ops_of, shape_of
from sayso.spec.table import Table

SPANS = frozenset(get_args(Span))
SPAN_DAYS_MAX = 3_650
_LISTS = ("any_of", "none_of", "all_of")
_WORDS = ("contains", "not_contains", "starts_with", "ends_with")
OP_WORDS: dict[Op, str] = {
    "gt": "more or after", "gte": "at least", "lt": "less or before", "lte": "at most", "within": "within", "all_of": "has all of",
    "contains": "contains", "not_contains": "does not contain", "starts_with": "starts with", "ends_with": "ends with",
    "is": "is", "is_not": "is not", "any_of": "is any of", "none_of": "is none of", "empty": "is empty", "not_empty": "is not empty",
}  # fmt: skip


def problems(app: App, at: str, table: Table, filter: Filter) -> Iterator[Problem]:
    """`at` is the path of what holds the filter."""
    conditions, depth = _size(filter)
    if conditions > FILTER_CONDITIONS_MAX or depth > FILTER_DEPTH_MAX:
        most = f"at most {FILTER_CONDITIONS_MAX} conditions, nested {FILTER_DEPTH_MAX} deep"
        yield Problem(f"{at}/filter", f"this filter is too large: {most}")
        return
    yield from _within(app, f"{at}/filter", table, filter)


def _size(filter: Filter, depth: int = 1) -> tuple[int, int]:
    """Conditions and depth; deeper than allowed is not looked into."""
    if depth > FILTER_DEPTH_MAX:
        return 0, depth
    sizes = [_size(f, depth + 1) if isinstance(f, Filter) else (1, depth) for f in filter.of]
    return sum(n for n, _ in sizes), max((d for _, d in sizes), default=depth)


def _within(app: App, at: str, table: Table, filter: Filter) -> Iterator[Problem]:
    for one in filter.of:
        if isinstance(one, Filter):
            yield from _within(app, at, table, one)
        else:
            yield from condition_problems(app, at, table, one)


def condition_problems(app: App, at: str, table: Table, condition: Condition) -> Iterator[Problem]:
    there = led_to(app, table, condition)
    if isinstance(there, Problem):
        yield Problem(at, there.reason, there.example)
        return
    table, field = there, there.field(condition.field)
    if field is None:
        yield unknown_field(at, table, condition.field)
        return
    ops = ops_of(app, table, field)
    if condition.op not in ops:
        can = ", ".join(OP_WORDS[op] for op in ops)
        yield Problem(at, f"{field.name} cannot be asked “{OP_WORDS[condition.op]}”; it can be asked: {can}", f'"op": "{ops[0]}"')
    elif problem := _value_problem(field, shape_of(app, table, field), condition):
        yield Problem(at, f"{field.name}: {problem[0]}", problem[1])


def led_to(app: App, table: Table, condition: Condition) -> Table | Problem:
    """The table of the condition's field: over its links, when it has some."""
    if len(condition.via) > FILTER_LINKS_MAX:
        return Problem("", f"a condition leads over at most {FILTER_LINKS_MAX} links")
    for id in condition.via:
        link = table.field(id)
        there = app.table(link.to) if isinstance(link, Link) else None
        if there is None:
            known = ", ".join(f.id for f in table.fields if isinstance(f, Link))
            return Problem("", f"{table.name} has no link with the id {id!r}", f"one of: {known}" if known else None)
        table = there
    return table


def is_of_asker(value: object) -> bool:
    """Whether a value stands for something of whoever asks: their groups, or a property of theirs."""
    return isinstance(value, str) and (value == MY_GROUPS or (value.startswith(MY) and len(value) > len(MY)))


def unknown_field(at: str, table: Table, id: str) -> Problem:
    known = ", ".join(f.id for f in table.fields[:10])
    return Problem(at, f"{table.name} has no field with the id {id!r}", f"one of: {known}" if known else None)


Wrong = tuple[str, str | None]


def _value_problem(field: AnyField, shape: Shape, condition: Condition) -> Wrong | None:
    op, value = condition.op, condition.value
    if is_of_asker(value) and op in ("is", "is_not", "any_of", "none_of"):
        suits = shape in ("text", "choice", "choices", "rows") or (shape == "people" and value == MY_GROUPS)
        return None if suits else (f"{value} stands for words, and this holds none", None)
    if op in ("empty", "not_empty"):
        return None
    if op == "within":
        return None if is_span(value) else (f"{value!r} is no span of days", "this_week, last_30_days or next_month")
    if op in _LISTS:
        if not isinstance(value, (list, tuple)) or not value:
            return "a list of values is needed", f'"value": [{field.example!r}]'
        return next((wrong for one in value if (wrong := _single(field, shape, one))), None)
    if op in _WORDS and shape in ("text", "rows", "unknown", "choice", "choices", "people"):
        return None if isinstance(value, (str, int)) and str(value) else ("a text to look for is needed", '"value": "lamp"')
    return _single(field, shape, value)


def _single(field: AnyField, shape: Shape, value: Any) -> Wrong | None:
    """One value against the shape; what the shape leaves open is not judged."""
    if isinstance(value, (list, tuple)) and shape in ("choices", "people", "rows"):
        return next((wrong for one in value if (wrong := _single(field, shape, one))), None)
    try:
        _read(field, shape, value)
    except Invalid as wrong:
        return wrong.problems[0].reason, wrong.problems[0].example
    except (ValueError, KeyError, TypeError):
        return f"{value!r} is not {_LIKE[shape][0]}", _LIKE[shape][1]
    return None


_LIKE: dict[Shape, tuple[str, str | None]] = {
    "number": ("a number", "12.5"), "day": ("a day", "2026-11-27 or today"), "moment": ("a moment", "2026-11-27T07:30:00Z or today"),
    "yes_no": ("yes or no", "true"), "choice": ("one of the choices", None), "choices": ("one of the choices", None),
    "people": ("a member", "me"), "rows": ("the id of a row", "7"), "text": ("text", "lamp"), "files": ("empty or not", None),
    "unknown": ("a value", None),
}  # fmt: skip


def _read(field: AnyField, shape: Shape, value: Any) -> None:
    """Raises when the value cannot be read in that shape."""
    if value is None or value == "":
        raise ValueError(value)
    match shape:
        case "number" if isinstance(field, Duration):
            field.parse(value)
        case "number":
            decimal_from(str(value).replace("%", ""))
        case "day" | "moment":
            _read_day(shape, str(value))
        case "yes_no":
            Checkbox(id="x", name=field.name).parse(value)
        case "choice" | "choices" if isinstance(field, (Select, MultiSelect)):
            field.option(value)
        case "rows":
            int(str(value["id"] if isinstance(value, dict) else value))
        case "text" | "people" if isinstance(value, (dict, list, tuple)):
            raise TypeError(value)
        case _:
            return


def _read_day(shape: Shape, text: str) -> None:
    if relative_day(text, date(2026, 1, 1)) is None:
        day_from(text) if shape == "day" else Datetime(id="x", name="x").parse(text)


def is_span(value: object) -> bool:
    if isinstance(value, str) and value in SPANS:
        return True
    days = re.fullmatch(r"(?:last|next)_(\d{1,4})_days", str(value))
    return bool(days) and 1 <= int(days[1]) <= SPAN_DAYS_MAX
