"""Rows that meet a trigger, turned into what begins its runs: one for each row, or one for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.registry.reading import Entry
from sayso.automations.runs import Begun
from sayso.automations.triggers.asked import Question
from sayso.automations.triggers.happened import Happened
from sayso.automations.triggers.states import Met
from sayso.data.query import rows_by_id

TOGETHER_ROWS_MAX = 1_000
"""A run for all of them names at most so many rows; it is told how many there were."""
VALUES_ROWS_MAX = 200


def is_together(entry: Entry) -> bool:
    return getattr(entry.registered.automation.trigger, "many", "each") == "together"


async def begun(tx: AsyncConnection, entry: Entry, asked: Question, event: Happened, met: Sequence[Met]) -> list[Begun]:
    """One for each row, or one for all of them, with their values as they were where they are no more."""
    if not met:
        return []
    was = await _was(tx, entry, asked, met)
    if is_together(entry):
        return [together(entry, event, met, len(met), was)]
    told = event.told(entry.kind)
    return [
        Begun(
            {**told, "rows": [one.id], "count": 1, **{key: {str(one.id): rows[one.id]} for key, rows in was.items() if one.id in rows}},
            f"{_key(event, one)}:{one.id}",
            hops=event.hops,
        )
        for one in met
    ]  # fmt: skip


def together(entry: Entry, event: Happened, met: Sequence[Met], count: int, was: dict[str, dict[int, Any]]) -> Begun:
    ids = [one.id for one in met[:TOGETHER_ROWS_MAX]]
    values = {key: {str(id): rows[id] for id in ids if id in rows} for key, rows in was.items()}
    trigger = {**event.told(entry.kind), "rows": ids, "count": count, **values}
    return Begun(trigger, f"{_key(event, met[0])}:all", hops=event.hops)


def _key(event: Happened, first: Met) -> str:
    """Two events of one transaction may tell of the same change of a row: its history knows that it is one."""
    return f"event:{event.id}" if first.entry is None else f"entry:{first.entry}"


async def _was(tx: AsyncConnection, entry: Entry, asked: Question, met: Sequence[Met]) -> dict[str, dict[int, Any]]:
    """What a change replaced, or what rows said that are in the trash now."""
    ids = [one.id for one in met[:VALUES_ROWS_MAX]]
    if entry.kind == "row_changed":
        return {"was": await asked.states.replaced(tx, ids)}
    if entry.kind == "row_deleted":
        rows = orjson.loads(f"[{await rows_by_id(tx, asked.states.app, asked.states.told.table, ids, trashed=True)}]")
        return {"values": {row["id"]: row["values"] for row in rows}}
    return {}
