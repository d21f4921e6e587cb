"""Rows written: the one place where a row's columns change, its version counts up and its history is kept, in one statement.

Values are raw: by the field's number in the catalogue, as PostgreSQL holds them. So history can be put back exactly, whatever
became of names and kinds since.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import orjson
from sqlalchemy import ColumnElement, Integer, Text, cast, column, func, insert, literal, null, select, true, update
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION, JSON, JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import Insert

from sayso.data.open_app import OpenApp
from sayso.data.physical import Rows
from sayso.data.statement import fixed
from sayso.db.tables import history
from sayso.errors import Invalid, Problem

Kind = Literal["created", "changed", "trashed", "restored", "moved", "imported"]
Raw = Mapping[int, Any]


@dataclass(slots=True)
class Change:
    """One row: raw values by number, and of links what `links.Relinked` says was before and is after."""

    id: int
    values: Raw
    before: dict[int | str, Any] = field(default_factory=dict)
    after: dict[int | str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was written, in the order of the rows: ids, and the entries of their history."""

    ids: list[int]
    entries: list[int]

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(self.ids + other.ids, self.entries + other.entries)


NOTHING = Kept([], [])


async def create(tx: AsyncConnection, app: OpenApp, rows: Rows, new: Sequence[Raw], kind: Kind = "created") -> Kept:
    """New rows at the end of the table, in this order."""
    if not new:
        return NOTHING
    numbers = _numbers(rows, {n for row in new for n in row})
    sent = _recordset(rows, numbers, [{"n": i, **_columns(row)} for i, row in enumerate(new, 1)], ("n", Integer()))
    t = rows.sql
    top = select(func.coalesce(func.max(t.c.position), 0).label("top")).where(t.c.deleted_at.is_(None)).cte("base")
    names = ["position", "created_by", "updated_by", *(f"c_{n}" for n in numbers)]
    place = cast(top.c.top + sent.c.n, DOUBLE_PRECISION)
    values = select(place, literal(app.by.id, Text), literal(app.by.id, Text), *(sent.c[f"c_{n}"] for n in numbers))
    made = insert(t).from_select(names, values.select_from(sent.join(top, true())).order_by(sent.c.n))
    now = made.returning(t.c.id, t.c.version, t.c.position, func.jsonb_strip_nulls(raw_object(t.c, numbers)).label("raw")).cte(
        "now"
    )
    told = _history(app, rows, select(*_entry(app, rows, kind, now.c, None, now.c.raw)).order_by(now.c.position))
    return await _kept(tx, rows, told)


async def amend(tx: AsyncConnection, app: OpenApp, rows: Rows, links: Mapping[int, Mapping[int | str, Any]]) -> None:
    """Adds the links of rows that were just created to the entry of their creation."""
    for id, lists in links.items():
        entry = (history.c.app == app.number) & (history.c.table_no == rows.number) & (history.c.row_id == id)
        made = entry & (history.c.kind.in_(["created", "imported"]))
        added = cast(literal(orjson.dumps(lists, option=orjson.OPT_NON_STR_KEYS).decode(), Text), JSONB)
        await tx.execute(update(history).where(made).values(after=history.c.after + added))


async def change(tx: AsyncConnection, app: OpenApp, rows: Rows, changes: Sequence[Change], kind: Kind = "changed") -> Kept:
    """Changes columns; rows that already hold these values keep their version. Whoever calls has locked the rows."""
    groups: dict[tuple[int, ...], list[Change]] = defaultdict(list)
    for one in changes:
        groups[_numbers(rows, one.values)].append(one)
    kept = NOTHING
    for numbers, same in groups.items():
        kept += await _changed(tx, app, rows, numbers, same, kind)
    return kept


async def _changed(
    tx: AsyncConnection, app: OpenApp, rows: Rows, numbers: tuple[int, ...], changes: Sequence[Change], kind: Kind
) -> Kept:
    records = [{"id": c.id, "lb": c.before or None, "la": c.after or None, **_columns(c.values)} for c in changes]
    sent = _recordset(rows, numbers, records, ("id", rows.sql.c.id.type), ("lb", JSONB()), ("la", JSONB()))
    t = rows.sql
    nothing = cast(fixed("{}"), JSONB)
    was = (
        select(t.c.id, (raw_object(t.c, numbers) + func.coalesce(sent.c.lb, nothing)).label("raw"))
        .join(sent, sent.c.id == t.c.id)
        .cte("was")
    )
    differs: ColumnElement[bool] = sent.c.lb.is_not(None)
    for n in numbers:
        differs = differs | t.c[f"c_{n}"].is_distinct_from(sent.c[f"c_{n}"])
    values: dict[str, Any] = {f"c_{n}": sent.c[f"c_{n}"] for n in numbers}
    changed = update(t).where(t.c.id == sent.c.id, differs).values(**values, **_touched(app, rows))
    raw = raw_object(t.c, numbers) + func.coalesce(sent.c.la, nothing)
    now = changed.returning(t.c.id, t.c.version, raw.label("raw")).cte("now")
    told = select(*_entry(app, rows, kind, now.c, was.c.raw, now.c.raw)).join(was, was.c.id == now.c.id).order_by(now.c.id)
    return await _kept(tx, rows, _history(app, rows, told))


