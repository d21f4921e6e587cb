"""A batch of answers written: values, history, who wrote them, runs, counts and one event, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import BigInteger, Integer, Text, cast, column, func, literal, select, update
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai import inputs as reading
from sayso.ai import runs
from sayso.ai.fills.fill import CLAIMS, Fill
from sayso.ai.fills.seen import Answered, Seen, digest_of, now
from sayso.ai.fills.stored import tell
from sayso.ai.fills.wanted import Part
from sayso.ai.inputs import Inputs
from sayso.ai.outcome import Outcome
from sayso.data import acts, attached, events, provenance, references, written
from sayso.data.cleaning import Clean, cleaned
from sayso.data.clock import Clock
from sayso.data.edits import relink
from sayso.data.open_app import OpenApp
from sayso.data.physical import Rows, rows_of
from sayso.data.provenance import Provenance
from sayso.data.row import raw_values, where
from sayso.db.fill_tables import fill_lines
from sayso.db.fill_tables import fills as t
from sayso.errors import Problem
from sayso.spec.fields import Link
from sayso.team.actor import Actor

PROBLEM_CHARACTERS_MAX = 500


@dataclass(slots=True)
class Line:
    """What becomes of one line. `one` is the value to be written, when there is one."""

    answer: Answered
    state: str
    about: dict[str, Any] | None = None
    one: Clean | None = None
    entry: int | None = None


async def write(
    tx: AsyncConnection, app: OpenApp, part: Part, fill: Fill, process: str, answers: Sequence[Answered]
) -> Fill | None:
    """The fill as it stands afterwards; None, and nothing is written, when it is not ours any more or was called off."""
    if await CLAIMS.beat(tx, fill.id, process) is None:
        return None
    waiting = select(fill_lines.c.n).where(fill_lines.c.fill == fill.id, fill_lines.c.n.in_([a.n for a in answers]))
    still = set((await tx.execute(waiting.where(fill_lines.c.state.is_(None)))).scalars())
    answers = sorted((a for a in answers if a.n in still), key=lambda a: a.row)
    app = replace(app, by=Actor("model", app.by.workspace, None, app.by.role, "A model"))
    rows = rows_of(app, part.table)
    there = await now(tx, app, part, [a.row for a in answers], lock=True)
    lines = [_line(a, there.get(a.row)) for a in answers]
    await _cleaned(tx, app, part, rows, lines)
    kept = await _values(tx, app, part, rows, lines)
    stale = await _stale(tx, app, part, lines, there)
    await _who(tx, app, part, rows, lines, kept, stale)
    entries = dict(zip(kept.ids, kept.entries, strict=True))
    for line in lines:
        line.entry = entries.get(line.answer.row)
    done = [runs.of(part.job, a.inputs, a.outcome, by=fill.by.id) for a in answers if a.inputs and a.outcome and a.outcome.calls]
    await runs.keep(tx, app.by.workspace, app.number, done)
    await _told(tx, app, part, rows, fill, lines, kept)
    await _marked(tx, fill, lines)
    return await _counted(tx, app, part, fill, lines, kept)


def _line(a: Answered, seen: Seen | None) -> Line:
    if a.outcome is None or seen is None or seen.value != a.seen.value:
        return Line(a, "skipped")  # left out, in the trash by now, or a person has been at it: theirs stays
    outcome = a.outcome
    if outcome.state == "refused" and not outcome.calls:
        return Line(a, "skipped")
    return Line(a, outcome.state if outcome.is_value else "failed", about(outcome))


def about(outcome: Outcome) -> dict[str, Any]:
    """What is shown of who wrote a value."""
    told: dict[str, Any] = {
        "model": outcome.model, "provider": outcome.provider, "version": outcome.version,
        "at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "cost": None if outcome.cost is None else f"{outcome.cost:f}", "tokens": _tokens(outcome), "ms": outcome.ms,
        "confidence": outcome.confidence, "problem": outcome.problem and outcome.problem[:PROBLEM_CHARACTERS_MAX],
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def _tokens(outcome: Outcome) -> dict[str, int]:
    tokens = outcome.tokens or {}
    return {"input": int(tokens.get("input", 0)), "output": int(tokens.get("output", 0))}


async def _cleaned(tx: AsyncConnection, app: OpenApp, part: Part, rows: Rows, lines: Sequence[Line]) -> None:
    """The values by the field's own rules; those that break them fail with the reason."""
    problems: list[Problem] = []
    clock = Clock.of(app.spec.zone)
    valued = [line for line in lines if line.state in ("written", "review")]
    for line in valued:
        value = line.answer.outcome.value if line.answer.outcome else None
        line.one = cleaned(app, part.table, {part.field.id: value}, problems, path=str(line.answer.row), clock=clock)
    ones = [line.one for line in valued if line.one is not None]
    await references.check(tx, app, part.table, ones, [line.answer.row for line in valued], problems)
    wrong = {problem.path.split("/", 1)[0]: problem.reason for problem in problems}
    for line in valued:
        if (reason := wrong.get(str(line.answer.row))) is not None:
            line.state, line.one = "failed", None
            line.about = {**(line.about or {}), "problem": reason[:PROBLEM_CHARACTERS_MAX]}


async def _values(tx: AsyncConnection, app: OpenApp, part: Part, rows: Rows, lines: Sequence[Line]) -> written.Kept:
    changes = {
        line.answer.row: written.Change(line.answer.row, raw_values(rows, line.one)) for line in lines if line.one is not None
    }
    if isinstance(part.field, Link):
        wanted = {line.answer.row: line.one.links.get(part.field.id, []) for line in lines if line.one is not None}
        await relink(tx, app, part.table, rows, part.field, wanted, changes)
    return await written.change(tx, app, rows, [c for c in changes.values() if c.values or c.after])


