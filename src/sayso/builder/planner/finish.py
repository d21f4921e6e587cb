"""From a filled sketch to a checked plan with its notes."""

import re

from sayso.builder.planner import assemble, defaults, kinds, recipes, repair, titles
from sayso.builder.planner import options as choice
from sayso.builder.planner.archetypes import bare
from sayso.builder.planner.clauses import Clause
from sayso.builder.planner.notes import notes_of
from sayso.builder.planner.rights.groups import with_known_groups
from sayso.builder.planner.sketch import FieldSketch, Sketch, TableSketch
from sayso.builder.planner.spelling import Text
from sayso.builder.planner.wish import Note, Plan, Wish
from sayso.errors import Problem
from sayso.spec.app import App
from sayso.spec.change import difference


def finished(wish: Wish, text: Text, sketch: Sketch, pieces: list[Clause], done: tuple[Note, ...] = ()) -> Plan:
    """From a filled sketch to a checked plan with its notes."""
    cut = _within_limits(sketch)
    for table in sketch.tables:
        titles.settle(table)
        for field in table.fields:
            if field.kind == "select" and not field.options and field.origin is None:
                if not choice.fits(field.name, table.key) and not field.sure:
                    field.kind, field.kind_assumed = "text", True
                    continue
                field.options = list(choice.usual(field.name, table.key, text.text))
                field.settings["options_assumed"] = bool(field.options)
    unclear = recipes.settle(sketch)
    for table, field in unclear:
        field.kind = None
        kinds.settle(field, table)
        if field.kind == "text":
            field.kind = "number"
    bare.assumed(sketch, text.text)
    _datable(sketch)
    defaults.add(sketch)
    title = titles.app_title(text.text, sketch)
    app, work = assemble.app(sketch, text.text, title, wish.app.zone if wish.app else wish.zone)
    app, dropped = repair.repaired(app, wish.app)
    app, known = with_known_groups(app, wish.app, wish.groups) if wish.groups else (app, ())
    before = wish.app or App(id=app.id, name=app.name, zone=app.zone)
    change = difference(before, app, title=_headline(app, wish))
    notes = notes_of(wish, text, sketch, pieces, work, app, unclear, dropped + cut, done)
    notes = (*notes, *known)
    return Plan(app, change, notes, "plan", _message(app, wish, notes))


FIELDS_OF_A_TABLE_MAX = 300
TABLES_MAX = 120


def _within_limits(sketch: Sketch) -> tuple[Problem, ...]:
    """An app that nobody could use any more is cut to what fits; what is left out is told."""
    told: list[Problem] = []
    if len(sketch.tables) > TABLES_MAX:
        told.append(Problem("", f"{len(sketch.tables) - TABLES_MAX} tables: a plan holds at most {TABLES_MAX}"))
        sketch.tables[:] = sketch.tables[:TABLES_MAX]
        kept = {id(t) for t in sketch.tables}
        for table in sketch.tables:
            table.fields[:] = [f for f in table.fields if f.link is None or id(f.link) in kept]
        sketch.views[:] = [v for v in sketch.views if v.table is None or id(v.table) in kept]
        sketch.automations[:] = [a for a in sketch.automations if a.table is None or id(a.table) in kept]
        sketch.ai[:] = [a for a in sketch.ai if a.table is None or id(a.table) in kept]
        for role in sketch.roles:
            role.rights[:] = [r for r in role.rights if id(r["table"]) in kept]
    for table in sketch.tables:
        old = sum(f.origin is not None for f in table.fields)
        if len(table.fields) > max(FIELDS_OF_A_TABLE_MAX, old):
            told.append(
                Problem(
                    "",
                    f"{len(table.fields) - FIELDS_OF_A_TABLE_MAX} fields of {table.name}: a plan gives a table at most {FIELDS_OF_A_TABLE_MAX}",
                )
            )
            spare = max(FIELDS_OF_A_TABLE_MAX - old, 0)
            fresh = [f for f in table.fields if f.origin is None][:spare]
            table.fields[:] = [f for f in table.fields if f.origin is not None or f in fresh]
    return tuple(told)


_HOURLY = frozenset(
    "appointment viewing booking reservation shift session lesson class meeting showing visit interview slot".split()
)
"""What happens at an hour, not merely on a day."""


def _datable(sketch: Sketch) -> None:
    """A calendar needs a date, and a chart over time a time: where a table keeps none, when the row was made."""
    for view in sketch.views:
        table = view.table
        if view.kind in ("calendar", "timeline") and table is not None and view.origin is None and not _dated(table):
            kind = "datetime" if table.key.split()[-1] in _HOURLY else "date"
            why = f"{{table}} has a date, because a {view.kind} needs one"
            table.fields.append(FieldSketch("Date", view.span, kind, sure=True, assumed=why))
        if view.kind != "chart" or table is None or view.origin is not None or not _OVER_TIME.search(view.words):
            continue
        if not any(f.kind in ("date", "datetime", "created_at") for f in table.fields):
            table.fields.append(
                FieldSketch(
                    "Created at",
                    None,
                    "created_at",
                    sure=True,
                    assumed="{table} keeps when a row was made, for the chart over time",
                )
            )


def _dated(table: TableSketch) -> bool:
    return any(
        f.kind in ("date", "datetime", "created_at") or (f.kind == "formula" and f.formula.startswith("DATEADD"))
        for f in table.fields
    )


_OVER_TIME = re.compile(r"\bover\s+time\b|\b(?:per|by)\s+(?:day|week|month|quarter|year)\b|\btrend\b")


def _headline(app: App, wish: Wish) -> str:
    if wish.app is None:
        return f"Build {app.name}"[:120]
    words = " ".join(wish.words.split())
    return re.sub(r"[{}]", "", words[:80]) or "Change the app"


def _message(app: App, wish: Wish, notes: tuple[Note, ...]) -> str:
    left = sum(n.kind == "not_understood" for n in notes)
    tail = f" {left} part{'s' if left != 1 else ''} of your words I could not use; they are listed." if left else ""
    if wish.app is not None:
        return f"Here is what would change.{tail}"
    tables = ", ".join(t.name for t in app.tables[:6])
    return f"{app.name}: {len(app.tables)} table{'s' if len(app.tables) != 1 else ''} ({tables}).{tail}"
