"""A file for spreadsheets: of a view, of a table's rows, or of what an earlier step found."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import sheets
from sayso.automations.steps import outward
from sayso.automations.steps.made import MADE_BYTES_MAX, MakingStep, file_name, kept
from sayso.automations.steps.opened import table_of
from sayso.automations.steps.step import Doing, Done, Output, StepFailed
from sayso.data import apps, exports, query
from sayso.data.open_app import OpenApp
from sayso.data.query import Query
from sayso.data.row import shown
from sayso.spec.automation import Sheet as Step
from sayso.spec.filter import Filter
from sayso.spec.table import Table
from sayso.spec.view import Dashboard, Form
from sayso.team import people
from sayso.team.actor import system

NAME_CHARACTERS_MAX = 120
READ_AT_ONCE = 1_000


class Sheet(MakingStep):
    kind = "sheet"

    def outputs(self, app: Any, automation: Any, step: Any) -> tuple[Output, ...]:
        return (Output("file", "The file", "file"), Output("count", "How many rows", "number"))

    async def prepared(self, step: Step, doing: Doing) -> dict[str, Any]:
        writing = await outward.writing(doing)
        name = writing.line(step.file_name, NAME_CHARACTERS_MAX)
        if step.rows.strip():
            rows = _rows(doing.names.value(step.rows), step.rows)
            table = str(rows[0].get("table") or "") if rows and "values" in rows[0] else ""
            return {"name": name, "table": table, "ids": [row["id"] for row in rows]} if table else {"name": name, "rows": rows}
        filter = doing.names.filter(step.filter)
        return {"name": name, "view": step.view, "table": step.table, "filter": filter.model_dump(mode="json")}

    async def made(self, tx: AsyncConnection, prepared: dict[str, Any], step: Step, doing: Doing) -> Done:
        app = await apps.open_app(tx, doing.run.app_id, by=doing.by)
        if "rows" in prepared:
            flat = [{k: v for k, v in row.items() if k != "key" or "name" not in row} for row in prepared["rows"]]
            content = await asyncio.to_thread(sheets.of_objects, doing.run.name, flat, step.format)
            called, count = doing.run.name, len(flat)
        elif "ids" in prepared:
            called, content, count = await _of_rows(tx, app, prepared, step)
        else:
            called, content, count = await _of_table(tx, app, prepared, step)
        file = await kept(tx, doing, file_name(prepared["name"], called, step.format), content)
        return Done({"file": file, "count": count}, f"Made {file['name']} with {count:,} {'row' if count == 1 else 'rows'}.")


def _rows(value: Any, template: str) -> list[Any]:
    if isinstance(value, str) and value.startswith("‹"):
        return []
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise StepFailed(f"{template} are no rows that could stand in a sheet.")
    return value


async def _of_rows(tx: AsyncConnection, app: OpenApp, prepared: dict[str, Any], step: Step) -> tuple[str, bytes, int]:
    """Rows that a step found, as they are now."""
    table = table_of(app, prepared["table"])
    rows = [
        row
        for at in range(0, len(prepared["ids"]), READ_AT_ONCE)
        for row in await shown(tx, app, table, prepared["ids"][at : at + READ_AT_ONCE])
    ]
    names = {one.id: one.name for one in await people.listed(tx, by=system(app.by.workspace))}
    content = await asyncio.to_thread(sheets.of_rows, table, rows, step.format, people=names, zone=app.spec.zone)
    return table.name, content, len(rows)


async def _of_table(tx: AsyncConnection, app: OpenApp, prepared: dict[str, Any], step: Step) -> tuple[str, bytes, int]:
    filter = Filter.model_validate(prepared["filter"])
    view: Any = app.spec.view(prepared["view"]) if prepared["view"] else None
    if prepared["view"] and (view is None or isinstance(view, (Form, Dashboard))):
        raise StepFailed("The view of this step shows no rows of a table, or is not there any more.")
    table = table_of(app, (view.table if view else prepared["table"]) or "")
    asked = _laid_over(view, filter, table) if view else Query(filter=filter)
    content = bytearray()
    async for chunk in exports.export(tx, app, table.id, asked, step.format):
        content += chunk
        if len(content) > MADE_BYTES_MAX:
            raise StepFailed(f"The file would have more than {MADE_BYTES_MAX // 2**20} MB. Take fewer rows, by a condition.")
    return (view or table).name, bytes(content), await _count(tx, app, table, asked)


def _laid_over(view: Any, filter: Filter, table: Table) -> Query:
    both = Filter(of=(view.filter, filter)) if filter.of else view.filter
    shown = [f.id for f in table.fields if f.id not in view.hidden]
    return Query(filter=both, sorts=view.sorts, fields=tuple(shown) if view.hidden else None)


async def _count(tx: AsyncConnection, app: OpenApp, table: Table, asked: Query) -> int:
    return (await query.page(tx, app, table.id, Query(filter=asked.filter, limit=1))).total
