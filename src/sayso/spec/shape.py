"""What kind of values a field gives, whatever its kind: the ground for filters, boards, charts and summaries."""

from __future__ import annotations

from typing import Literal

from sayso.errors import Invalid
from sayso.spec.app import App
from sayso.spec.fields import AnyField, Formula, Link, Lookup, Rollup
from sayso.spec.fields.link import Summary
from sayso.spec.filter import Op
from sayso.spec.formula import Base, type_of
from sayso.spec.table import Table

Shape = Literal["text", "number", "day", "moment", "yes_no", "choice", "choices", "people", "rows", "files", "unknown"]
"""`unknown` is a formula that cannot be worked out yet: nothing is refused because of it."""

SHAPE_OF_KIND: dict[str, Shape] = {
    "text": "text", "long_text": "text", "email": "text", "phone": "text", "url": "text", "ai": "text",
    "number": "number", "money": "number", "percent": "number", "rating": "number", "duration": "number", "autonumber": "number",
    "date": "day", "datetime": "moment", "created_at": "moment", "updated_at": "moment",
    "checkbox": "yes_no", "select": "choice", "multi_select": "choices",
    "person": "people", "created_by": "people", "updated_by": "people",
    "link": "rows", "file": "files", "image": "files",
}  # fmt: skip
"""Lookups, rollups and formulas are not here: theirs follows from what they read."""

_SAME: tuple[Op, ...] = ("is", "is_not", "any_of", "none_of")
_ANY: tuple[Op, ...] = ("empty", "not_empty")
_WORDS: tuple[Op, ...] = ("contains", "not_contains", "starts_with", "ends_with")
_ORDER: tuple[Op, ...] = ("gt", "gte", "lt", "lte")
_SET: tuple[Op, ...] = ("contains", "not_contains", "all_of")

OPS: dict[Shape, tuple[Op, ...]] = {
    "text": (*_SAME, *_WORDS, *_ANY),
    "number": (*_SAME, *_ORDER, *_ANY),
    "day": (*_SAME, *_ORDER, "within", *_ANY),
    "moment": (*_SAME, *_ORDER, "within", *_ANY),
    "yes_no": ("is", "is_not", *_ANY),
    "choice": (*_SAME, "contains", "not_contains", *_ANY),
    "choices": (*_SAME, *_SET, *_ANY),
    "people": (*_SAME, *_SET, *_ANY),
    "rows": (*_SAME, *_SET, *_ANY),
    "files": _ANY,
    "unknown": (*_SAME, *_WORDS, *_ORDER, "all_of", "within", *_ANY),
}
"""Which conditions suit which shape. A lookup, which holds several values, also takes those of a set."""

SUMMARIES: dict[Summary, tuple[Shape, ...] | None] = {
    "count": None, "filled": None, "empty": None, "unique": None, "join": None,
    "sum": ("number",), "average": ("number",), "median": ("number",),
    "minimum": ("number", "day", "moment"), "maximum": ("number", "day", "moment"),
    "earliest": ("day", "moment"), "latest": ("day", "moment"),
    "any": ("yes_no",), "all": ("yes_no",),
}  # fmt: skip
"""Which shapes a summary can be made of; `None` is every shape."""

_SUMMARY_SHAPE: dict[Summary, Shape] = {"any": "yes_no", "all": "yes_no", "join": "text"}
_SHAPE_OF_TYPE: dict[Base, Shape] = {
    Base.NUMBER: "number", Base.TEXT: "text", Base.DATE: "day", Base.DATETIME: "moment", Base.BOOLEAN: "yes_no",
}  # fmt: skip
_LIKE_ITS_FIELD: tuple[Summary, ...] = ("minimum", "maximum", "earliest", "latest")


def shape_of(app: App, table: Table, field: AnyField, through: frozenset[str] = frozenset()) -> Shape:
    """The shape of a field's values (of each one value, for a lookup). A circle of references is `unknown`."""
    if known := SHAPE_OF_KIND.get(field.kind):
        return known
    at = f"{table.id}/{field.id}"
    if at in through:
        return "unknown"
    match field:
        case Rollup():
            if field.summary not in _LIKE_ITS_FIELD:
                return _SUMMARY_SHAPE.get(field.summary, "number")
            return _through(app, table, field, through | {at})
        case Lookup():
            return _through(app, table, field, through | {at})
        case Formula():
            return _worked_out(app, table, field)
        case _:
            return "unknown"


def _worked_out(app: App, table: Table, field: Formula) -> Shape:
    try:
        return _SHAPE_OF_TYPE.get(type_of(field, table, app).base, "unknown")
    except Invalid:
        return "unknown"


def target_of(app: App, table: Table, field: Lookup | Rollup) -> tuple[Table, AnyField | None] | None:
    """The table and field that a lookup or rollup reads, when its link leads somewhere."""
    link = table.field(field.link)
    to = app.table(link.to) if isinstance(link, Link) else None
    return None if to is None else (to, to.field(field.field) if field.field else None)


def _through(app: App, table: Table, field: Lookup | Rollup, seen: frozenset[str]) -> Shape:
    target = target_of(app, table, field)
    if target is None or target[1] is None:
        return "unknown"
    return shape_of(app, target[0], target[1], seen)


def ops_of(app: App, table: Table, field: AnyField) -> tuple[Op, ...]:
    """The conditions that can be asked of a field."""
    ops = OPS[shape_of(app, table, field)]
    return tuple(dict.fromkeys((*ops, *_SET, *_SAME))) if isinstance(field, Lookup) else ops


def summary_suits(app: App, table: Table, field: AnyField | None, summary: Summary) -> bool:
    shapes = SUMMARIES[summary]
    if field is None:
        return summary == "count"
    return shapes is None or shape_of(app, table, field) in (*shapes, "unknown")
