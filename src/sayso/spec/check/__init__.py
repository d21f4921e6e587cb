"""What is wrong with an app: all of it, as values with a path, the reason and a ready example.

check(app)                  every problem; empty for a valid app
check_change(app, change)   every problem of the app that the change would make, with the change's own ways out
"""

from __future__ import annotations

from sayso.errors import Problem
from sayso.spec.app import App
from sayso.spec.change.apply import apply
from sayso.spec.change.step import Change
from sayso.spec.check import automations, circles, fields, fills, names, people, sources, stored, views
from sayso.spec.check.ways_out import with_way_out

PROBLEMS_TOLD_MAX = 200


def check(app: App) -> tuple[Problem, ...]:
    """Every problem, in the order of the app; empty when it can be built. Beyond `PROBLEMS_TOLD_MAX` nobody reads on.

    What cannot be stored, or would take too long to look at, is told alone.
    """
    found = [*stored.problems(app), *circles.too_large(app)]
    if found:
        return tuple(found)
    for rules in (names, fields, fills, circles, views, automations, people, sources):
        for problem in rules.problems(app):
            found.append(problem)
            if len(found) >= PROBLEMS_TOLD_MAX:
                return tuple(dict.fromkeys(found))
    return tuple(dict.fromkeys(found))


def check_change(app: App, change: Change) -> tuple[Problem, ...]:
    """Every problem of the app as the (completed) change would leave it. A formula that the change breaks is told with a
    step that settles it. Raises `Invalid` when the steps themselves do not fit."""
    after = apply(app, change)
    return tuple(with_way_out(app, after, problem) for problem in check(after))