async def mark(tx: AsyncConnection, app: OpenApp, rows: Rows, ids: Sequence[int], kind: Literal["trashed", "restored"]) -> Kept:
    """Into the trash and out of it."""
    t = rows.sql
    from_state = t.c.deleted_at.is_(None) if kind == "trashed" else t.c.deleted_at.is_not(None)
    values = {"deleted_at": func.now() if kind == "trashed" else None, **_touched(app, rows)}
    marked = update(t).where(t.c.id.in_(ids), from_state).values(**values)
    now = marked.returning(t.c.id, t.c.version).cte("now")
    return await _kept(tx, rows, _history(app, rows, select(*_entry(app, rows, kind, now.c, None, None)).order_by(now.c.id)))


async def place(tx: AsyncConnection, app: OpenApp, rows: Rows, id: int, position: float) -> Kept:
    """Where a row stands by hand. Not a change of what it says, so its version stays."""
    t = rows.sql
    was = select(t.c.id, t.c.position).where(t.c.id == id).cte("was")
    moved = update(t).where(t.c.id == id).values(position=position).returning(t.c.id, t.c.version, t.c.position).cte("now")
    before, after = (func.jsonb_build_object("position", side.c.position) for side in (was, moved))
    told = select(*_entry(app, rows, "moved", moved.c, before, after)).join(was, was.c.id == moved.c.id)
    return await _kept(tx, rows, _history(app, rows, told))


def _touched(app: OpenApp, rows: Rows) -> dict[str, Any]:
    return {"version": rows.sql.c.version + 1, "updated_at": func.now(), "updated_by": app.by.id}


def _numbers(rows: Rows, asked: Any) -> tuple[int, ...]:
    """Those that are columns of this table now, in order; also of what the writer does not see, such as defaults of hidden fields."""
    return tuple(sorted(n for n in asked if f"c_{n}" in rows.sql.c))


def _columns(values: Raw) -> dict[str, Any]:
    return {f"c_{n}": value for n, value in values.items()}


def _recordset(rows: Rows, numbers: tuple[int, ...], records: list[dict[str, Any]], *first: tuple[str, Any]) -> Any:
    """Records sent as one JSON value, read as typed columns: one bound value, however many rows and columns."""
    body = orjson.dumps(records, default=_exact, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z).decode()
    columns = [column(name, kind) for name, kind in first]
    columns += [column(f"c_{n}", rows.sql.c[f"c_{n}"].type) for n in numbers]
    sent = func.json_to_recordset(cast(literal(body, Text), JSON)).table_valued(*columns, name="sent")
    return sent.render_derived(with_types=True)


def _exact(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(value)


def raw_object(columns: Any, numbers: tuple[int, ...]) -> ColumnElement[Any]:
    pieces = [piece for n in numbers for piece in (literal(str(n), Text), columns[f"c_{n}"])]
    return func.jsonb_build_object(*pieces, type_=JSONB())


def _entry(app: OpenApp, rows: Rows, kind: Kind, now: Any, before: Any, after: Any) -> list[Any]:
    nothing = cast(null(), JSONB)
    return [
        literal(app.by.workspace, Text), literal(app.number), literal(rows.number), now.id, now.version, literal(kind, Text),
        nothing if before is None else before, nothing if after is None else after, literal(app.by.id, Text),
    ]  # fmt: skip


def _history(app: OpenApp, rows: Rows, entries: Any) -> Insert:
    names = ["workspace_id", "app", "table_no", "row_id", "version", "kind", "before", "after", "by"]
    return insert(history).from_select(names, entries)


async def _kept(tx: AsyncConnection, rows: Rows, told: Insert) -> Kept:
    try:
        entries = (await tx.execute(told.returning(history.c.row_id, history.c.id))).all()
    except IntegrityError as error:
        raise _taken(rows, error) from None
    ordered = sorted(entries, key=lambda e: e[1])
    return Kept([e[0] for e in ordered], [e[1] for e in ordered])


def _taken(rows: Rows, error: IntegrityError) -> Exception:
    """Two people gave the same value at the same moment: the index `u_<n>` of a unique field let one of them through."""
    index = str(getattr(getattr(error.orig, "diag", None), "constraint_name", ""))
    field = next((f for f in rows.table.fields if f"u_{rows.numbers.get(f.id)}" == index), None)
    if field is None:
        return error
    return Invalid(Problem(field.id, f"{field.name} must be different in every row; another row has this value now"))
