"""One batch of a source's rows, laid beside the rows that are here, and written in one transaction."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import BigInteger, Integer, Text, cast, column, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.connections.reading import Row
from sayso.data import rows
from sayso.data.open_app import OpenApp
from sayso.data.physical import rows_of
from sayso.data.row import called
from sayso.data.rows import Edit
from sayso.db.source_tables import source_rows as t
from sayso.db.tables import history
from sayso.errors import Invalid
from sayso.sources.merging import Merged, merged
from sayso.sources.source import EXAMPLES_MAX, key_of, told_key
from sayso.spec.source import Source
from sayso.spec.table import Table

KEY_CHARACTERS_MAX = 1_000
TRIES_MAX = 10
"""How often a batch is written again without rows that did not fit."""
NOT_PEOPLE = ("system",)
"""Who writes without being a person's edit that a sync must respect."""


@dataclass(frozen=True, slots=True)
class Known:
    """A row that came from the source before: which it is here, what the source said then, how it is now."""

    key: str
    id: int
    version: int
    last: Mapping[str, Any]
    state: str | None
    now_version: int | None
    trashed: bool
    updated_at: datetime | None
    theirs: Mapping[str, Any] | None = None

    @property
    def edited(self) -> bool:
        return self.now_version is not None and self.now_version != self.version


@dataclass(slots=True)
class Told:
    """What came of a batch: counts, and where values were refused and why. `shown` is filled for a preview."""

    counts: Counter[str] = field(default_factory=Counter[str])
    examples: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    def refuse(self, key: str, field: str, reason: str) -> None:
        self.counts["refused"] += 1
        if len(self.examples) < EXAMPLES_MAX:
            self.examples.append({"key": key[:200], "field": field, "reason": reason[:300]})


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done with one row. `known` is None for a new one."""

    key: str
    known: Known | None
    merged: Merged
    does: str
    """creates, changes, conflicts, restores or nothing."""
    edited: frozenset[str] = frozenset()
    """Fields that people changed here since."""

    @property
    def settled(self) -> bool:
        """Nothing of what people changed here is left that the source does not know of."""
        return self.does == "changes" and self.edited <= set(self.merged.values)


async def steps_of(
    tx: AsyncConnection, app: OpenApp, table: Table, source: Source, batch: Sequence[Row], told: Told
) -> list[Step]:
    """Each row of the batch and what a sync does with it. Nothing is written."""
    by_key = _keyed(source, batch, told)
    known = await known_of(tx, app, table, list(by_key))
    edited = await edited_since(tx, app, table, [k for k in known.values() if k.edited])
    steps: list[Step] = []
    for key, row in by_key.items():
        was = known.get(key)
        last = None if was is None else was.last
        mine = edited.get(was.id, frozenset[str]()) if was is not None else frozenset[str]()
        done = merged(table, source, row, last, mine, newer_here=was is not None and _newer_here(source, row, was))
        for id, reason in done.refused:
            told.refuse(told_key(key), id, reason)
        steps.append(Step(key, was, done, _does(was, done), mine & set(source.fields)))
    return steps


def _keyed(source: Source, batch: Sequence[Row], told: Told) -> dict[str, Row]:
    by_key: dict[str, Row] = {}
    for row in batch:
        key = key_of(source, row)
        if key is None or len(key) > KEY_CHARACTERS_MAX:
            told.refuse("", "", f"A row without a key in {', '.join(source.key)}" if key is None else "A key that is too long")
        elif key in by_key:
            told.refuse(told_key(key), "", "This key is there more than once; the last row was taken")
            by_key[key] = row
        else:
            by_key[key] = row
    return by_key


def _does(was: Known | None, done: Merged) -> str:
    if was is None:
        return "creates"
    if was.now_version is None or (was.trashed and was.state != "gone"):
        return "nothing"  # somebody took it out here
    if was.trashed:
        return "restores"
    if done.conflicts:
        return "conflicts"
    return "changes" if done.values else "nothing"


def _newer_here(source: Source, row: Row, was: Known) -> bool:
    """By the source's own moment of change, where its cursor is one; else the source's change, which is met just now, is the newer one."""
    said = row.get(source.cursor) if source.cursor else None
    if not isinstance(said, str) or was.updated_at is None:
        return False
    try:
        there = datetime.fromisoformat(said)
    except ValueError:
        return False
    return was.updated_at > (there if there.tzinfo else there.replace(tzinfo=UTC))


async def known_of(
    tx: AsyncConnection, app: OpenApp, table: Table, keys: list[str] | None, *, ids: list[int] | None = None
) -> dict[str, Known]:
    mine = rows_of(app, table)
    r = mine.sql.c
    which = (
        t.c.key == func.any(cast(keys, ARRAY(Text))) if keys is not None else t.c.row_id == func.any(cast(ids, ARRAY(BigInteger)))
    )
    query = (
        select(t.c.key, t.c.row_id, t.c.version, t.c["values"], t.c.state, t.c.theirs, r.version, r.deleted_at, r.updated_at)
        .select_from(t.outerjoin(mine.sql, r.id == t.c.row_id))
        .where(t.c.app == app.number, t.c.table_no == mine.number, which)
    )
    return {
        row[0]: Known(row[0], row[1], row[2], row[3], row[4], row[6], row[7] is not None, row[8], row[5])
        for row in (await tx.execute(query)).all()
    }


async def edited_since(tx: AsyncConnection, app: OpenApp, table: Table, known: Sequence[Known]) -> dict[int, frozenset[str]]:
    """By row, the fields that were changed here since the last sync wrote it."""
    if not known:
        return {}
    mine, h = rows_of(app, table), history.c
    ids = {number: id for id, number in mine.numbers.items()}
    since = {k.id: k.version for k in known}
    query = select(h.row_id, h.version, h.after).where(
        h.app == app.number, h.table_no == mine.number, h.row_id.in_(list(since)), h.kind == "changed", h.by.not_in(NOT_PEOPLE)
    )
    found: dict[int, set[str]] = {}
    for row in (await tx.execute(query)).all():
        if row.version > since[row.row_id]:
            named = {ids[int(n)] for n in row.after or {} if str(n).isdigit() and int(n) in ids}
            found.setdefault(row.row_id, set()).update(named)
    return {id: frozenset(fields) for id, fields in found.items()}


async def write(tx: AsyncConnection, app: OpenApp, table: Table, steps: Sequence[Step], position: int, told: Told) -> None:
    """Does what the steps say, and remembers what the source said. `position` is the sync's."""
    by = app.by
    back = [s.known.id for s in steps if s.does == "restores" and s.known]
    if back:
        await rows.restore(tx, app, table.id, back, by=by)
    new = await _created(tx, app, table, [s for s in steps if s.does == "creates"], told)
    changed = await _changed(
        tx, app, table, [s for s in steps if s.does in ("changes", "conflicts", "restores") and s.known], told
    )
    told.counts["read"] += len(steps)
    records: list[dict[str, Any]] = []
    same: list[str] = []
    for step in steps:
        written = new.get(step.key) or (changed.get(step.known.id) if step.known else None)
        if step.known is None and written is None:
            continue  # it did not fit
        told.counts[
            {"creates": "created", "changes": "changed", "restores": "changed", "conflicts": "conflicts"}.get(step.does, "same")
        ] += 1
        if (
            step.known is not None
            and step.does == "nothing"
            and step.merged.last == step.known.last
            and step.known.state != "gone"
        ):
            same.append(step.key)
        else:
            records.append(_record(app, rows_of(app, table).number, step, written, position))
    await _remember(tx, records)
    await _met(tx, app, rows_of(app, table).number, same, position)


