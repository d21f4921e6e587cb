"""Rows as they were before and after what one event tells of.

A row's history says what each change replaced. So the state at any moment is the row of now with everything since taken back: that is
SQL like any other table, and every filter can be asked of it. Links, and what is read through them, are those of now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Text,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import filters, raw
from sayso.data.clock import Clock
from sayso.data.open_app import OpenApp
from sayso.data.physical import Rows, is_stored, rows_of
from sayso.data.scope import Scope
from sayso.data.worth import worth
from sayso.db.tables import history
from sayso.errors import Invalid
from sayso.spec.fields import AnyField, Link
from sayso.spec.filter import Condition, Filter
from sayso.spec.table import Table

Sql = ColumnElement[Any]
TURNED = ("row_id", "first", "last")
ENTRIES_ASKED_MAX = 5_000
"""Rows of an event that are asked about in one statement."""
_PLANNED_ANEW = text("select set_config('plan_cache_mode', 'force_custom_plan', true)")
"""Until the transaction ends: a plan that was kept would not know how many rows are given."""
HISTORY = {
    "row.created": "created",
    "row.imported": "imported",
    "row.changed": "changed",
    "row.trashed": "trashed",
    "row.restored": "restored",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What one event says: which rows of a table, how they were turned, and when. Without `ids` they are found by their history."""

    table: Table
    kind: str
    at: datetime
    ids: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Met:
    """A row that meets what a trigger asks, and the first entry of its history that tells of the event, where it was looked at."""

    id: int
    entry: int | None


