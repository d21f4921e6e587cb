"""The way back."""

from __future__ import annotations

from typing import Any

from sayso.spec.app import App
from sayso.spec.change.apply import apply, taken
from sayso.spec.change.siblings import index_of, siblings
from sayso.spec.change.step import Add, Alter, Change, Move, Remove, Rename, Step, face
from sayso.spec.table import Table


def inverse(app: App, change: Change) -> Change:
    """The change that leads from `apply(app, change)` back to exactly `app`; raises `Invalid` when it does not fit."""
    apply(app, change)
    back: list[Step] = []
    for step in change.steps:
        back.append(_undone(app, step))
        app = taken(app, step)
    return Change(title=change.title, steps=tuple(reversed(back)))


def _undone(app: App, step: Step) -> Step:
    where: dict[str, Any] = {"part": step.part, "table": step.table}
    if step.part == "app":
        return Alter(part="app", value=face(app))
    parts = siblings(app, step.place) or ()
    index = index_of(parts, step.id) or 0
    match step:
        case Add():
            return Remove(**where, id=step.id)
        case Remove():
            return Add(**where, value=parts[index], at=index)
        case Move():
            return Move(**where, id=step.id, to=index)
        case Rename():
            return Rename(**where, id=step.id, name=parts[index].name)
        case Alter():
            old = parts[index]
            keeps = isinstance(old, Table) and isinstance(step.value, Table) and not step.value.fields
            return Alter(**where, id=step.id, value=old.model_copy(update={"fields": ()}) if keeps else old)
