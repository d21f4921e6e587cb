"""Which way a run goes: conditions on its row, and values against one another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.names.names import Names
from sayso.automations.names.readable import readable
from sayso.automations.steps.step import RowRef, StepFailed
from sayso.automations.work import bounded
from sayso.automations.work.ends import Failed, Stopped
from sayso.automations.work.frame import Frame
from sayso.automations.work.together import Together
from sayso.automations.work.trouble import told
from sayso.data import apps, filters
from sayso.data.clock import Clock
from sayso.data.physical import found
from sayso.data.scope import Scope
from sayso.spec.automation import Branch, Stop, Switch
from sayso.spec.filter import Filter
from sayso.team.actor import Actor

if TYPE_CHECKING:
    from sayso.automations.work.execution import Execution


async def taken(of: Execution, step: Branch | Switch, path: str, frame: Frame, work: Together) -> str:
    """`then`, `otherwise` or `cases/2`: decided once, and kept."""
    record = of.at(path, step, frame)
    if record.output is not None:
        return str(record.output["taken"])
    try:
        names = await of.gathering.names(of.plan.needs(path, step), frame, work)
        way, name = await _decided(of, step, names, frame, work)
    except Exception as error:
        trouble = told(error, step)
        record.state, record.problem, record.detail = "failed", trouble.message, trouble.detail
        record.ended_at = datetime.now(UTC)
        work.records.append(record)
        of.noted(record)
        raise Failed(record.place, trouble.message, trouble.detail) from error
    record.state, record.output, record.ended_at, record.problem = "done", {"taken": way, "name": name}, datetime.now(UTC), ""
    record.told = name
    work.records.append(record)
    of.noted(record)
    return way


async def _decided(of: Execution, step: Branch | Switch, names: Names, frame: Frame, work: Together) -> tuple[str, str]:
    if isinstance(step, Branch):
        yes = await _holds(of, step, names, frame, work)
        return ("then", "Yes") if yes else ("otherwise", "No")
    for n, case in enumerate(step.cases):
        if await _holds(of, case, names, frame, work):
            return f"cases/{n}", case.name or f"Way {n + 1}"
    return "otherwise", "Otherwise"


async def _holds(of: Execution, way: Any, names: Names, frame: Frame, work: Together) -> bool:
    """The filter always, and of the tests all or any."""
    tests = [compared(names.value(one.value), one.op, names.value(one.to)) for one in way.tests]
    if tests and not (all(tests) if way.match == "all" else any(tests)):
        return False
    if not way.filter.of:
        return True
    if not frame.rows:
        raise StepFailed("There is no row here that the condition could look at.")
    async with work.reading() as tx:
        return await meets(tx, of.run.app_id, frame.rows[0], names.filter(way.filter), by=of.by)


async def meets(tx: AsyncConnection, app_id: str, row: RowRef, filter: Filter, *, by: Actor) -> bool:
    """Whether the row meets the filter now."""
    app = await apps.open_app(tx, app_id, by=by)
    scope = Scope.of(app, found(app, row.table), Clock.of(app.spec.zone))
    asked = select(scope.t.c.id).where(scope.t.c.id == row.id, filters.where(scope, filter))
    return (await tx.execute(asked)).first() is not None


def compared(value: Any, op: str, to: Any) -> bool:
    match op:
        case "empty":
            return value in (None, "", [], {}, False)
        case "not_empty":
            return value not in (None, "", [], {}, False)
        case "contains" | "not_contains":
            return _contains(value, to) == (op == "contains")
        case "is" | "is_not":
            return _same(value, to) == (op == "is")
        case _:
            return _ordered(value, op, to)


def _contains(value: Any, to: Any) -> bool:
    wanted = readable(to).casefold()
    if isinstance(value, list):
        return any(readable(one).casefold() == wanted for one in value)
    return wanted in readable(value).casefold()


def _same(value: Any, to: Any) -> bool:
    a, b = _number(value), _number(to)
    return a == b if a is not None and b is not None else readable(value).strip().casefold() == readable(to).strip().casefold()


def _ordered(value: Any, op: str, to: Any) -> bool:
    """Numbers as numbers; days and moments, as they are written in ISO, by their letters. Nothing is neither more nor less."""
    a: Any = _number(value)
    b: Any = _number(to)
    if a is None or b is None:
        a, b = readable(value).strip(), readable(to).strip()
        if not a or not b:
            return False
    tests: dict[str, Callable[[], bool]] = {
        "gt": lambda: a > b, "gte": lambda: a >= b, "lt": lambda: a < b, "lte": lambda: a <= b,
    }  # fmt: skip
    return tests[op]()


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = Decimal(str(value).strip().replace(" ", ""))
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() else None


async def stopped(of: Execution, step: Stop, path: str, frame: Frame, work: Together) -> None:
    record = of.at(path, step, frame)
    names = await of.gathering.names(of.plan.needs(path, step), frame, work)
    try:
        message = bounded.line(names.text(step.message), bounded.PROBLEM_CHARACTERS_MAX)
    except Exception as error:
        message = bounded.line(told(error, step).message, bounded.PROBLEM_CHARACTERS_MAX)
    record.state, record.told, record.output, record.ended_at = "done", message, {}, datetime.now(UTC)
    work.records.append(record)
    of.noted(record)
    raise Stopped(record.place, message, failed=step.as_failed)
