"""Views when what they show goes. A view that has lost what it stands on goes as well."""

from __future__ import annotations

from typing import Any

from sayso.spec.change.follow.filters import Following
from sayso.spec.shape import summary_suits
from sayso.spec.stands_on import stands_on
from sayso.spec.view import (
    Board,
    Calendar,
    Chart,
    ChartTile,
    Dashboard,
    Form,
    Gallery,
    Grid,
    ListTile,
    Measure,
    NumberTile,
    Timeline,
)


def followed(on: Following, view: Any) -> Any | None:
    """The view without what is gone, or `None` when nothing is left to show."""
    match view:
        case Dashboard():
            tiles = tuple(t for t in (_tile(on, tile) for tile in view.tiles) if t is not None)
            return view.model_copy(update={"tiles": tiles})
        case Form():
            fields = tuple(f for f in view.fields if not on.gone.field(view.table, f.field))
            left = fields or not view.fields
            return view.model_copy(update={"fields": fields}) if left and view.table not in on.gone.tables else None
        case _:
            return _rows(on, view)


def _rows(on: Following, view: Any) -> Any | None:
    table = view.table
    if table in on.gone.tables or not _stands(on, view):
        return None
    own: dict[str, Any] = {}
    match view:
        case Grid():
            own = {"widths": on.keyed(table, view.widths), "summaries": _summaries(on, view)}
        case Board():
            lost = {o for t, f, o in on.gone.options if (t, f) == (table, view.by)}
            limits = {k: v for k, v in view.limits.items() if k not in lost}
            own = {"cover": on.maybe(table, view.cover), "limits": limits}
        case Calendar() | Timeline():
            own = {"end": _suited(on, view, "end"), "by": _suited(on, view, "by")}
        case Gallery():
            own = {"cover": on.maybe(table, view.cover)}
        case Chart():
            own = {"split": on.maybe(table, view.split), "measure": _measure(on, table, view.measure)}
        case _:
            pass
    colours = (c.model_copy(update={"filter": on.filter(table, c.filter)}) for c in view.colours)
    return view.model_copy(
        update={
            "filter": on.filter(table, view.filter),
            "sorts": on.ordered(table, view.sorts),
            "groups": on.ordered(table, view.groups),
            "hidden": on.ids(table, view.hidden),
            "order": on.ids(table, view.order),
            "colours": tuple(c for c in colours if c.filter.of),
            **own,
        }
    )


def _stands(on: Following, view: Any) -> bool:
    """Whether the fields that a view cannot do without are there, and still of a kind that suits."""
    for need in stands_on(view):
        if on.gone.field(view.table, need.field):
            return False
        if need.field and need.vital and (view.table, need.field) in on.gone.turned and not need.suits(on.app, view.table):
            return False
    return True


def _suited(on: Following, view: Any, key: str) -> str | None:
    field = on.maybe(view.table, getattr(view, key))
    needs = (n for n in stands_on(view) if n.key == key)
    return field if all(n.suits(on.app, view.table) for n in needs) or (view.table, field) not in on.gone.turned else None


def _summaries(on: Following, view: Grid) -> dict[str, Any]:
    table = on.app.table(view.table)
    kept = on.keyed(view.table, view.summaries)
    return {
        f: s
        for f, s in kept.items()
        if (view.table, f) not in on.gone.turned or (table and summary_suits(on.app, table, table.field(f), s))
    }


def _measure(on: Following, table_id: str, measure: Measure) -> Measure:
    table = on.app.table(table_id)
    if on.gone.field(table_id, measure.field):
        return Measure()
    turned = (table_id, measure.field) in on.gone.turned
    suits = table and measure.field and summary_suits(on.app, table, table.field(measure.field), measure.summary)
    return Measure() if turned and not suits else measure


def _tile(on: Following, tile: Any) -> Any | None:
    if tile.table in on.gone.tables:
        return None
    shared = {"filter": on.filter(tile.table, tile.filter)}
    match tile:
        case NumberTile():
            if on.gone.field(tile.table, tile.measure.field):
                return None
            over = on.maybe(tile.table, tile.over)
            own: dict[str, Any] = {
                "measure": _measure(on, tile.table, tile.measure),
                "over": over,
                "span": tile.span if over else None,
            }
        case ChartTile():
            if on.gone.field(tile.table, tile.by):
                return None
            own = {"split": on.maybe(tile.table, tile.split), "measure": _measure(on, tile.table, tile.measure)}
        case ListTile():
            own = {"fields": on.ids(tile.table, tile.fields), "sorts": on.ordered(tile.table, tile.sorts)}
        case _:
            own = {}
    return tile.model_copy(update={**shared, **own})
