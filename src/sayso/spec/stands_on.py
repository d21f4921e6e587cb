"""Which fields a view needs for its shape, and what they must be like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sayso.spec.app import App
from sayso.spec.fields import Link
from sayso.spec.shape import Shape, shape_of
from sayso.spec.view import Board, Calendar, Chart, ChartTile, Gallery, NumberTile, Timeline

DAYS: tuple[Shape, ...] = ("day", "moment")
COLUMNS: tuple[Shape, ...] = ("choice", "people", "yes_no", "rows")
LANES: tuple[Shape, ...] = ("choice", "choices", "people", "yes_no", "rows", "text")
AXIS: tuple[Shape, ...] = ("choice", "choices", "people", "yes_no", "rows", "text", "number", "day", "moment")
PICTURES: tuple[Shape, ...] = ("files",)


@dataclass(frozen=True, slots=True)
class Need:
    """`key` names the view's setting, `field` the field it holds, `like` what is meant, for people."""

    key: str
    field: str | None
    shapes: tuple[Shape, ...]
    like: str
    vital: bool = False

    def suits(self, app: App, table_id: str) -> bool:
        """Whether the field is there and fits; a setting that is left out always does."""
        table = app.table(table_id)
        field = table.field(self.field) if table and self.field else None
        if self.field is None:
            return True
        if table is None or field is None:
            return False
        single = not (self.key == "by" and self.shapes == COLUMNS and isinstance(field, Link) and field.many)
        return single and shape_of(app, table, field) in (*self.shapes, "unknown")


def stands_on(view: Any) -> tuple[Need, ...]:
    """The needs of a view or a tile, the vital ones first."""
    match view:
        case Board():
            by = Need("by", view.by, COLUMNS, "a select, a person, a checkbox or a link to one row", vital=True)
            return (by, Need("cover", view.cover, PICTURES, "an image"))
        case Calendar() | Timeline():
            return (
                Need("start", view.start, DAYS, "a date", vital=True),
                Need("end", view.end, DAYS, "a date"),
                Need("by", view.by, LANES, "a select, a person or a link"),
            )
        case Gallery():
            return (Need("cover", view.cover, PICTURES, "an image"),)
        case Chart() | ChartTile():
            axis = "a field with few different values, or a date"
            return (Need("by", view.by, AXIS, axis, vital=True), Need("split", view.split, LANES, "a select, a person or a link"))
        case NumberTile():
            return (Need("over", view.over, DAYS, "a date"),)
        case _:
            return ()
