"""What a step's texts can name, gathered before it is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.names.names import Names
from sayso.automations.names.rows import RowValues, read
from sayso.automations.steps.step import RowRef, Run
from sayso.automations.work.frame import Frame
from sayso.automations.work.plan import Needs, Plan
from sayso.automations.work.records import Record
from sayso.automations.work.together import Together
from sayso.data import apps
from sayso.data.query import rows_by_id
from sayso.team.actor import Actor

ROWS_READ_MAX = 10_000


class Gathering:
    """Of one run. Rows are read once, until something may have changed them."""

    def __init__(self, run: Run, plan: Plan, by: Actor, records: Mapping[str, Record]) -> None:
        self.run, self.plan, self.by, self.records = run, plan, by, records
        self.guesses: dict[str, str] = {}
        self.outputs: dict[str, Any] = {}
        self._rows: dict[tuple[RowRef, frozenset[str]], RowValues | None] = {}
        self._about = {
            "id": run.id, "url": run.url, "name": run.name, "started": run.created_at.isoformat(), "dry": run.dry, "automation": run.automation,
        }  # fmt: skip

    def changed(self) -> None:
        """Rows may say something else now."""
        self._rows.clear()

    async def names(self, needs: Needs, frame: Frame, together: Together) -> Names:
        rows: list[RowValues] = []
        if needs.row and frame.rows:
            known = {ref: self._rows[ref, needs.through] for ref in frame.rows if (ref, needs.through) in self._rows}
            if missing := [ref for ref in frame.rows if ref not in known]:
                async with together.reading() as tx:
                    for ref in missing:
                        known[ref] = self._rows[ref, needs.through] = await self._read(tx, ref, needs)
            rows = [row for ref in frame.rows if (row := known[ref]) is not None]
        lists = [place for step, key in needs.outputs if key.partition(".")[0] == "rows" and (place := self._place(step, frame))]
        for place in lists:
            await self._whole(place, together)
        more: dict[str, Any] = {"item": frame.item} if frame.in_loop else {}
        many = self.run.trigger.get("count") or len(self.run.trigger.get("rows") or ())
        return Names(
            self.plan.app, self._about, self.run.trigger, datetime.now(UTC), rows, output=lambda step: self._output(step, frame),
            steps=tuple(self.plan.titles), many=many, guesses=self.guesses, **more,
        )  # fmt: skip

    def _place(self, step: str, frame: Frame) -> str | None:
        return next((p for p in frame.places(step) if p in self.records and self.records[p].output is not None), None)

    def _output(self, step: str, frame: Frame) -> Mapping[str, Any] | None:
        place = self._place(step, frame)
        if place is None:
            return None
        return self.outputs.get(place) or self.records[place].output

    async def _whole(self, place: str, together: Together) -> None:
        """All rows that a step found, as they are now: it is kept which they were, and what the first of them said."""
        output = self.records[place].output
        ids, table = output.get("ids"), self.plan.app.table(output.get("table") or "")
        if not isinstance(ids, list) or table is None or len(ids) <= len(output.get("rows") or ()):
            return
        async with together.reading() as tx:
            app = await apps.open_app(tx, self.run.app_id, by=self.by)
            now = app.spec.table(table.id)
            if now is not None:
                rows = orjson.loads(f"[{await rows_by_id(tx, app, now, ids[:ROWS_READ_MAX])}]")
                self.outputs[place] = {
                    **output,
                    "rows": [{"id": r["id"], "table": table.id, "values": r["values"]} for r in rows],
                }

    async def _read(self, tx: AsyncConnection, ref: RowRef, needs: Needs) -> RowValues | None:
        app = await apps.open_app(tx, self.run.app_id, by=self.by)
        found = await read(tx, app, ref.table, ref.id, needs.through)
        was = (self.run.trigger.get("was") or {}).get(str(ref.id)) if self.run.trigger.get("kind") == "row_deleted" else None
        table = self.plan.app.table(ref.table)
        if found is None and was and table is not None:
            return RowValues(table, ref.id, was, gone=True)
        return found