async def _stale(tx: AsyncConnection, app: OpenApp, part: Part, lines: Sequence[Line], there: dict[int, Seen]) -> set[int]:
    """Rows that were changed while the model was at them, so that it would be given something else now."""
    moved = {
        line.answer.row: line.answer for line in lines if line.one and there[line.answer.row].version != line.answer.seen.version
    }
    if not moved:
        return set()
    reader = replace(app, by=Actor("system", app.by.workspace, None, app.by.role, "Sayso"))
    again: list[Inputs] = await reading.gathered(tx, reader, part.table.id, list(moved), part.job)
    return {one.row for one in again if one.row is not None and digest_of(one) != moved[one.row].seen.inputs}


async def _who(
    tx: AsyncConnection, app: OpenApp, part: Part, rows: Rows, lines: Sequence[Line], kept: written.Kept, stale: set[int]
) -> None:
    failed = [line.answer.row for line in lines if line.state == "failed"]
    theirs = await _of_people(tx, app, part, rows, failed) if failed else set[int]()
    given: dict[provenance.Of, Provenance | None] = {}
    for line in lines:
        row = line.answer.row
        if line.about is None or row in theirs:
            continue
        old = {"stale": "sources"} if row in stale else {}
        state = "stale" if row in stale and line.state != "failed" else line.state
        given[row, part.number] = Provenance(state, {**line.about, **old}, line.answer.seen.inputs or None)
    await attached.follow(tx, rows, kept)
    await provenance.follow(tx, app, rows, kept, given)
    changed = set(kept.ids)
    await provenance.keep(tx, app, rows, {of: one for of, one in given.items() if of[0] not in changed})


async def _of_people(tx: AsyncConnection, app: OpenApp, part: Part, rows: Rows, ids: list[int]) -> set[int]:
    """Rows whose value is a person's: a model that fails to write it over leaves it theirs."""
    known = await provenance.read(tx, app, rows, ids, part.number)
    empty = await now(tx, app, part, ids)
    column_ = None if isinstance(part.field, Link) else rows.sql.c[rows.name(part.field)]
    if column_ is not None:
        filled = set((await tx.execute(select(rows.sql.c.id).where(rows.sql.c.id.in_(ids), column_.is_not(None)))).scalars())
    else:
        filled = set(empty)
    return {id for id in ids if (known[id].state == "by_hand" if id in known else id in filled)}


async def _told(
    tx: AsyncConnection, app: OpenApp, part: Part, rows: Rows, fill: Fill, lines: Sequence[Line], kept: written.Kept
) -> None:
    """Other fields may be made of what was written; what became of the rest is only to be shown."""
    here = where(app, part.table, rows)
    if kept.ids:
        payload = {"fields": [part.field.id], "chain": [*fill.chain, part.field.id], "origin": fill.origin, "of": fill.rows}
        await events.write(tx, "row.changed", rows=kept.ids, payload=payload, **here)
    changed = set(kept.ids)
    others = [line.answer.row for line in lines if line.about is not None and line.answer.row not in changed]
    if others:
        await events.write(tx, "row.changed", rows=others, payload={"fields": []}, **here)


async def _marked(tx: AsyncConnection, fill: Fill, lines: Sequence[Line]) -> None:
    records = [{"n": line.answer.n, "state": line.state, "entry": line.entry} for line in lines]
    columns = [column("n", Integer()), column("state", Text()), column("entry", BigInteger())]
    body = cast(literal(orjson.dumps(records).decode(), Text), JSON)
    sent = func.json_to_recordset(body).table_valued(*columns, name="sent").render_derived(with_types=True)
    mine = (fill_lines.c.fill == fill.id) & (fill_lines.c.n == sent.c.n)
    await tx.execute(update(fill_lines).where(mine).values(state=sent.c.state, entry=sent.c.entry))


async def _counted(tx: AsyncConnection, app: OpenApp, part: Part, fill: Fill, lines: Sequence[Line], kept: written.Kept) -> Fill:
    outcomes = [line.answer.outcome for line in lines if line.answer.outcome]
    act = fill.act or await _act(tx, app, part, fill, kept)
    values: dict[str, Any] = {
        "done": t.c.done + len(lines), "calls": t.c.calls + sum(o.calls for o in outcomes),
        "tokens": t.c.tokens + sum(sum(_tokens(o).values()) for o in outcomes),
        "cost": t.c.cost + sum((o.cost or Decimal(0) for o in outcomes), Decimal(0)), "act": act, "updated_at": func.clock_timestamp(),
        **{name: t.c[name] + sum(line.state == name for line in lines) for name in ("review", "failed", "skipped")},
    }  # fmt: skip
    row = (await tx.execute(update(t).where(t.c.id == fill.id).values(values).returning(*t.c))).one()
    after = Fill.of(row)
    await tell(tx, after)
    return after


async def _act(tx: AsyncConnection, app: OpenApp, part: Part, fill: Fill, kept: written.Kept) -> int | None:
    """One thing to undo for all of it, from the first value on."""
    if fill.origin != "person" or not kept.entries:
        return None
    rows = "1 row" if fill.rows == 1 else f"{fill.rows:,} rows"
    payload = {"table": fill.table_no, "fill": fill.id}
    return await acts.record(tx, replace(app, by=fill.by), "rows", f"Fill {part.field.name} of {rows}", payload)
