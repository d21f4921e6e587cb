"""Rows changed: the one that stands here, or those that a condition finds."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.steps.opened import opened, table_of
from sayso.automations.steps.rows_found import ROWS_SHOWN, counted, kept, meant
from sayso.automations.steps.step import Doing, Done, Output, RowsStep, StepFailed
from sayso.automations.steps.values import written
from sayso.data import rows
from sayso.data.row import called
from sayso.data.rows import Edit
from sayso.errors import NotFound
from sayso.spec.app import App


class UpdateRow(RowsStep):
    kind = "update_row"

    async def do(self, tx: AsyncConnection, step: Any, doing: Doing) -> Done:
        app = await opened(tx, doing)
        table = table_of(app, step.table)
        ids = await meant(tx, app, table, step.filter, doing)
        if not ids:
            return Done({"table": table.id, "ids": [], "count": 0, "rows": []}, f"No row of {table.name} met the condition.")
        values = await written(tx, app, table, step.values, doing)
        try:
            changed = await rows.update_many(tx, app, table.id, [Edit(id, values) for id in sorted(set(ids))], by=doing.by)
        except NotFound as error:
            raise StepFailed(f"{error} It may have been deleted since the run began.") from error
        told = (
            f"Changed {called(table, changed[0])} in {table.name}."
            if len(changed) == 1
            else counted(len(changed), table, "Changed")
        )
        shown = [kept(table, row) for row in changed[:ROWS_SHOWN]]
        return Done(
            {
                "table": table.id,
                "ids": [r["id"] for r in changed],
                "count": len(changed),
                "rows": shown,
                "row": shown[0] if shown else None,
            },
            told,
        )

    def outputs(self, app: App, automation: Any, step: Any) -> tuple[Output, ...]:
        return (
            Output("row", "The changed row", "row", step.table),
            Output("rows", "All changed rows", "rows", step.table),
            Output("count", "How many were changed", "number"),
        )