class States:
    """The rows of one event, before and after."""

    def __init__(self, app: OpenApp, told: Told) -> None:
        self.app, self.told = app, told
        self.rows = rows_of(app, told.table)
        h = history.c
        mine = (h.app == app.number) & (h.table_no == self.rows.number) & (h.kind == HISTORY[told.kind]) & (h.at == told.at)
        if told.ids is not None:
            mine &= h.row_id.in_(told.ids)
        entries = select(h.row_id, func.min(h.id).label("first"), func.max(h.id).label("last"))
        self._entries = entries.where(mine).group_by(h.row_id).order_by(h.row_id)
        given = func.unnest(*(bindparam(f"turned_{name}", type_=ARRAY(BigInteger)) for name in TURNED))
        self.turned = select(given.table_valued(*TURNED, name="given").render_derived()).cte("turned")

    def before(self) -> Scope:
        return self._scope("before", history.c.id >= self.turned.c.first)

    def after(self) -> Scope:
        return self._scope("after", history.c.id > self.turned.c.last)

    def _scope(self, name: str, since: Sql) -> Scope:
        state = _state(self.rows, self.turned, self.app.number, name, since)
        return Scope(self.app, self.rows, state, Clock.of(self.app.spec.zone))

    async def met(
        self, tx: AsyncConnection, scopes: Sequence[Scope], conditions: Sequence[Sql], *, after: int = 0, limit: int
    ) -> list[Met]:  # fmt: skip
        """The rows that met all of these, by their ids, also those that are in the trash since; `after` is the last one that was seen."""
        t, turned = self.rows.sql, self.turned
        source: Any = turned.join(t, t.c.id == turned.c.row_id)
        for scope in scopes:
            source = source.join(scope.t, scope.t.c.id == t.c.id)
        query = select(turned.c.row_id, turned.c.first).select_from(source).where(*conditions).order_by(turned.c.row_id)
        entries, met = await self._turned(tx, history.c.row_id > after), list[Met]()
        for at in range(0, len(entries), ENTRIES_ASKED_MAX):
            asked = query.limit(limit - len(met))
            met += [Met(row.row_id, row.first) for row in await tx.execute(asked, _given(entries[at : at + ENTRIES_ASKED_MAX]))]
            if len(met) >= limit:
                break
        return met

    async def _turned(self, tx: AsyncConnection, *which: Sql) -> Sequence[Any]:
        """The rows of the event, each with its first and last entry. They are read first, and given to what is asked of them: so PostgreSQL
        knows how many they are, and does not go through all of them for each of them."""
        await tx.execute(_PLANNED_ANEW)
        return (await tx.execute(self._entries.where(*which))).all()

    def changed(self, before: Scope, after: Scope, fields: Sequence[str]) -> Sql:
        """One of these fields was another one before."""
        known = [self.told.table.field(id) for id in fields]
        return or_(*(self._differs(before, after, field) for field in known if field is not None))

    def _differs(self, before: Scope, after: Scope, field: AnyField) -> Sql:
        if isinstance(field, Link):
            return self._relinked(str(self.rows.numbers[field.id]))
        if is_stored(field):
            return before.column(field).is_distinct_from(after.column(field))
        try:
            return worth(before, field).is_distinct_from(worth(after, field))
        except Invalid:
            return ~true()

    def _relinked(self, number: str) -> Sql:
        h, turned = history.alias().c, self.turned.c
        own = (h.app == self.app.number) & (h.table_no == self.rows.number) & (h.row_id == turned.row_id)
        there = own & h.id.between(turned.first, turned.last) & h.before.has_key(number)
        return select(h.id).where(there, h.before[number].is_distinct_from(h.after[number])).correlate(self.turned).exists()

    async def replaced(self, tx: AsyncConnection, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        """By row: what the event's changes replaced, by the field's id, in the API's shape. Linked rows and files are ids."""
        h, turned = history.c, self.turned
        own = (h.app == self.app.number) & (h.table_no == self.rows.number) & (h.row_id == turned.c.row_id)
        query = select(h.row_id, cast(h.before, Text).label("before"), cast(h.after, Text).label("after"))
        query = query.select_from(history.join(turned, own & h.id.between(turned.c.first, turned.c.last)))
        entries = _given(await self._turned(tx, h.row_id.in_(ids)))
        found = (await tx.execute(query.where(h.row_id.in_(ids)).order_by(h.id), entries)).all()
        fields = {self.rows.numbers[f.id]: f for f in self.told.table.fields if f.id in self.rows.numbers}
        was: dict[int, dict[str, Any]] = {}
        for row in found:
            before, after = raw.exactly(row.before), raw.exactly(row.after)
            values = was.setdefault(row.row_id, {})
            for number in before:
                field = fields.get(number)
                if field is not None and before[number] != after.get(number):
                    values.setdefault(field.id, raw.shown(field, before[number]))
        return was


def _given(entries: Sequence[Any]) -> dict[str, list[int]]:
    return {f"turned_{name}": [getattr(one, name) for one in entries] for name in TURNED}


def meets(scope: Scope, filter: Filter) -> Sql:
    """Raises `Invalid` when it cannot be asked any more."""
    return filters.where(scope, filter)


def asked(filter: Filter) -> set[str]:
    """The fields that a filter looks at."""
    return {id for one in filter.of for id in ([one.field] if isinstance(one, Condition) else asked(one))}


def _state(rows: Rows, turned: Any, app: int, name: str, since: Sql) -> FromClause:
    h = history
    each = func.jsonb_each(h.c.before).table_valued("key", "value", name=f"{name}_each")
    latest_first = aggregate_order_by(cast(each.c.value, JSONB), h.c.id.desc())
    own = (h.c.app == app) & (h.c.table_no == rows.number) & (h.c.row_id == turned.c.row_id)
    undone = (
        select(h.c.row_id, func.jsonb_object_agg(each.c.key, latest_first, type_=JSONB()).label("raw"))
        .select_from(turned.join(h, and_(own, since, h.c.before.is_not(None))).join(each, true()))
        .group_by(h.c.row_id)
        .subquery(f"{name}_undone")
    )
    t = rows.sql
    stored = [c for c in t.c if c.name.startswith("c_")]
    kept = [c for c in t.c if not c.name.startswith("c_")]
    source: Any = turned.join(t, t.c.id == turned.c.row_id).outerjoin(undone, undone.c.row_id == t.c.id)
    if not stored:
        return select(*kept).select_from(source).subquery(name)
    typed = [column(c.name.removeprefix("c_"), c.type) for c in stored]
    given = func.coalesce(undone.c.raw, cast(literal("{}", Text), JSONB))
    record = func.jsonb_to_record(given).table_valued(*typed, name=f"{name}_raw").render_derived(with_types=True)
    values = [
        case((undone.c.raw.has_key(c.name.removeprefix("c_")), record.c[c.name.removeprefix("c_")]), else_=c).label(c.name)
        for c in stored
    ]
    return select(*kept, *values).select_from(source.join(record, true())).subquery(name)
