"""Whose row a step is about: the trigger's, or inside a loop the one whose turn it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sayso.spec.automation.steps import FindRows, ForEach
from sayso.spec.automation.walk import every, inner, named

if TYPE_CHECKING:
    from sayso.spec.app import App
    from sayso.spec.automation import Automation

_OUTPUT = re.compile(r"\{\s*([a-z][a-z0-9_]*)\s*:\s*rows\s*\}")


def trigger_table(app: App, automation: Automation) -> str | None:
    """The table whose row an automation is about."""
    trigger: Any = automation.trigger
    if view_id := getattr(trigger, "view", None):
        return getattr(app.view(view_id), "table", None)
    return getattr(trigger, "table", None)


def row_tables(app: App, automation: Automation) -> dict[str, str | None]:
    """For each step's path: the table of the row that `{Field}` means there. None where there is no row, or nobody can know."""
    names = named(automation.steps)
    found: dict[str, str] = {names[path]: step.table for path, step in every(automation.steps) if isinstance(step, FindRows)}
    tables: dict[str, str | None] = {}

    def walk(steps: tuple[Any, ...], at: str, table: str | None, last: str | None) -> None:
        for n, step in enumerate(steps):
            path = f"{at}{n}"
            tables[path] = table
            if isinstance(step, FindRows):
                last = step.table
            inside = _looped(step, found, last) if isinstance(step, ForEach) else table
            for place, some in inner(step):
                walk(some, f"{path}/{place}/", inside, last)

    walk(automation.steps, "", trigger_table(app, automation), None)
    return tables


def _looped(step: ForEach, found: dict[str, str], last: str | None) -> str | None:
    if not step.over.strip():
        return last
    named = _OUTPUT.fullmatch(step.over.strip())
    return found.get(named[1]) if named else None
