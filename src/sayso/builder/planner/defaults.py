"""Views that every app begins with: a grid for each table, and, when the wish names no view at all, the usual ones."""

from sayso.builder.planner.sketch import Sketch, TableSketch, ViewSketch


def add(sketch: Sketch) -> None:
    """Adds a grid for each new table. A wish that names views gets those; one that names none gets the sensible ones."""
    named = any(v.origin is None and not v.assumed for v in sketch.views)
    fresh = [t for t in sketch.tables if t.origin is None]
    grids = [
        ViewSketch("grid", "", t.span, t, name=t.name if t.named else "", assumed="{table} has a grid, as every table does")
        for t in fresh
    ]
    sketch.views[:] = [*[v for v in sketch.views if v.origin], *grids, *[v for v in sketch.views if not v.origin]]
    if named or sketch.origin is not None:
        return
    main = sketch.main
    for table in sorted(fresh, key=lambda t: -t.weight - len(t.fields))[:3]:
        sketch.views += _usual(table)
    if main is not None and len(fresh) > 1 and len(main.fields) >= 3:
        sketch.views.append(ViewSketch("dashboard", "", None, main, assumed="A dashboard shows everything at a glance"))


def _usual(table: TableSketch) -> list[ViewSketch]:
    made: list[ViewSketch] = []
    status = next(
        (f for f in table.fields if f.kind == "select" and f.name.lower().split()[-1] in ("status", "stage", "state", "phase")),
        None,
    )
    if status is not None and len(status.options) >= 2:
        made.append(
            ViewSketch(
                "board", "", None, table, by=status.name, assumed=f"{{table}} has a board, because it has a {status.name.lower()}"
            )
        )
    date = next((f for f in table.fields if f.kind in ("date", "datetime")), None)
    if date is not None:
        made.append(ViewSketch("calendar", "", None, table, by=date.name, assumed="{table} has a calendar, because it has dates"))
    return made
