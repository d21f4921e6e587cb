"""A row added."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.steps.opened import opened, table_of
from sayso.automations.steps.rows_found import kept
from sayso.automations.steps.step import Doing, Done, Output, RowsStep
from sayso.automations.steps.values import written
from sayso.data import rows
from sayso.data.row import called
from sayso.spec.app import App


class CreateRow(RowsStep):
    kind = "create_row"

    async def do(self, tx: AsyncConnection, step: Any, doing: Doing) -> Done:
        app = await opened(tx, doing)
        table = table_of(app, step.table)
        row = await rows.create(tx, app, table.id, await written(tx, app, table, step.values, doing), by=doing.by)
        return Done({"id": row["id"], "table": table.id, "row": kept(table, row)}, f"Added {called(table, row)} to {table.name}.")

    def outputs(self, app: App, automation: Any, step: Any) -> tuple[Output, ...]:
        table = app.table(step.table)
        return Output("row", f"The new row of {table.name if table else step.table}", "row", step.table), Output(
            "id", "Its number", "number"
        )
