"""Steps done once for each row, or each item of a list: in order, or some of them together.

The items are kept when the loop begins, so that a crash changes nothing of which they are. When a step fails in one turn and is to stop,
that turn ends there; no further turn is begun, those under way are finished, and the run fails at that step: tried again, it goes on with
this turn. With `failed: go_on` on the loop, the turn is counted as failed and the others are done.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from sayso.automations.names.template import Named, pieces
from sayso.automations.steps.step import RowRef, StepFailed
from sayso.automations.work.ends import Failed, Suspended
from sayso.automations.work.frame import Frame
from sayso.automations.work.records import Record
from sayso.automations.work.together import Together, Trial
from sayso.automations.work.trouble import told
from sayso.spec.automation import ForEach
from sayso.spec.fields import Link

if TYPE_CHECKING:
    from sayso.automations.work.execution import Execution

ITEMS_BYTES_MAX = 1_000_000
"""Of the items of one loop, as they are kept; rows are kept as their ids."""


@dataclass(slots=True)
class _Turns:
    done: int = 0
    failed: int = 0
    waits: list[Suspended] | None = None
    failure: Failed | None = None


async def each(of: Execution, step: ForEach, path: str, frame: Frame, work: Together) -> None:
    record = of.at(path, step, frame)
    if record.state == "done":
        return
    if record.state == "failed":
        if step.failed == "stop":
            raise Failed(record.place, record.problem, record.detail)
        return
    kept: dict[str, Any] = record.input or await _begun(of, record, step, path, frame, work)
    table, items = kept["table"], kept["items"]
    turns = _Turns(waits=[])
    if step.at_once > 1 and len(items) > 1 and not isinstance(work, Trial):
        await of.keep(work)
        await _together(of, step, path, frame, table, items, turns)
    else:
        for n, item in enumerate(items):
            await _turn(of, step, path, frame, work, n, table, item, turns)
            if turns.failure or turns.waits:
                break
    if turns.failure:
        raise turns.failure
    if turns.waits:
        raise min(turns.waits, key=lambda w: w.until or datetime.max.replace(tzinfo=UTC))
    record.state, record.ended_at = "done", datetime.now(UTC)
    record.output = {"items": len(items), "done": turns.done, "failed": turns.failed}
    record.told = f"{turns.done} done" + (f", {turns.failed} failed" if turns.failed else "")
    work.records.append(record)
    of.noted(record)


async def _begun(of: Execution, record: Record, step: ForEach, path: str, frame: Frame, work: Together) -> dict[str, Any]:
    try:
        table, items = await _items(of, step, path, frame, work)
        if len(orjson.dumps(items, default=str)) > ITEMS_BYTES_MAX:
            raise StepFailed(f"The list is too long: its items have more than {ITEMS_BYTES_MAX:,} bytes.")
    except Exception as error:
        trouble = told(error, step)
        record.state, record.problem, record.detail = "failed", trouble.message, trouble.detail
        work.records.append(record)
        of.noted(record)
        raise Failed(record.place, trouble.message, trouble.detail) from error
    record.state, record.problem = "begun", ""
    kept = record.input = {"table": table, "items": items[: step.limit], "of": len(items)}
    work.records.append(record)
    of.noted(record)
    return kept


async def _items(of: Execution, step: ForEach, path: str, frame: Frame, work: Together) -> tuple[str | None, list[Any]]:
    """The table of the rows and their ids, or the items of a list."""
    over = step.over.strip()
    name = pieces(over)[0] if over and len(pieces(over)) == 1 else None
    asked = name.parts if isinstance(name, Named) else None
    last = of.plan.found.get(path)
    if (not over and last is None) or asked == ("trigger", "rows"):
        rows = of.run.trigger.get("rows")
        if not rows or not of.run.trigger.get("table"):
            raise StepFailed("There are no rows to go through: no step before this one finds any.")
        return of.run.trigger["table"], [int(id) for id in rows]
    if not over or (asked and asked[1] == "rows"):
        output = _found(of, asked[0] if asked else last or "", frame)
        if output is not None and isinstance(output.get("ids"), list):
            return output["table"], list(output["ids"])
    names = await of.gathering.names(of.plan.needs(path, step), frame, work)
    value = names.value(over)
    for row in names.rows:
        field = row.table.named(name.name) if isinstance(name, Named) and name.behind is None else None
        if isinstance(field, Link):
            return field.to, [one["id"] for one in value or ()]
    if value in (None, ""):
        return None, []
    if not isinstance(value, list):
        raise StepFailed(f"{over[:100]} is not a list to go through.")
    return None, value


def _found(of: Execution, step: str, frame: Frame) -> dict[str, Any] | None:
    return next((of.records[p].output for p in frame.places(step) if p in of.records and of.records[p].output), None)


async def _turn(
    of: Execution, step: ForEach, path: str, frame: Frame, work: Together, n: int, table: str | None, item: Any, turns: _Turns
) -> None:
    row = RowRef(table, int(item)) if table else None
    value = {"id": item, "table": table, "n": n + 1} if table else item
    try:
        await of.steps(step.steps, f"{path}/steps/", frame.inside(n, value, row), work)
        turns.done += 1
    except Failed as failure:
        if step.failed == "go_on":
            turns.failed += 1
        else:
            turns.failure = turns.failure or failure
    except Suspended as wait:
        if turns.waits is not None:
            turns.waits.append(wait)


async def _together(
    of: Execution, step: ForEach, path: str, frame: Frame, table: str | None, items: list[Any], turns: _Turns
) -> None:
    """Each turn has transactions of its own, a step at a time."""
    turn = iter(enumerate(items))

    async def some() -> None:
        for n, item in turn:
            if turns.failure:
                return
            work = Together(of.hands.engine, of.hands.checkpoints, of.hands.gate, careful=True)
            try:
                await _turn(of, step, path, frame, work, n, table, item, turns)
                await of.keep(work)
            finally:
                await work.rollback()

    try:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(step.at_once, len(items))):
                tasks.create_task(some())
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None
