"""Rows found: by a condition, in an order, at most so many."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.steps.opened import opened, table_of
from sayso.automations.steps.rows_found import ROWS_SHOWN, counted, kept
from sayso.automations.steps.step import Doing, Done, Output, RowsStep
from sayso.data import query
from sayso.data.query import PAGE_ROWS_MAX, Query
from sayso.spec.app import App


class FindRows(RowsStep):
    kind = "find_rows"

    async def do(self, tx: AsyncConnection, step: Any, doing: Doing) -> Done:
        app = await opened(tx, doing, "read")
        table = table_of(app, step.table)
        asked = Query(filter=doing.names.filter(step.filter), sorts=step.sorts, limit=min(step.limit, PAGE_ROWS_MAX))
        ids: list[int] = []
        shown: list[dict[str, Any]] = []
        total, after = 0, None
        while len(ids) < step.limit:
            page = await query.page(
                tx, app, table.id, Query(asked.filter, asked.sorts, limit=min(step.limit - len(ids), PAGE_ROWS_MAX), after=after)
            )
            rows = orjson.loads(page.rows)
            shown += [kept(table, row) for row in rows[: max(0, ROWS_SHOWN - len(shown))]]
            ids += [row["id"] for row in rows]
            total, after = page.total, page.next
            if after is None or not rows:
                break
        told = (
            counted(len(ids), table, "Found")
            if total <= len(ids)
            else f"Found {total:,} rows of {table.name} and took the first {len(ids):,}."
        )
        first = shown[0] if shown else None
        return Done({"table": table.id, "ids": ids, "count": len(ids), "total": total, "rows": shown, "first": first}, told)

    def outputs(self, app: App, automation: Any, step: Any) -> tuple[Output, ...]:
        table = app.table(step.table)
        name = table.name if table else "rows"
        return (
            Output("rows", f"All found {name}", "rows", step.table),
            Output("count", f"How many {name}", "number"),
            Output("first", f"The first of {name}", "row", step.table),
        )
