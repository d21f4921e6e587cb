"""Figures over rows: for all of them, or by a field."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.figures import keys
from sayso.automations.steps.opened import opened, table_of
from sayso.automations.steps.step import Doing, Done, Output, RowsStep
from sayso.data import groups
from sayso.data.open_app import OpenApp
from sayso.spec.app import App
from sayso.spec.view import Measure

GROUPS_KEPT_MAX = 500


class Aggregate(RowsStep):
    kind = "aggregate"

    async def do(self, tx: AsyncConnection, step: Any, doing: Doing) -> Done:
        app = await opened(tx, doing, "read")
        table = table_of(app, step.table)
        filter = doing.names.filter(step.filter)
        totals: dict[str, Any] = {}
        by_group: dict[str, dict[str, Any]] = {}
        for key, figure in keys(step):
            found, total = await groups.aggregated(tx, app, table.id, by=step.by, measure=_measure(app, figure), filter=filter)
            totals[key] = total
            for one in found[:GROUPS_KEPT_MAX]:
                by_group.setdefault(str(one.key), {"key": one.key, "name": one.name})[key] = one.value
        told = "; ".join(f"{figure.name}: {totals[key] if totals[key] is not None else 'nothing'}" for key, figure in keys(step))
        first = next((key for key, _ in keys(step)), "")
        return Done({"value": totals.get(first), **totals, "groups": list(by_group.values())}, f"{told}.")

    def outputs(self, app: App, automation: Any, step: Any) -> tuple[Output, ...]:
        figures = tuple(Output(key, figure.name, "number") for key, figure in keys(step))
        return (*figures, *((Output("groups", "All of them, by group", "list"),) if step.by else ()))


def _measure(app: OpenApp, figure: Any) -> Measure:
    return Measure(summary=figure.summary, field=figure.field)
