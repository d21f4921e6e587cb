"""What changed in a table since this automation's last finished run: for digests.

Each run tells of a time of its own that begins where the last one's ended, so that nothing is told twice or left out.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai.told import text_of
from sayso.automations.steps.opened import opened, table_of
from sayso.automations.steps.step import Doing, Done, Output, RowsStep
from sayso.data import differences
from sayso.data.differences import Difference
from sayso.data.open_app import OpenApp
from sayso.db.automation_tables import runs, steps
from sayso.spec.app import App
from sayso.spec.table import Table

FIRST_DAYS = 7
"""How far back the first run looks."""


class Changes(RowsStep):
    kind = "changes"

    async def do(self, tx: AsyncConnection, step: Any, doing: Doing) -> Done:
        app = await opened(tx, doing, "read")
        table = table_of(app, step.table)
        until = await differences.settled_until(tx)
        since = until - timedelta(days=step.days) if step.days else await _last(tx, doing) or until - timedelta(days=FIRST_DAYS)
        filter = doing.names.filter(step.filter)
        found = await differences.between(tx, app, table.id, since, until, fields=step.fields, filter=filter, limit=step.limit)
        items = [_item(table, one) for one in found.rows]
        told = _told(table, found.counts)
        output = {
            "since": since.isoformat(), "until": until.isoformat(), "table": table.id, **found.counts, "count": sum(found.counts.values()),
            "fields": _fields(app, table, found.fields), "items": items, "ids": [one.row for one in found.rows if one.what != "trashed"],
            "text": _text(told, items), "more": found.more or sum(found.counts.values()) > len(items),
        }  # fmt: skip
        return Done(output, told)

    def outputs(self, app: App, automation: Any, step: Any) -> tuple[Output, ...]:
        return (
            Output("text", "What changed, in words"),
            Output("items", "Every row that changed, with before and after", "list"),
            Output("count", "How many rows changed in all", "number"),
            Output("added", "How many were added", "number"),
            Output("changed", "How many were changed", "number"),
            Output("trashed", "How many were deleted", "number"),
            Output("rows", "The rows as they are now", "rows", step.table),
            Output("since", "Since when", "date"),
        )


async def _last(tx: AsyncConnection, doing: Doing) -> datetime | None:
    """Where the last finished run's time ended."""
    r, s = runs.c, steps.c
    mine = (r.app == doing.run.app_number) & (r.automation == doing.run.automation) & (r.state == "done") & ~r.dry
    query = (
        select(s.output["until"].astext)
        .join_from(runs, steps, s.run == r.id)
        .where(mine, s.step == doing.step, s.state == "done")
    )
    until = (await tx.execute(query.order_by(r.position.desc()).limit(1))).scalar_one_or_none()
    return datetime.fromisoformat(until) if until else None


def _item(table: Table, one: Difference) -> dict[str, Any]:
    changes = [
        {"field": c.field, "name": c.name, "before": c.before, "after": c.after, "before_text": _said(table, c.field, c.before), "after_text": _said(table, c.field, c.after)}
        for c in one.changes
    ]  # fmt: skip
    return {"id": one.row, "name": one.name, "what": one.what, "changes": changes}


def _said(table: Table, field: str | None, value: Any) -> str:
    one = table.field(field) if field else None
    return text_of(one, value) if one is not None else ""


def _fields(app: OpenApp, table: Table, counts: dict[str, int]) -> list[dict[str, Any]]:
    named = {f.id: f.name for f in table.fields}
    ordered = sorted(counts.items(), key=lambda one: -one[1])
    return [{"field": id, "name": named.get(id, id), "count": many} for id, many in ordered]


def _told(table: Table, counts: Any) -> str:
    said = [
        f"{counts[what]:,} {what if what != 'trashed' else 'deleted'}" for what in ("added", "changed", "trashed") if counts[what]
    ]
    return f"{table.name}: {', '.join(said) or 'nothing changed'}."


def _text(told: str, items: list[dict[str, Any]]) -> str:
    lines = [told]
    for one in items:
        if one["what"] == "changed":
            said = "; ".join(f"{c['name']}: {c['before_text'] or 'empty'} → {c['after_text'] or 'empty'}" for c in one["changes"])
            lines.append(f"- {one['name']}: {said}")
        else:
            lines.append(f"- {one['name']} ({'new' if one['what'] == 'added' else 'deleted'})")
    return "\n".join(lines)
