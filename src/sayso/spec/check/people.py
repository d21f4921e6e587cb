"""Roles and co-workers."""

from __future__ import annotations

from collections.abc import Iterator

from sayso.errors import Problem
from sayso.spec import conditions
from sayso.spec.app import App
from sayso.spec.check.fields import slot_problems
from sayso.spec.check.views import known, unknown_table


def problems(app: App) -> Iterator[Problem]:
    for role in app.roles:
        at = f"roles/{role.id}"
        tables = [r.table for r in role.rights]
        for right in role.rights:
            table = app.table(right.table)
            if table is None:
                yield unknown_table(app, at, right.table)
                continue
            yield from conditions.problems(app, f"{at}/{right.table}", table, right.rows)
            yield from known(f"{at}/{right.table}/hidden", table, right.hidden)
            yield from known(f"{at}/{right.table}/read_only", table, right.read_only)
        for id in sorted({t for t in tables if tables.count(t) > 1}):
            yield Problem(f"{at}/{id}", f"{role.name} has two rights on the same table", "one right for each table")
    for coworker in app.coworkers:
        at = f"coworkers/{coworker.id}"
        yield from slot_problems(app, at, coworker.slot)
        yield from (unknown_table(app, at, g.table) for g in coworker.grants if app.table(g.table) is None)
