"""Steps inside steps: every one with its path (`0`, `2/then/1`, `3/steps/0`, `4/cases/1/then/0`) and its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sayso.spec.automation.steps import Branch, ForEach, Switch

Steps = tuple[Any, ...]


def inner(step: Any) -> tuple[tuple[str, Steps], ...]:
    """The lists of steps inside a step, each with its place: `then`, `otherwise`, `steps`, `cases/0/then`."""
    match step:
        case Branch():
            return ("then", step.then), ("otherwise", step.otherwise)
        case Switch():
            return (*((f"cases/{n}/then", case.then) for n, case in enumerate(step.cases)), ("otherwise", step.otherwise))
        case ForEach():
            return (("steps", step.steps),)
        case _:
            return ()


def every(steps: Steps, at: str = "") -> Iterator[tuple[str, Any]]:
    """All steps with their paths, in the order in which they are read."""
    for n, step in enumerate(steps):
        path = f"{at}{n}"
        yield path, step
        for place, inside in inner(step):
            yield from every(inside, f"{path}/{place}/")


def at(steps: Steps, path: str) -> Any | None:
    """The step at this path; None when there is none."""
    return next((step for where, step in every(steps) if where == path), None)


def mapped(step: Any, change: Callable[[Steps], Steps]) -> Any:
    """The step with every list of steps inside it changed."""
    match step:
        case Branch():
            return step.model_copy(update={"then": change(step.then), "otherwise": change(step.otherwise)})
        case Switch():
            cases = tuple(case.model_copy(update={"then": change(case.then)}) for case in step.cases)
            return step.model_copy(update={"cases": cases, "otherwise": change(step.otherwise)})
        case ForEach():
            return step.model_copy(update={"steps": change(step.steps)})
        case _:
            return step


_SHORT = {"then": "then", "otherwise": "else", "steps": "each", "cases": "case"}


def named(steps: Steps) -> dict[str, str]:
    """How each step's outputs are named, by path: its own id, or its place counted from one (`s2`, `s3_then_1`, `s4_case_2_then_1`)."""
    taken = {step.id for _, step in every(steps) if step.id}
    names: dict[str, str] = {}
    for path, step in every(steps):
        name = step.id or "s" + "_".join(str(int(p) + 1) if p.isdecimal() else _SHORT[p] for p in path.split("/"))
        while step.id is None and name in taken:
            name += "_"
        names[path] = name
    return names
