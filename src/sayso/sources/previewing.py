"""What a sync would do, before it does it: the same comparison, with nothing written."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.connections.connections import Connections
from sayso.connections.reading import Batch, Row, Wanted
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.data.physical import found
from sayso.data.row import shown
from sayso.sources import batch as batches
from sayso.sources import stored
from sayso.sources.batch import Step, Told, name_of
from sayso.sources.conflicts import as_shown
from sayso.sources.reached import of_owner, reached
from sayso.sources.source import key_of
from sayso.spec.source import Source
from sayso.spec.table import Table
from sayso.team.actor import Actor

ROWS_MAX = 2_000
SHOWN_MAX = 20
WORDS = {"creates": "creates", "changes": "changes", "restores": "changes", "conflicts": "conflicts"}


@dataclass(slots=True)
class Preview:
    """`whole` tells whether all of the source was looked at; what is gone is known only then."""

    read: int = 0
    whole: bool = True
    trashed: int = 0
    told: Told = field(default_factory=Told)
    sample: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @property
    def sentence(self) -> str:
        c = self.told.counts
        parts = [
            f"{c['creates']:,} new" if c["creates"] else "",
            f"{c['changes']:,} changed" if c["changes"] else "",
            f"{self.trashed:,} to the trash" if self.trashed else "",
            f"{c['conflicts']:,} to be decided" if c["conflicts"] else "",
            f"{c['nothing']:,} as they are" if c["nothing"] else "",
        ]
        said = ", ".join(p for p in parts if p) or "nothing to do"
        return f"Of {self.read:,} rows{'' if self.whole else ' that were looked at'}: {said}."


async def preview(connections: Connections, app_id: str, table_id: str, source: Source | None, *, by: Actor) -> Preview:
    """With the source as it would be, read with the rights of `by`; else as it is. Raises as a sync does."""
    async with db.transaction(connections.engine) as tx:
        app = await apps.open_app(tx, app_id, by=by, to="build")
        table = found(app, table_id)
        what = f"{table.name} in {app.spec.name}"
        if source is None:
            source = stored.source_of(table)
            there = await of_owner(tx, connections, await stored.kept(tx, app, table), what)
        else:
            there = await reached(tx, connections, source.connection, by=by, what=what)
    wanted = Wanted(source.what, source.key, tuple(dict[str, None].fromkeys(source.fields.values())), source.cursor)
    rows, whole = await _first(there.reader.batches(connections, there.opened, wanted))
    async with db.transaction(connections.engine) as tx:
        app = await apps.open_app(tx, app_id, by=by, to="build")
        partial = bool(getattr(there.reader, "partial", False))
        return await _compared(tx, app, found(app, table_id), source, rows, whole, partial=partial)


async def _first(batches_: AsyncGenerator[Batch]) -> tuple[list[Row], bool]:
    rows: list[Row] = []
    async with aclosing(batches_) as reading:
        async for one in reading:
            rows += one.rows
            if len(rows) > ROWS_MAX:
                return rows[:ROWS_MAX], False
    return rows, True


async def _compared(
    tx: AsyncConnection, app: OpenApp, table: Table, source: Source, rows: list[Row], whole: bool, *, partial: bool
) -> Preview:
    done = Preview(len(rows), whole)
    for n in range(0, len(rows), 500):
        steps = await batches.steps_of(tx, app, table, source, rows[n : n + 500], done.told)
        for step in steps:
            done.told.counts[WORDS.get(step.does, "nothing")] += 1
        room = SHOWN_MAX - len(done.sample)
        done.sample += await _shown(tx, app, table, [s for s in steps if s.does in WORDS][:room])
    if whole and not partial:
        met = {key_of(source, row) for row in rows}
        mine = [one for one in await batches.gone(tx, app, table, 2**62) if one[0] not in met]
        done.trashed = len(mine) if source.gone == "trash" else 0
        if done.trashed:
            some = mine[: SHOWN_MAX - len(done.sample)]
            here = {row["id"]: row for row in await shown(tx, app, table, [id for _, id in some])}
            done.sample += [
                {
                    "key": batches.told_key(key),
                    "row": id,
                    "name": name_of(table, here.get(id), key),
                    "does": "trashes",
                    "fields": [],
                }
                for key, id in some
            ]
    return done


async def _shown(tx: AsyncConnection, app: OpenApp, table: Table, steps: list[Step]) -> list[dict[str, Any]]:
    ids = [s.known.id for s in steps if s.known]
    here = {row["id"]: row for row in await shown(tx, app, table, ids)} if ids else {}
    return [_step(table, s, here.get(s.known.id) if s.known else None) for s in steps]


def _step(table: Table, step: Step, row: Any) -> dict[str, Any]:
    new = step.merged.values | step.merged.conflicts
    fields = [
        {
            "field": one.id,
            "name": one.name,
            "before": row["values"].get(one.id) if row else None,
            "after": as_shown(one, new[one.id]),
        }
        for one in table.fields
        if one.id in new
    ]
    title = table.title_field
    name = next((str(f["after"]) for f in fields if title is not None and f["field"] == title.id and f["after"]), "")
    return {
        "key": batches.told_key(step.key),
        "row": row["id"] if row else None,
        "name": name_of(table, row, step.key) if row else name or batches.told_key(step.key),
        "does": WORDS[step.does],
        "fields": fields,
    }
