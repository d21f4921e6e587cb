"""A definition, read for being done: how its steps are called, and what their texts name."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from sayso.automations.names.template import names_in
from sayso.spec.app import App
from sayso.spec.automation import Automation, every, inner, named

PLANS_REMEMBERED = 300
OURS = {"today", "now", "item", "app"}


@dataclass(frozen=True, slots=True)
class Needs:
    """What a step's texts read: `row` a field of the row, `through` links by name, `outputs` (step, key)."""

    row: bool
    through: frozenset[str]
    outputs: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Plan:
    """`names` is by path; `found` gives for the path of a loop the name of the last step before it that found rows."""

    automation: Automation
    app: App
    names: dict[str, str]
    found: dict[str, str | None]
    titles: dict[str, str]
    needed: dict[str, Needs] = field(default_factory=dict[str, Needs])

    @classmethod
    def of(cls, automation: Automation, app: App) -> Plan:
        key = (id(automation), id(app))
        if (kept := _PLANS.get(key)) is None:
            names = named(automation.steps)
            titles = {names[path]: step.name or names[path] for path, step in every(automation.steps)}
            kept = _PLANS[key] = cls(automation, app, names, _found(automation.steps, names), titles)
            while len(_PLANS) > PLANS_REMEMBERED:
                _PLANS.popitem(last=False)
        return kept

    def needs(self, path: str, step: Any) -> Needs:
        if path not in self.needed:
            self.needed[path] = needs_of(step)
        return self.needed[path]


_PLANS: OrderedDict[tuple[int, int], Plan] = OrderedDict()
"""By identity: each plan holds what it is of, so that no other object can have its place."""


def needs_of(step: Any) -> Needs:
    row, through, outputs = False, set[str](), set[tuple[str, str]]()
    for name in names_in(step):
        if name.behind is not None:
            row = True
            through.add(name.name)
        elif name.parts is not None:
            outputs.add(name.parts)
            row = row or name.parts[0] not in ("trigger", "run", "app")
        elif name.name.casefold() not in OURS:
            row = True
    return Needs(row, frozenset(through), frozenset(outputs))


def _found(steps: tuple[Any, ...], names: dict[str, str]) -> dict[str, str | None]:
    """Of each step's path: the last step before it that found rows."""
    last: dict[str, str | None] = {}

    def walk(some: tuple[Any, ...], at: str, before: str | None) -> None:
        for n, step in enumerate(some):
            path = f"{at}{n}"
            last[path] = before
            for place, inside in inner(step):
                walk(inside, f"{path}/{place}/", before)
            if step.kind == "find_rows":
                before = names[path]

    walk(steps, "", None)
    return last
