"""What a change does, in sentences for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from sayso.spec.app import App
from sayso.spec.change.apply import taken
from sayso.spec.change.described import KINDS, altered_sentences, view_called
from sayso.spec.change.siblings import index_of, path_of, siblings
from sayso.spec.change.step import Add, Alter, Change, Move, Remove, Rename, Step
from sayso.spec.fields import Link
from sayso.spec.rights_told import summary
from sayso.spec.role import Role
from sayso.spec.table import Table

Severity = Literal["adds", "changes", "loses"]
NAMES_IN_A_SENTENCE_MAX = 6


@dataclass(frozen=True, slots=True)
class Effect:
    """One sentence, such as `Adds the table Clients with 3 fields`, about the part at `path`."""

    sentence: str
    part: str
    path: str
    severity: Severity


def effects(app: App, change: Change) -> tuple[Effect, ...]:
    """What the change does to the app, in the order of its steps; a run of like steps is told in one sentence.

    Raises nothing for a change that `apply` accepts; never empty unless the change is.
    """
    told: list[Effect] = []
    for _, run in groupby(change.steps, key=lambda s: (type(s), s.place)):
        steps = list(run)
        told += _told(app, steps)
        for step in steps:
            app = taken(app, step)
    return tuple(dict.fromkeys(told))


def _told(app: App, steps: Sequence[Step]) -> list[Effect]:
    first = steps[0]
    match first:
        case Add():
            return _added(app, [s for s in steps if isinstance(s, Add)])
        case Remove():
            return _removed(app, [s for s in steps if isinstance(s, Remove)])
        case Move():
            return _moved(app, [s for s in steps if isinstance(s, Move)])
        case Rename():
            return [_renamed(app, s) for s in steps if isinstance(s, Rename)]
        case Alter():
            return [effect for s in steps if isinstance(s, Alter) for effect in _altered(app, s)]


def _added(app: App, steps: Sequence[Add]) -> list[Effect]:
    if steps[0].part == "field":
        table = app.table(steps[0].table or "")
        links = [s for s in steps if isinstance(s.value, Link)]
        plain = [s for s in steps if s not in links]
        told = [
            _effect(s, f"Adds the link {s.value.name} from {_name(table)} to {_target(app, table, s.value)}", "adds")
            for s in links
        ]
        if plain:
            names = listed([s.value.name for s in plain])
            lead = names if len(plain) == 1 else f"{len(plain)} fields ({names})"
            told.insert(0, _effect(plain[0], f"Adds {lead} to {_name(table)}", "adds"))
        return told
    return [_effect(s, f"Adds {_called(app, s.part, s.value)}{_with(app, s.value)}", "adds") for s in steps]


def _target(app: App, table: Table | None, link: Any) -> str:
    to = app.table(link.to)
    return "itself" if table is not None and table.id == link.to else to.name if to else link.to


def _with(app: App, part: Any) -> str:
    """How many fields a table has; what a role may do: a change of rights is agreed to by what it says, not by its name."""
    if isinstance(part, Role):
        return f": {summary(app, part)}"
    if not isinstance(part, Table):
        return ""
    return f" with {len(part.fields)} field{'' if len(part.fields) == 1 else 's'}"


def _removed(app: App, steps: Sequence[Remove]) -> list[Effect]:
    parts = {p.id: p for p in siblings(app, steps[0].place) or ()}
    if steps[0].part == "field":
        names = listed([parts[s.id].name for s in steps if s.id in parts])
        table = app.table(steps[0].table or "")
        return [_effect(steps[0], f"Removes {names} from {_name(table)}", "loses")]
    return [_effect(s, f"Removes {_called(app, s.part, parts[s.id])}", "loses") for s in steps if s.id in parts]


def _moved(app: App, steps: Sequence[Move]) -> list[Effect]:
    parts = {p.id: p for p in siblings(app, steps[0].place) or ()}
    names = listed([parts[s.id].name for s in steps if s.id in parts])
    if steps[0].part == "field":
        where = f"in {_name(app.table(steps[0].table or ''))}"
        return [_effect(steps[0], f"Moves {names} to another place {where}", "changes")]
    return [_effect(steps[0], f"Moves {names} to another place among the {KINDS[steps[0].part][1]}", "changes")]


def _renamed(app: App, step: Rename) -> Effect:
    if step.part == "app":
        return _effect(step, f"Renames the app {app.name} to {step.name}", "changes")
    parts = siblings(app, step.place) or ()
    index = index_of(parts, step.id)
    old = parts[index].name if index is not None else step.id
    if step.part == "field":
        return _effect(step, f"Renames {old} to {step.name} in {_name(app.table(step.table or ''))}", "changes")
    return _effect(step, f"Renames the {KINDS[step.part][0]} {old} to {step.name}", "changes")


def _altered(app: App, step: Alter) -> list[Effect]:
    old = next((r for r in app.roles if r.id == step.id), None) if step.part == "role" else None
    if old is not None and isinstance(step.value, Role) and summary(app, old) != (now := summary(app, step.value)):
        return [_effect(step, f"Changes the role {step.value.name}: {now}", "changes")]
    return [_effect(step, sentence, severity) for sentence, severity in altered_sentences(app, step)]


def _called(app: App, kind: str, part: Any) -> str:
    return view_called(app, part) if kind == "view" else f"the {KINDS[kind][0]} {part.name}"


def _effect(step: Step, sentence: str, severity: Severity) -> Effect:
    return Effect(sentence, step.part, path_of(step.place, step.id) if step.part != "app" else "", severity)


def _name(table: Table | None) -> str:
    return table.name if table else "a table"


def listed(names: Sequence[str]) -> str:
    """`Name`, `Name and Phone`, `Name, Phone and 3 more`."""
    if len(names) > NAMES_IN_A_SENTENCE_MAX:
        shown = list(names[: NAMES_IN_A_SENTENCE_MAX - 1])
        return f"{', '.join(shown)} and {len(names) - len(shown)} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
