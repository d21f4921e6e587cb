"""What a change would lose, counted in the rows that are there."""

# ruff: noqa: S608  names in statements are numbers of the catalogue, or quoted by the dialect

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import link_conversion, settled
from sayso.data.conversion import by_row, column_of
from sayso.data.ddl import schema
from sayso.data.ground import Ground, ground_of
from sayso.data.layout import Fill, laid_out
from sayso.data.open_app import OpenApp
from sayso.data.physical import is_stored
from sayso.data.turned import State, Turn, turn
from sayso.errors import Problem
from sayso.spec.app import App
from sayso.spec.change import Change, Effect, apply, completed, effects
from sayso.spec.check import check_change
from sayso.spec.fields import Link
from sayso.spec.table import Table

KEPT_DAYS = 30
EXAMPLES_MAX = 3


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that would be lost: where, in a sentence, and in how many rows. `choices` are ways to lose less, in words."""

    path: str
    sentence: str
    rows: int
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """What would happen. `change` is complete; `spec` is the app as it would be, also while there are problems."""

    change: Change
    effects: tuple[Effect, ...]
    problems: tuple[Problem, ...]
    losses: tuple[Loss, ...]
    spec: App


async def planned(tx: AsyncConnection, app: OpenApp, change: Change) -> Planned:
    """Works out a change without doing it. Raises `Invalid` when its steps do not fit the app."""
    change = completed(app.spec, await settled.with_choices(tx, app, change))
    after = apply(app.spec, change)
    problems = (*check_change(app.spec, change), *await settled.problems(tx, app, after))
    return Planned(change, effects(app.spec, change), problems, await _lost(tx, app, after), after)


async def losses(tx: AsyncConnection, app: OpenApp, change: Change) -> tuple[Loss, ...]:
    """What the change, completed, would lose. Reads, writes nothing but tables that end with the transaction."""
    change = completed(app.spec, await settled.with_choices(tx, app, change))
    return await _lost(tx, app, apply(app.spec, change))


async def _lost(tx: AsyncConnection, app: OpenApp, after: App) -> tuple[Loss, ...]:
    found: list[Loss] = []
    for table in app.spec.tables:
        now = after.table(table.id)
        if now is None:
            found += await _table(tx, app, table)
            continue
        for field in table.fields:
            if now.field(field.id) is None:
                found += await _field(tx, app, table, field)
    layout = laid_out(app.spec, after, app.columns, "")
    if layout.fills:
        ground = await ground_of(tx, app, after, layout.columns)
        for fill in layout.fills:
            found += await _turned(tx, ground, fill)
    return tuple(found)


async def _table(tx: AsyncConnection, app: OpenApp, table: Table) -> list[Loss]:
    query = f"select count(*) from {_rows(app, table)} where deleted_at is null"
    rows: int = (await tx.execute(text(query))).scalar_one()
    sentence = f"Removing {table.name} loses {_counted(rows, 'row')}; kept in the trash for {KEPT_DAYS} days"
    return [Loss(f"tables/{table.id}", sentence, rows)] if rows else []


async def _field(tx: AsyncConnection, app: OpenApp, table: Table, field: Any) -> list[Loss]:
    number = app.columns.fields[table.id].get(field.id)
    if number is None:
        return []
    if isinstance(field, Link):
        mine = "a" if app.columns.ends[number] == (table.id, field.id) else "b"
        query = f"select count(distinct {mine}) from {schema(app.number)}.l_{number}"
    else:
        holds = f"c_{number}" if field.storage == "boolean" else f"c_{number} is not null"
        query = f"select count(*) from {_rows(app, table)} where deleted_at is null and {holds}"
    rows: int = (await tx.execute(text(query))).scalar_one()
    what = "link" if isinstance(field, Link) else "value"
    sentence = f"Removing {field.name} from {table.name} loses {_counted(rows, what)}; kept for {KEPT_DAYS} days"
    return [Loss(f"tables/{table.id}/fields/{field.id}", sentence, rows)] if rows else []


async def _turned(tx: AsyncConnection, ground: Ground, fill: Fill) -> list[Loss]:
    """Values that cannot be read as the new kind, and sets of which only one stays."""
    at = f"tables/{fill.table.id}/fields/{fill.new.id}"
    tally = _Tally()
    if by_row(fill):
        for _, state in (await link_conversion.converted(tx, ground, fill)).values():
            tally.add(state, 1, None)
    else:
        as_new = turn(fill.old, fill.new, ground.people)
        column = column_of(fill.old, fill.source)
        rows = f"{ground.schema}.t_{fill.table_no}"
        query = (
            f"select {column}, count(*) from {rows} where {column} is not null and deleted_at is null group by 1 order by 2 desc"
        )
        counted = (await tx.execute(text(query))).all()
        await asyncio.to_thread(tally.read, [(r[0], r[1]) for r in counted], as_new, fill.old)
    return list(tally.losses(at, fill.old.name))


class _Tally:
    """Counts of what becomes of the values of one field, with a few examples."""

    def __init__(self) -> None:
        self.counts: dict[State, int] = {"kept": 0, "shortened": 0, "emptied": 0}
        self.examples: dict[State, list[str]] = {"kept": [], "shortened": [], "emptied": []}

    def add(self, state: State, count: int, example: str | None) -> None:
        self.counts[state] += count
        if example and len(self.examples[state]) < EXAMPLES_MAX:
            self.examples[state].append(example[:40])

    def read(self, values: list[tuple[Any, int]], as_new: Turn, old: Any) -> None:
        """Beside the event loop: there may be as many different values as rows."""
        for value, count in values:
            state = as_new(value)[1]
            wanted = state != "kept" and len(self.examples[state]) < EXAMPLES_MAX
            self.add(state, count, old.written(value) if wanted and is_stored(old) else None)

    def losses(self, at: str, name: str) -> Iterable[Loss]:
        total = sum(self.counts.values())
        told: tuple[tuple[State, str], ...] = (
            ("emptied", "would become empty"),
            ("shortened", "would keep only the first of several"),
        )
        for state, said in told:
            if count := self.counts[state]:
                such = ", ".join(f"“{e}”" for e in self.examples[state])
                sentence = f"{count:,} of {_counted(total, 'value')} of {name} {said}" + (f", such as {such}" if such else "")
                yield Loss(at, sentence, count)


def _rows(app: OpenApp, table: Table) -> str:
    return f"{schema(app.number)}.t_{app.columns.tables[table.id]}"


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"
