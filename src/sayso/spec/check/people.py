"""Roles and co-workers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cronsim import CronSim, CronSimError

from sayso.errors import Problem
from sayso.spec import conditions
from sayso.spec.app import App
from sayso.spec.check.fields import slot_problems
from sayso.spec.check.views import known, unknown_table
from sayso.spec.coworker import Coworker


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
            if right.changes is not None:
                yield from conditions.problems(app, f"{at}/{right.table}", table, right.changes)
            yield from known(f"{at}/{right.table}/hidden", table, right.hidden)
            yield from known(f"{at}/{right.table}/read_only", table, right.read_only)
        for id in sorted({t for t in tables if tables.count(t) > 1}):
            yield Problem(f"{at}/{id}", f"{role.name} has two rights on the same table", "one right for each table")
        parts = {p.id for p in (*app.views, *app.automations, *app.coworkers)}
        for id in role.unseen:
            if id not in parts:
                yield Problem(f"{at}/unseen", f"there is no view, automation or co-worker with the id {id!r}")
    for coworker in app.coworkers:
        at = f"coworkers/{coworker.id}"
        yield from slot_problems(app, at, coworker.slot)
        yield from (unknown_table(app, at, g.table) for g in coworker.grants if app.table(g.table) is None)
        yield from _coworker(app, at, coworker)


def _coworker(app: App, at: str, coworker: Coworker) -> Iterator[Problem]:
    granted = [g.table for g in coworker.grants]
    for id in sorted({t for t in granted if granted.count(t) > 1}):
        yield Problem(f"{at}/{id}", f"{coworker.name} has two grants on the same table", "one grant for each table")
    for source in coworker.knowledge:
        if (source.table is None) == (source.file is None):
            yield Problem(f"{at}/knowledge", "is a table or a file", '{"table": "projects"}')
        elif source.table is not None and app.table(source.table) is None:
            yield unknown_table(app, f"{at}/knowledge", source.table)
    if coworker.schedule is not None:
        yield from _cron(f"{at}/schedule/cron", coworker.schedule.cron)


def _cron(at: str, cron: str) -> Iterator[Problem]:
    try:
        if len(cron.split()) != 5:
            raise CronSimError
        next(CronSim(cron, datetime(2026, 1, 1)))
    except (CronSimError, StopIteration):
        yield Problem(at, f"{cron!r} is no schedule of five fields (minute hour day month weekday)", "0 9 * * 1")
