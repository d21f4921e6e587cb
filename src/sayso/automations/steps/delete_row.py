"""Rows to the trash, from where they come back."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.steps.opened import opened, table_of
from sayso.automations.steps.rows_found import counted, meant, there
from sayso.automations.steps.step import Doing, Done, Output, RowsStep
from sayso.data import rows
from sayso.spec.app import App


class DeleteRow(RowsStep):
    kind = "delete_row"

    async def do(self, tx: AsyncConnection, step: Any, doing: Doing) -> Done:
        app = await opened(tx, doing)
        table = table_of(app, step.table)
        ids = await there(tx, app, table, await meant(tx, app, table, step.filter, doing))
        if ids:
            ids = await rows.trash(tx, app, table.id, ids, by=doing.by)
        told = counted(len(ids), table, "Moved to the trash:") if ids else f"No row of {table.name} was there to be deleted."
        return Done({"table": table.id, "ids": ids, "count": len(ids)}, told)

    def outputs(self, app: App, automation: Any, step: Any) -> tuple[Output, ...]:
        return (Output("count", "How many were deleted", "number"),)
