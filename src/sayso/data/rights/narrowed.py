"""An app as somebody sees it: what is hidden from them is not there, nor anything that could tell it."""

from typing import Any

from sayso.data.rights.sight import Sight
from sayso.spec.app import App
from sayso.spec.automation import Automation, ButtonPressed, Called
from sayso.spec.change.follow.filters import Following
from sayso.spec.change.follow.views import followed
from sayso.spec.change.gone import Gone
from sayso.spec.check.fields import NO_TITLE
from sayso.spec.coworker import Coworker
from sayso.spec.fields import Link
from sayso.spec.shape import shape_of
from sayso.spec.stands_on import stands_on
from sayso.spec.table import Table
from sayso.spec.view import Chart, ChartTile, Dashboard, Form, NumberTile


def narrowed(spec: App, sight: Sight) -> App:
    """The app without what `sight` hides. The very same value for whoever sees it whole; without its roles for those who see all of it
    but do not manage it."""
    if sight.manage or (sight.tables is None and not spec.roles):
        return spec
    if sight.tables is None:
        return spec.model_copy(update={"roles": ()})
    on = Following(spec, _gone(spec, sight))
    tables = tuple(_table(on, table) for table in spec.tables if table.id not in on.gone.tables)
    coworkers = tuple(_coworker(on, one) for one in spec.coworkers if one.id not in sight.unseen)
    return spec.model_copy(
        update={
            "tables": tables,
            "views": tuple(v for v in (_view(on, sight, view) for view in spec.views) if v is not None),
            "automations": tuple(a for a in (_automation(on, sight, one) for one in spec.automations) if a is not None),
            "coworkers": coworkers,
            "roles": (),
        }
    )


def _gone(spec: App, sight: Sight) -> Gone:
    tables = frozenset(t.id for t in spec.tables if not sight.sees(t.id))
    fields = frozenset((t.id, f.id) for t in spec.tables for f in t.fields if not sight.sees(t.id, f.id))
    return Gone(tables=tables, fields=fields)


def _table(on: Following, table: Table) -> Table:
    fields = tuple(_field(on, f) for f in table.fields if not on.gone.field(table.id, f.id))
    source = table.source
    if source is not None:
        source = source.model_copy(update={"fields": on.keyed(table.id, source.fields)})
    title = table.title_field
    named = table.title if title is not None and not on.gone.field(table.id, title.id) else _called_by(on, table, fields)
    return table.model_copy(update={"fields": fields, "title": named, "source": source})


def _called_by(on: Following, table: Table, fields: tuple[Any, ...]) -> str | None:
    """Rows whose name is hidden are called by the first words that are seen of them."""
    return next((f.id for f in fields if shape_of(on.app, table, f) not in NO_TITLE), None)


def _field(on: Following, one: Any) -> Any:
    """A link whose other end is hidden has none that anybody could see."""
    if isinstance(one, Link) and on.gone.field(one.to, one.reverse):
        return one.model_copy(update={"reverse": None})
    return one


def _view(on: Following, sight: Sight, view: Any) -> Any | None:
    """A view that picks its rows by what is hidden is not there: with a condition less it would show more than it was made for."""
    if view.id in sight.unseen:
        return None
    match view:
        case Dashboard():
            tiles = tuple(tile for tile in view.tiles if _tells_only_what_is_seen(on, tile))
            return followed(on, view.model_copy(update={"tiles": tiles})) if tiles or not view.tiles else None
        case Form():
            return followed(on, view) if sight.may("add", view.table) else None
        case _:
            return followed(on, _bare(on, view)) if _tells_only_what_is_seen(on, view) else None


def _tells_only_what_is_seen(on: Following, view: Any) -> bool:
    if view.table in on.gone.tables or on.filter(view.table, view.filter) != view.filter:
        return False
    measured = view.measure.field if isinstance(view, Chart | ChartTile | NumberTile) else None
    vital = [need.field for need in stands_on(view) if need.vital]
    return not any(on.gone.field(view.table, id) for id in (measured, *vital))


def _bare(on: Following, view: Any) -> Any:
    """The view without what it can do without, where that is hidden."""
    lost: dict[str, Any] = {n.key: None for n in stands_on(view) if not n.vital and on.gone.field(view.table, n.field)}
    lost["colours"] = tuple(c for c in view.colours if on.filter(view.table, c.filter) == c.filter)
    return view.model_copy(update=lost)


def _automation(on: Following, sight: Sight, one: Automation) -> Automation | None:
    """Only what a person can start, and of that only how: its steps run with the rights of its owner, and may name anything."""
    trigger = one.trigger
    match trigger:
        case _ if one.id in sight.unseen:
            return None
        case ButtonPressed():
            seen = trigger.table not in on.gone.tables and on.filter(trigger.table, trigger.filter) == trigger.filter
            return one.model_copy(update={"steps": ()}) if seen else None
        case Called():
            return one.model_copy(update={"steps": ()})
        case _:
            return None


def _coworker(on: Following, one: Coworker) -> Coworker:
    grants = tuple(g for g in one.grants if g.app is not None or g.table not in on.gone.tables)
    knowledge = tuple(k for k in one.knowledge if k.table is None or k.app is not None or k.table not in on.gone.tables)
    return one.model_copy(update={"grants": grants, "knowledge": knowledge})
