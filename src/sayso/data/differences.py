"""What became of a table's rows between two moments: added, changed and trashed, each value as it was first and as it is last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Text, cast, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import filters, history, raw
from sayso.data.clock import Clock
from sayso.data.history import FieldChange
from sayso.data.open_app import OpenApp
from sayso.data.physical import Rows, found, rows_of
from sayso.data.scope import Scope
from sayso.data.worth import title
from sayso.db import tables as system
from sayso.spec.filter import Filter

ENTRIES_READ_MAX = 100_000
"""Of the history; of a time in which more happened, what came first is told, and that there was more."""

_SETTLED = text("""
    select least(now(), min(xact_start)) from pg_stat_activity
    where datname = current_database() and backend_xid is not null and pid <> pg_backend_pid()
""")

What = Literal["added", "changed", "trashed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of one row. `name` is what it is called now."""

    row: int
    name: str
    what: What
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """`counts` of all, `fields` how many rows changed in each field; `rows` are the first, in the order of their ids."""

    counts: dict[What, int]
    fields: dict[str, int]
    rows: tuple[Difference, ...]
    more: bool


@dataclass(slots=True)
class _Row:
    kinds: list[str] = field(default_factory=list[str])
    before: dict[int, Any] = field(default_factory=dict[int, Any])
    after: dict[int, Any] = field(default_factory=dict[int, Any])

    def what(self) -> What | None:
        new = self.kinds[0] in ("created", "imported")
        away = [kind for kind in self.kinds if kind in ("trashed", "restored")]
        gone = bool(away) and away[-1] == "trashed"
        was_gone = bool(away) and away[0] == "restored"
        if gone:
            return None if new or was_gone else "trashed"
        return "added" if new or was_gone else "changed"


async def settled_until(tx: AsyncConnection) -> datetime:
    """The latest moment before which nothing can still be written: transactions under way may yet tell of a time since they began."""
    return (await tx.execute(_SETTLED)).scalar_one()


async def between(
    tx: AsyncConnection,
    app: OpenApp,
    table_id: str,
    since: datetime,
    until: datetime,
    *,
    fields: Collection[str] = (),
    filter: Filter | None = None,
    limit: int = 200,
) -> Differences:
    """Rows that meet `filter` now. With `fields`, a row counts as changed when one of these did. Raises `NotFound` and `Invalid`."""
    app.must("read")
    rows = rows_of(app, found(app, table_id))
    folded, more = await _folded(tx, app, rows, since, until)
    names = await _titles(tx, app, rows, list(folded), filter)
    shown_names = await history.names_of(tx, app, rows, [side for one in folded.values() for side in (one.before, one.after)])
    counts: Counter[What] = Counter()
    by_field: Counter[str] = Counter()
    told: list[Difference] = []
    for id, one in folded.items():
        what = one.what()
        if what is None or id not in names:
            continue
        changes = _changes(rows, one, shown_names, fields)
        if what == "changed" and not changes:
            continue
        counts[what] += 1
        if what == "changed":
            by_field.update(c.field for c in changes if c.field)
        if len(told) < limit:
            told.append(Difference(id, names[id], what, changes))
    return Differences({what: counts[what] for what in ("added", "changed", "trashed")}, dict(by_field), tuple(told), more)


async def _folded(
    tx: AsyncConnection, app: OpenApp, rows: Rows, since: datetime, until: datetime
) -> tuple[dict[int, _Row], bool]:
    h = system.history.c
    mine = (h.app == app.number) & (h.table_no == rows.number) & (h.at >= since) & (h.at < until) & (h.kind != "moved")
    query = select(h.row_id, h.kind, cast(h.before, Text).label("before"), cast(h.after, Text).label("after"))
    entries = (await tx.execute(query.where(mine).order_by(h.id).limit(ENTRIES_READ_MAX + 1))).all()
    folded: dict[int, _Row] = {}
    for entry in entries[:ENTRIES_READ_MAX]:
        one = folded.setdefault(entry.row_id, _Row())
        one.kinds.append(entry.kind)
        for number, value in raw.exactly(entry.before).items():
            one.before.setdefault(number, value)
        after = raw.exactly(entry.after)
        for number in after:
            one.before.setdefault(number, None)
        one.after.update(after)
    return dict(sorted(folded.items())), len(entries) > ENTRIES_READ_MAX


async def _titles(tx: AsyncConnection, app: OpenApp, rows: Rows, ids: list[int], filter: Filter | None) -> dict[int, str]:
    """How those that are seen and meet the filter are called, the trash included."""
    if not ids:
        return {}
    scope = Scope.of(app, rows.table, Clock.of(app.spec.zone))
    query = select(scope.t.c.id, title(scope).label("name")).where(scope.t.c.id.in_(ids))
    if scope.rule is not None:
        query = query.where(scope.rule)
    if filter is not None and filter.of:
        query = query.where(filters.where(scope, filter))
    return {row.id: row.name or f"row {row.id}" for row in await tx.execute(query)}


def _changes(rows: Rows, one: _Row, names: Any, wanted: Collection[str]) -> tuple[FieldChange, ...]:
    fields = [f for f in rows.table.fields if rows.numbers.get(f.id) in one.after and (not wanted or f.id in wanted)]
    changes = (history.change_of(f, one.before.get(rows.numbers[f.id]), one.after.get(rows.numbers[f.id]), names) for f in fields)
    return tuple(c for c in changes if c.before != c.after)