def _record(app: OpenApp, number: int, step: Step, written: rows.Row | None, position: int) -> dict[str, Any]:
    """A row that somebody has edited keeps the version that they edited, until what they did is settled or written back."""
    known = step.known
    version = written["version"] if written is not None else known.version if known else 1
    if known is not None and known.edited and not step.settled:
        version = known.version
    state = "conflict" if step.does == "conflicts" else known.state if known and known.state == "conflict" else None
    theirs = step.merged.conflicts if step.does == "conflicts" else known.theirs if known and state == "conflict" else None
    return {
        "app": app.number, "table_no": number, "key": step.key, "row_id": written["id"] if written else known.id if known else 0,
        "version": version, "values": step.merged.last, "seen": position, "state": state, "theirs": theirs,
    }  # fmt: skip


async def _remember(tx: AsyncConnection, records: list[dict[str, Any]]) -> None:
    if not records:
        return
    columns = [
        column("app", BigInteger), column("table_no", Integer), column("key", Text), column("row_id", BigInteger),
        column("version", Integer), column("values", JSONB), column("seen", BigInteger), column("state", Text), column("theirs", JSONB),
    ]  # fmt: skip
    body = cast(literal(orjson.dumps(records).decode(), Text), JSONB)
    sent = func.jsonb_to_recordset(body).table_valued(*columns, name="sent").render_derived(with_types=True)
    names = [c.name for c in columns]
    new = insert(t).from_select(names, select(*(sent.c[name] for name in names)))
    taken = {name: new.excluded[name] for name in ("row_id", "version", "values", "seen", "state", "theirs")}
    await tx.execute(new.on_conflict_do_update(index_elements=["app", "table_no", "key"], set_=taken))


