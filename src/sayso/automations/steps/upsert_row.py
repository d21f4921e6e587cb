"""The row whose fields match is changed, or one is added. Two runs at the same moment add one row, not two."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.steps.opened import opened, table_of
from sayso.automations.steps.rows_found import ids_of, kept
from sayso.automations.steps.step import Doing, Done, Output, RowsStep, StepFailed
from sayso.automations.steps.values import written
from sayso.data import rows
from sayso.data.row import called
from sayso.spec.app import App
from sayso.spec.filter import Condition, Filter
from sayso.spec.shape import ops_of

MATCHES_MAX = 1_000


class UpsertRow(RowsStep):
    kind = "upsert_row"

    async def do(self, tx: AsyncConnection, step: Any, doing: Doing) -> Done:
        app = await opened(tx, doing)
        table = table_of(app, step.table)
        values = await written(tx, app, table, step.values, doing)
        key = func.hashtextextended(f"upsert {app.number}/{app.columns.tables[table.id]}", 0)
        await tx.execute(select(func.pg_advisory_xact_lock(key)))
        matched = [_condition(app.spec, table, id, values.get(id)) for id in step.match]
        ids = await ids_of(tx, app, table, Filter(of=tuple(matched)), MATCHES_MAX)
        if not ids:
            row = await rows.create(tx, app, table.id, values, by=doing.by)
            return _done(table, row, added=True)
        if len(ids) > 1:
            raise StepFailed(f"{len(ids):,} rows of {table.name} match; there is to be at most one.")
        row = await rows.update(tx, app, table.id, ids[0], values, by=doing.by)
        return _done(table, row, added=False)

    def outputs(self, app: App, automation: Any, step: Any) -> tuple[Output, ...]:
        return (
            Output("row", "The row", "row", step.table),
            Output("id", "Its number", "number"),
            Output("added", "Whether it was added", "checkbox"),
        )


def _condition(app: App, table: Any, id: str, value: Any) -> Condition:
    field = table.field(id)
    if field is None:
        raise StepFailed(f"{table.name} has no field {id!r} any more, by which this step matches rows.")
    if value in (None, "", []):
        return Condition(field=id, op="empty")
    op = "is" if "is" in ops_of(app, table, field) else "all_of"
    return Condition(field=id, op=op, value=value)


def _done(table: Any, row: dict[str, Any], *, added: bool) -> Done:
    told = f"{'Added' if added else 'Changed'} {called(table, row)} {'to' if added else 'in'} {table.name}."
    return Done({"id": row["id"], "table": table.id, "added": added, "row": kept(table, row)}, told)
