"""Taking the steps of a change."""

from __future__ import annotations

from typing import Any

from sayso.errors import Invalid, Problem
from sayso.spec.app import App
from sayso.spec.change.siblings import index_of, path_of, siblings, with_siblings
from sayso.spec.change.step import Add, Alter, Change, Face, Move, Remove, Rename, Step
from sayso.spec.part import Part
from sayso.spec.table import Table


def apply(app: App, change: Change) -> App:
    """The app after the change. Raises `Invalid` with every step that does not fit; what comes out is not yet checked."""
    problems: list[Problem] = []
    for number, step in enumerate(change.steps, 1):
        if problem := misfit(app, step):
            problems.append(Problem(problem.path, f"step {number}: {problem.reason}", problem.example))
        else:
            app = taken(app, step)
    if problems:
        raise Invalid.of(problems)
    return app


def misfit(app: App, step: Step) -> Problem | None:
    """Why this step cannot be taken on this app."""
    if step.part == "app":
        fits = isinstance(step, Rename) or (isinstance(step, Alter) and isinstance(step.value, Face))
        return None if fits else Problem("", "an app as a whole can only be renamed, or altered in name, icon, colour and zone")
    path = path_of(step.place, step.id)
    parts = siblings(app, step.place)
    if parts is None:
        known = ", ".join(t.id for t in app.tables[:8])
        return Problem(path, f"there is no table {step.table!r} here", f"one of: {known}" if known else None)
    index = index_of(parts, step.id)
    match step:
        case Add():
            return Problem(path, f"there already is a {step.part} with the id {step.id!r}") if index is not None else None
        case Alter() if isinstance(step.value, Face) or step.value.id != step.id:
            return Problem(path, "a part keeps its id when it is altered", f'"id": "{step.id}"')
        case _:
            known = ", ".join(p.id for p in parts[:8])
            gone = Problem(path, f"there is no {step.part} {step.id!r} here", f"one of: {known}" if known else None)
            return gone if index is None else None


def taken(app: App, step: Step) -> App:
    """The app after one step that fits."""
    if step.part == "app":
        return _faced(app, step)
    parts: list[Any] = list(siblings(app, step.place) or ())
    match step:
        case Add():
            parts.insert(len(parts) if step.at is None else step.at, step.value)
        case Remove():
            parts = [p for p in parts if p.id != step.id]
        case Move():
            part = parts.pop(index_of(parts, step.id) or 0)
            parts.insert(step.to, part)
        case Rename():
            parts = [p.model_copy(update={"name": step.name}) if p.id == step.id else p for p in parts]
        case Alter():
            parts = [_altered(p, step.value) if p.id == step.id else p for p in parts]
    return with_siblings(app, step.place, parts)


def _faced(app: App, step: Step) -> App:
    match step:
        case Alter(value=Face() as value):
            return app.model_copy(update={name: getattr(value, name) for name in Face.model_fields})
        case Rename():
            return app.model_copy(update={"name": step.name})
        case _:
            return app


def _altered(old: Part, new: object) -> object:
    if isinstance(old, Table) and isinstance(new, Table) and not new.fields:
        return new.model_copy(update={"fields": old.fields})
    return new
