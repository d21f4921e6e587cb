"""What is there now and was not agreed to: for the people who may agree anew. None of it is shown to anybody."""

from sayso.data.publishing.agreed import Agreed, Published
from sayso.spec.app import App
from sayso.spec.table import Table
from sayso.spec.view import AnyView, Dashboard, Form


def drift(agreed: Agreed, app: App, view_id: str) -> tuple[str, ...]:
    """In sentences, and how what was agreed to shows less than it did."""
    view, then = app.view(view_id), agreed.shape
    if isinstance(then, Dashboard):
        return _of_tiles(agreed, then, app, view)
    table = app.table(then.table)
    if table is None or view is None or isinstance(view, Dashboard) or view.kind != then.kind or view.table != then.table:
        return (f"“{then.name}” is not in the app any more as it was: its address shows nothing.",)
    told = [f"{agreed.names.get(id, id)} is gone, and is not shown any more." for id in agreed.order if table.field(id) is None]
    shown = {f.id for f in agreed.shown(app)}
    still = [table.field(id) for id in agreed.order]
    told += [
        f"{f.name} shows something else now than what was agreed to, and is left out." for f in still if f and f.id not in shown
    ]
    told += [f"{name} is new in {table.name}, and is not shown." for name in _new(agreed, table, view)]
    if not isinstance(view, Form) and not isinstance(then, Form) and view.filter != then.filter:
        told.append("The view shows other rows now; its address still shows those that meet the conditions agreed to.")
    if not agreed.stands_still(app):
        told.append(
            "What tells which rows are shown is gone or has changed: its address shows nothing until somebody agrees again."
        )
    return tuple(told)


def _of_tiles(agreed: Agreed, then: Dashboard, app: App, view: AnyView | None) -> tuple[str, ...]:
    if not isinstance(view, Dashboard):
        return (f"“{then.name}” is not in the app any more as it was: its address shows nothing.",)
    now, showing = {tile.id: tile for tile in view.tiles}, agreed.showing(app)
    was = {tile.id: tile for tile in then.tiles}
    told: list[str] = []
    for id, one in agreed.tiles.items():
        name = agreed.names.get(id, id)
        if id not in showing:
            told.append(f"{name} stands on something that is gone or has changed, and is left out.")
            continue
        left = [one.names.get(field, field) for field in one.fields if field not in {f.id for f in one.shown(app)}]
        told += [f"{field} of {name} is gone or shows something else now, and is left out." for field in left]
        if id not in now:
            told.append(f"{name} is not on the dashboard any more; its address still shows it.")
        elif now[id] != was[id]:
            told.append(f"{name} was changed; its address still shows what was agreed to.")
    told += [f"{tile.name} is new on the dashboard, and is not shown." for tile in view.tiles if tile.id not in agreed.known]
    if not showing:
        told.append("Nothing of it can be shown any more: its address shows nothing until somebody agrees again.")
    return tuple(told)


def _new(agreed: Agreed, table: Table, view: Published) -> list[str]:
    if isinstance(view, Form):
        asked = {one.field for one in view.fields} or {f.id for f in table.fields}
        return [f.name for f in table.fields if f.id in asked and f.id not in agreed.fields and f.id not in agreed.known]
    hidden = () if isinstance(view, Dashboard) else view.hidden
    return [f.name for f in table.fields if f.id not in agreed.known and f.id not in hidden]