async def _met(tx: AsyncConnection, app: OpenApp, number: int, keys: list[str], position: int) -> None:
    """Rows of which the source says what it said before."""
    if keys:
        these = (t.c.app == app.number) & (t.c.table_no == number) & (t.c.key == func.any(cast(keys, ARRAY(Text))))
        await tx.execute(update(t).where(these).values(seen=position))


async def _created(tx: AsyncConnection, app: OpenApp, table: Table, steps: list[Step], told: Told) -> dict[str, rows.Row]:
    async def create(some: list[Step]) -> list[rows.Row]:
        return await rows.create_many(tx, app, table.id, [s.merged.values for s in some], by=app.by)

    made = await _fitting(tx, steps, told, create)
    return {step.key: row for step, row in made}


async def _changed(tx: AsyncConnection, app: OpenApp, table: Table, steps: list[Step], told: Told) -> dict[int, rows.Row]:
    async def change(some: list[Step]) -> list[rows.Row]:
        return await rows.update_many(tx, app, table.id, [Edit(s.known.id, s.merged.values) for s in some if s.known], by=app.by)

    made = await _fitting(tx, [s for s in steps if s.merged.values], told, change)
    return {row["id"]: row for _, row in made}


async def _fitting(tx: AsyncConnection, steps: list[Step], told: Told, write: Any) -> list[tuple[Step, rows.Row]]:
    """Writes as many as fit: those that are refused as a whole (a value that must be there, or be different) are told and left out."""
    for _ in range(TRIES_MAX):
        if not steps:
            return []
        try:
            async with tx.begin_nested():
                return list(zip(steps, await write(steps), strict=True))
        except Invalid as wrong:
            steps = _without(steps, wrong, told)
    for step in steps:
        told.refuse(told_key(step.key), "", "It does not fit beside the other rows")
    return []


def _without(steps: list[Step], wrong: Invalid, told: Told) -> list[Step]:
    bad: dict[int, tuple[str, str]] = {}
    for problem in wrong.problems:
        if m := re.match(r"rows/(\d+)/values/(\w+)", problem.path):
            bad.setdefault(int(m[1]), (m[2], problem.reason))
    if not bad:  # nobody knows which: none of them
        bad = dict.fromkeys(range(len(steps)), ("", wrong.problems[0].reason))
    for n, (name, reason) in bad.items():
        if n < len(steps):
            told.refuse(told_key(steps[n].key), name, reason)
    return [s for n, s in enumerate(steps) if n not in bad]


async def gone(tx: AsyncConnection, app: OpenApp, table: Table, position: int, most: int | None = None) -> list[tuple[str, int]]:
    """Keys and rows that a reading of everything has not met, and that are here still."""
    mine = rows_of(app, table)
    r = mine.sql.c
    query = select(t.c.key, t.c.row_id).join(mine.sql, r.id == t.c.row_id)
    query = query.where(t.c.app == app.number, t.c.table_no == mine.number, t.c.seen < position, r.deleted_at.is_(None))
    query = query.where(t.c.state.is_distinct_from("gone")).order_by(t.c.row_id).limit(most)
    return [(row[0], row[1]) for row in (await tx.execute(query)).all()]


async def count(tx: AsyncConnection, app: OpenApp, table: Table) -> int:
    """Rows here that came from the source and are there still."""
    mine = rows_of(app, table)
    query = select(func.count()).select_from(t.join(mine.sql, mine.sql.c.id == t.c.row_id))
    query = query.where(t.c.app == app.number, t.c.table_no == mine.number, mine.sql.c.deleted_at.is_(None))
    return (await tx.execute(query.where(t.c.state.is_distinct_from("gone")))).scalar_one()


async def leave(tx: AsyncConnection, app: OpenApp, table: Table, source: Source, some: Sequence[tuple[str, int]]) -> int:
    """What is not there any more goes to the trash, or stays; either way it is remembered as gone. How many went to the trash."""
    number = rows_of(app, table).number
    keys = [key for key, _ in some]
    await tx.execute(
        update(t).where(t.c.app == app.number, t.c.table_no == number, t.c.key.in_(keys)).values(state="gone", theirs=None)
    )
    if source.gone == "keep":
        return 0
    done = await rows.trash(tx, app, table.id, [id for _, id in some], by=app.by)
    versions = rows_of(app, table).sql
    fresh = select(versions.c.version).where(versions.c.id == t.c.row_id).scalar_subquery()
    await tx.execute(update(t).where(t.c.app == app.number, t.c.table_no == number, t.c.key.in_(keys)).values(version=fresh))
    return len(done)


def name_of(table: Table, row: rows.Row | None, key: str) -> str:
    return called(table, row).strip("“”") if row else told_key(key)
