"""An automation that is being changed: its parts as JSON, and what its steps give to later ones."""

import re
from dataclasses import dataclass, field
from typing import Any

from sayso.builder.planner.automations.whole.about import About, Json, happened
from sayso.spec.app import App
from sayso.spec.automation import Automation, every, named, trigger_table
from sayso.spec.table import Table

_GIVES = {
    "find_rows": "rows", "aggregate": "totals", "chart": "chart", "document": "file", "sheet": "sheet", "ai": "answer", "ask_coworker": "answer",
    "approval": "approval", "changes": "changes", "create_row": "row", "upsert_row": "row", "http_request": "call", "sql": "query", "set_values": "worked",
}  # fmt: skip
MESSAGES = ("send_email", "send_message", "notify")
OUTWARD = (*MESSAGES, "http_request", "webhook_out", "respond")
PLACES = ("then", "otherwise", "steps")


@dataclass(slots=True)
class Opened:
    rule: Automation
    app: App
    value: Json
    about: About
    left: list[str] = field(default_factory=list)

    @property
    def trigger(self) -> Json:
        return self.value["trigger"]

    @property
    def steps(self) -> list[Json]:
        return self.value["steps"]

    @steps.setter
    def steps(self, steps: list[Json]) -> None:
        self.value["steps"] = steps

    def lists(self) -> list[list[Json]]:
        """Every list of steps, the outer ones first."""
        found, at = [self.steps], 0
        while at < len(found):
            found += [step[place] for step in found[at] for place in PLACES if step.get(place)]
            at += 1
        return found

    def all(self) -> list[tuple[list[Json], int]]:
        """Every step as the list it is in and its place there, in the order of reading."""
        found: list[tuple[list[Json], int]] = []

        def walk(steps: list[Json]) -> None:
            for n, step in enumerate(steps):
                found.append((steps, n))
                for place in PLACES:
                    walk(step.get(place) or [])

        walk(self.steps)
        return found


def opened(rule: Automation, app: App) -> Opened:
    """Steps that later ones name by their place get that name as their id: then they may be moved."""
    value = rule.portable()
    value.setdefault("steps", [])
    value["steps"] = _copied(value["steps"])
    _pinned(value["steps"], rule)
    row = _row(rule, app)
    about = About(app, row, row, rule.trigger.kind, happened=happened(value["trigger"], row))
    one = Opened(rule, app, value, about)
    for steps, n in one.all():
        step = steps[n]
        if step.get("id"):
            about.taken.add(step["id"])
            if step["kind"] in _GIVES:
                about.ids["judged" if step.get("task") == "classify" else _GIVES[step["kind"]]] = step["id"]
        if step["kind"] == "find_rows":
            about.found = app.table(step["table"])
    if row is None:
        about.table = about.found or app.table(trigger_table(app, rule) or "")
    return one


def _row(rule: Automation, app: App) -> Table | None:
    return None if rule.trigger.kind == "schedule" else app.table(trigger_table(app, rule) or "")


def _copied(value: Any) -> Any:
    match value:
        case dict():
            return {k: _copied(v) for k, v in value.items()}
        case list() | tuple():
            return [_copied(v) for v in value]
        case _:
            return value


def _pinned(steps: list[Json], rule: Automation) -> None:
    spoken = set(re.findall(r"\{\s*([a-z][a-z0-9_]*)\s*:", str(steps)))
    names = named(rule.steps)
    for path, _ in every(rule.steps):
        step = _at(steps, path)
        if step is not None and "id" not in step and (names[path] in spoken or step["kind"] in _GIVES):
            step["id"] = names[path]


def _at(steps: list[Json], path: str) -> Json | None:
    """The step at a path such as `2/then/0`; the ways of a switch are left alone."""
    found: Any = steps
    for part in path.split("/"):
        if part.isdecimal():
            found = found[int(part)] if isinstance(found, list) and int(part) < len(found) else None
        else:
            found = found.get(part) if isinstance(found, dict) else None
        if found is None:
            return None
    return found if isinstance(found, dict) else None
