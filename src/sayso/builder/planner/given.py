"""An existing app as a sketch, so that follow-up words are read against its own names."""

from sayso.builder.planner.sketch import AutomationSketch, FieldSketch, RoleSketch, Sketch, StepSketch, TableSketch, ViewSketch
from sayso.spec.app import App
from sayso.spec.automation import Automation
from sayso.spec.fields import Formula, Link
from sayso.spec.view import Board, Calendar, Chart, Dashboard, Timeline


def sketch_of(app: App) -> Sketch:
    """Every part of the app with its origin; parts that stay as they are keep it."""
    sketch = Sketch(origin=app)
    tables: dict[str, TableSketch] = {}
    fields: dict[tuple[str, str], FieldSketch] = {}
    for table in app.tables:
        made = TableSketch(table.name, None, origin=table, named=True)
        tables[table.id] = made
        sketch.tables.append(made)
        for field in table.fields:
            one = FieldSketch(field.name, None, field.kind, origin=field, sure=True, required=field.required, unique=field.unique)
            one.options = [o.name for o in getattr(field, "options", ())]
            one.many = bool(getattr(field, "many", False))
            if isinstance(field, Formula):
                one.formula = field.formula
            fields[table.id, field.id] = one
            made.fields.append(one)
    for table in app.tables:
        for field in table.fields:
            if isinstance(field, Link):
                fields[table.id, field.id].link = tables.get(field.to)
                if field.reverse and not field.many and (other := fields.get((field.to, field.reverse))) is not None:
                    other.settings["reverse_of"] = fields[table.id, field.id]
                    fields[table.id, field.id].settings["reverse"] = other
    for view in app.views:
        shown = ViewSketch(
            view.kind, view.name.lower(), None, tables.get(getattr(view, "table", "")), name=view.name, origin=view
        )
        table = app.table(getattr(view, "table", ""))
        by = view.by if isinstance(view, Board | Chart) else view.start if isinstance(view, Calendar | Timeline) else None
        if table and by and (named := table.field(by)):
            shown.by = named.name
        if isinstance(view, Dashboard):
            shown.table = None
        sketch.views.append(shown)
    for rule in app.automations:
        sketch.automations.append(_rule(rule, tables, app))
    for role in app.roles:
        sketch.roles.append(RoleSketch(role.name, None, role.description, role))
    sketch.subject = None
    return sketch


def _rule(rule: Automation, tables: dict[str, TableSketch], app: App) -> AutomationSketch:
    table = getattr(rule.trigger, "table", None)
    if table is None and (view := app.view(getattr(rule.trigger, "view", ""))) is not None:
        table = getattr(view, "table", None)
    made = AutomationSketch(
        rule.trigger.kind, rule.name, None, tables.get(table or ""), cron=getattr(rule.trigger, "cron", ""), origin=rule
    )
    made.steps = [
        StepSketch(s.kind, getattr(s, "to", ""), getattr(s, "body", ""), getattr(s, "via", getattr(s, "task", "")))
        for s in rule.steps
    ]
    return made
