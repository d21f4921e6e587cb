"""An app in as few words as a model needs to change it: names, kinds, choices, ends of links; large apps keep what a wish speaks of."""

from sayso.builder.agent.guard import Guard
from sayso.spec.app import App
from sayso.spec.fields import AnyField, Formula, Link, Lookup, MultiSelect, Rollup, Select
from sayso.spec.table import Table

OUTLINE_CHARACTERS_MAX = 9_000
CHOICES_SHOWN_MAX = 12
NAME_CHARACTERS_MAX = 60


def outline(app: App, guard: Guard) -> str:
    """One line a table, then the other parts by name. Beyond the limit, tables that the wish does not speak of give their name only."""
    whole = [_table(app, t) for t in app.tables]
    if sum(map(len, whole)) > OUTLINE_CHARACTERS_MAX:
        near = {t.id for t in app.tables if guard.speaks_of(t.name, *(f.name for f in t.fields))}
        whole = [
            line if t.id in near else f"- {_name(t.name)}: {len(t.fields)} fields (look at it before changing it)"
            for t, line in zip(app.tables, whole, strict=True)
        ]
    lines = [f"App {_name(app.name)}, {len(app.tables)} tables:", *whole]
    views = [f"{_name(v.name)} ({v.kind}{_of(app, v)})" for v in app.views]
    for label, names in (
        ("Views", views),
        ("Automations", [_name(a.name) for a in app.automations]),
        ("Roles", [_name(r.name) for r in app.roles]),
        ("Co-workers", [_name(c.name) for c in app.coworkers]),
    ):
        if names:
            lines.append(f"{label}: {'; '.join(names)}")
    text = "\n".join(lines)
    return text if len(text) <= 2 * OUTLINE_CHARACTERS_MAX else text[: 2 * OUTLINE_CHARACTERS_MAX] + " …"


def _table(app: App, table: Table) -> str:
    return f"- {_name(table.name)}: " + ", ".join(_field(app, table, f) for f in table.fields)


def _field(app: App, table: Table, field: AnyField) -> str:
    name = _name(field.name)
    match field:
        case Link():
            to = app.table(field.to)
            return f"{name} → {_name(to.name) if to else '?'}{' (many)' if field.many else ''}"
        case Select() | MultiSelect():
            names = [_name(o.name) for o in field.options]
            more = "|…" if len(names) > CHOICES_SHOWN_MAX else ""
            return f"{name} {field.kind}[{'|'.join(names[:CHOICES_SHOWN_MAX])}{more}]"
        case Formula():
            return f"{name} formula({field.formula[:80]})"
        case Lookup() | Rollup():
            link = table.field(field.link)
            return f"{name} {field.kind}({_name(link.name) if link else '?'})"
        case _:
            return f"{name} {field.kind}"


def _of(app: App, view: object) -> str:
    table = app.table(getattr(view, "table", "") or "")
    return f" of {_name(table.name)}" if table else ""


def _name(name: str) -> str:
    """A name is data: on one line, and never long enough to hold a speech."""
    return " ".join(name.split())[:NAME_CHARACTERS_MAX]
