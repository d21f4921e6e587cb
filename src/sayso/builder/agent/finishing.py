"""What every app has and no model needs to be asked for: a grid for each table, icons, a colour of its own."""

from sayso.builder.planner.assemble import hue_of
from sayso.builder.planner.assembly import icon_of
from sayso.spec.app import App
from sayso.spec.part import id_from
from sayso.spec.view import Grid

PLAIN_TABLE, PLAIN_APP = "table", "layers"


def finished(app: App, before: App | None) -> App:
    """The app as it is planned. What was there before is left as it is."""
    old = {t.id for t in before.tables} if before else set[str]()
    tables = tuple(
        t.model_copy(update={"icon": icon_of(t.name)}) if t.id not in old and t.icon == PLAIN_TABLE else t for t in app.tables
    )
    app = app.model_copy(
        update={"tables": tables, "views": _with_grids(app, old, {v.id for v in before.views} if before else set())}
    )
    if before is not None:
        return app
    icon = icon_of(" ".join(t.name for t in app.tables[:1])) if app.icon == PLAIN_APP else app.icon
    return app.model_copy(update={"icon": icon, "hue": hue_of(app.name)})


def _with_grids(app: App, old: set[str], seen: set[str]) -> tuple[object, ...]:
    """New tables' grids stand before the other new views: an app opens on a table."""
    bare = [t for t in app.tables if t.id not in old and not any(isinstance(v, Grid) and v.table == t.id for v in app.views)]
    taken = {v.id for v in app.views}
    grids: list[Grid] = []
    for table in bare:
        id = id_from(table.name, taken)
        taken.add(id)
        grids.append(Grid(id=id, name=_name(app, table.id, table.name), table=table.id))
    kept = [v for v in app.views if v.id in seen]
    fresh = [v for v in app.views if v.id not in seen]
    return (*kept, *grids, *fresh)


def _name(app: App, table: str, name: str) -> str:
    taken = {v.name.casefold() for v in app.views if getattr(v, "table", None) == table}
    return name if name.casefold() not in taken else f"All {name}"
