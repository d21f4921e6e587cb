"""Problems that a change makes, told with the step that would settle them."""

from __future__ import annotations

import json

from sayso.errors import Invalid, Problem
from sayso.spec.app import App
from sayso.spec.fields import Formula, Link
from sayso.spec.formula import names_in
from sayso.spec.table import Table


def with_way_out(before: App, after: App, problem: Problem) -> Problem:
    """A formula that names what the change removes can be removed along with it; everything else stays as told."""
    at = problem.path.split("/")
    table = after.table(at[1]) if len(at) == 4 and at[0] == "tables" and at[2] == "fields" else None
    field = table.field(at[3]) if table else None
    if table is None or not isinstance(field, Formula):
        return problem
    lost = [name for name in _names(field) if _was_there(before, table, name) and not _is_there(after, table, name)]
    if not lost:
        return problem
    named = ", ".join(".".join(f"{{{n}}}" for n in name) for name in lost)
    reason = f"{field.name} is worked out from {named}, which this change takes away; take {field.name} away too, or give it another formula"
    step = {"do": "remove", "part": "field", "table": table.id, "id": field.id}
    return Problem(problem.path, reason, json.dumps(step))


def _names(field: Formula) -> list[tuple[str, ...]]:
    try:
        return sorted(names_in(field.formula))
    except Invalid:
        return []


def _was_there(before: App, table: Table, name: tuple[str, ...]) -> bool:
    old = before.table(table.id)
    return old is not None and _is_there(before, old, name)


def _is_there(app: App, table: Table, name: tuple[str, ...]) -> bool:
    first = table.named(name[0])
    if len(name) == 1 or first is None:
        return first is not None
    to = app.table(first.to) if isinstance(first, Link) else None
    return to is not None and to.named(name[1]) is not None
