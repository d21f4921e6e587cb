"""Who wrote a value that a model may write: which model, when, at what cost, how sure it was; or that a person wrote it over.

A value has it in `sayso.ai_values`, by the numbers of table, row and field, only where a model or a person after it has written:

    written     by a model                              review      by a model that was not sure; a person is to look
    failed      the model gave nothing; `problem` says why, and the value is what it was
    stale       written, but its sources or its prompt have changed since (`about.stale` says which)
    by_hand     by a person over a model's value: no model writes it over unless it is asked to

A value that is there without any is a person's too. Clearing a value forgets it, and so gives the field back to the model.
History keeps it beside the values themselves, under the field's number and an `a`; so what is undone gets back who wrote it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import orjson
from sqlalchemy import ARRAY, BigInteger, Integer, Text, case, cast, column, delete, func, literal, select, true, update
from sqlalchemy.dialects.postgresql import JSON, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.open_app import OpenApp
from sayso.data.physical import Rows
from sayso.data.scope import Scope
from sayso.data.statement import fixed
from sayso.data.written import Kept
from sayso.db.fill_tables import fill_lines, fills
from sayso.db.fill_tables import values as t
from sayso.db.tables import history
from sayso.spec.fields import AnyField, fill_of
from sayso.spec.table import Table

State = Literal["written", "review", "failed", "stale", "by_hand"]
OPEN = ("waiting", "running")
"""States of a fill whose lines are still to be written."""
EMPTY = (None, "", False, [])

Of = tuple[int, int]
"""A row's id and a field's number."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """`about` is shown as it is; `inputs` is a digest of what the model was given, to tell whether it would be given the same again."""

    state: str
    about: dict[str, Any]
    inputs: str | None = None

    def stored(self) -> dict[str, Any]:
        return {"state": self.state, "about": self.about, "inputs": self.inputs}


def filled(table: Table) -> list[AnyField]:
    """The fields of a table that a model may write."""
    return [f for f in table.fields if fill_of(f) is not None]


def key(number: int) -> str:
    """Under which history keeps it, beside the value of this field."""
    return f"{number}a"


async def follow(
    tx: AsyncConnection, app: OpenApp, rows: Rows, kept: Kept, given: Mapping[Of, Provenance | None] | None = None
) -> None:
    """After rows were written: `given` says who wrote which value; what it does not name was written by `app.by`."""
    numbers = [rows.numbers[f.id] for f in filled(rows.table) if f.id in rows.numbers]
    if not numbers or not kept.entries:
        return
    changed = await _changed(tx, app, rows, kept.entries, numbers)
    if not changed:
        return
    now: dict[Of, Provenance | None] = {}
    for _, row, number, value, _ in changed:
        of = (row, number)
        now[of] = given[of] if given is not None and of in given else _by_hand(app, value)
    await _into_history(tx, [(entry, number, was, now[row, number]) for entry, row, number, _, was in changed])
    await keep(tx, app, rows, now)


async def keep(tx: AsyncConnection, app: OpenApp, rows: Rows, values: Mapping[Of, Provenance | None]) -> None:
    """As it stands from now on. Not history: for what changes of a value without the value changing."""
    gone = [of for of, one in values.items() if one is None]
    for row, number in gone if len(gone) < 8 else ():
        await tx.execute(delete(t).where(*_of(app, rows), t.c.row_id == row, t.c.field_no == number))
    if len(gone) >= 8:
        both = func.unnest(_big([r for r, _ in gone]), cast([n for _, n in gone], ARRAY(Integer)))
        them = both.table_valued("row", "number", name="gone").render_derived()
        await tx.execute(delete(t).where(*_of(app, rows), t.c.row_id == them.c.row, t.c.field_no == them.c.number))
    there = [
        {"row_id": row, "field_no": number, **one.stored()} for (row, number), one in values.items() if one is not None
    ]  # fmt: skip
    if not there:
        return
    sent = _sent(
        there, ("row_id", BigInteger()), ("field_no", Integer()), ("state", Text()), ("about", JSONB()), ("inputs", Text())
    )
    mine = [literal(app.by.workspace, Text), literal(app.number), literal(rows.number)]
    put = insert(t).from_select(
        ["workspace_id", "app", "table_no", "row_id", "field_no", "state", "about", "inputs"], select(*mine, *sent.c)
    )
    new = {name: put.excluded[name] for name in ("state", "about", "inputs")}
    await tx.execute(put.on_conflict_do_update(index_elements=["app", "table_no", "row_id", "field_no"], set_=new))


async def read(tx: AsyncConnection, app: OpenApp, rows: Rows, ids: Iterable[int], number: int) -> dict[int, Provenance]:
    """By row, of one field."""
    found = select(t.c.row_id, t.c.state, t.c.about, t.c.inputs)
    mine = found.where(*_of(app, rows), t.c.row_id == func.any(_big(ids)), t.c.field_no == number)
    return {id: Provenance(state, about, inputs) for id, state, about, inputs in (await tx.execute(mine)).all()}


def beside(scope: Scope, fields: Sequence[AnyField]) -> Any:
    """What stands beside a row's values in answers: `,"ai":{…}` by field id, or NULL; None when the table has no such field."""
    numbers = {f.id: scope.rows.numbers[f.id] for f in fields if fill_of(f) is not None and f.id in scope.rows.numbers}
    if not numbers:
        return None
    asked = (
        func.unnest(cast(list(numbers.values()), ARRAY(Integer))).table_valued(column("no", Integer), name="f").render_derived()
    )
    no, row = asked.c.no, scope.t.c.id
    v, line, o = t.alias("v"), fill_lines.alias("l"), fills.alias("o")
    waits = (
        select(line.c.fill)
        .join(o, o.c.id == line.c.fill)
        .where(line.c.app == scope.app.number, line.c.field_no == no, line.c.row_id == row)
    )
    w = waits.where(line.c.state.is_(None), o.c.state.in_(OPEN)).correlate(asked, scope.t).limit(1).lateral("w")
    mine = (v.c.app == scope.app.number) & (v.c.table_no == scope.rows.number) & (v.c.row_id == row) & (v.c.field_no == no)
    state = func.jsonb_build_object(fixed("state"), v.c.state)
    writing = func.jsonb_build_object(fixed("state"), fixed("writing"), fixed("fill"), w.c.fill)
    one = func.coalesce(v.c.about + state, cast(fixed("{}"), JSONB)) + case(
        (w.c.fill.is_not(None), writing), else_=cast(fixed("{}"), JSONB)
    )
    id = case({number: literal(id, Text) for id, number in numbers.items()}, value=no)
    told = fixed(',"ai":') + cast(func.json_object_agg(id, one), Text)
    source = asked.outerjoin(v, mine).outerjoin(w, true())
    there = v.c.row_id.is_not(None) | w.c.fill.is_not(None)
    return select(told).select_from(source).where(there).correlate(scope.t).scalar_subquery()


def of_entry(side: str | None, numbers: Iterable[int]) -> dict[int, Provenance | None]:
    """By field number, what the JSON text of a `before` or `after` says of who wrote its values."""
    loaded: dict[str, Any] = orjson.loads(side) if side else {}
    return {n: Provenance(**one) if (one := loaded.get(key(n))) else None for n in numbers}


async def carry(tx: AsyncConnection, app: int, source: int, target: int) -> None:
    """From a field's column to the one that holds its values as another kind, so that a model's values do not pass for a person's."""
    c = t.c
    names = [c.workspace_id, c.app, c.table_no, c.row_id, c.state, c.about, c.inputs]
    old = select(*names, literal(target, Integer)).where(c.app == app, c.field_no == source)
    put = insert(t).from_select([*(name.name for name in names), "field_no"], old)
    await tx.execute(put.on_conflict_do_nothing())


async def forget(tx: AsyncConnection, app: OpenApp, rows: Rows, ids: Sequence[int]) -> None:
    """Of rows that are gone for good."""
    await tx.execute(delete(t).where(*_of(app, rows), t.c.row_id == func.any(_big(ids))))


def _by_hand(app: OpenApp, value: Any) -> Provenance | None:
    if value in EMPTY:
        return None
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Provenance("by_hand", {"at": at, "by": app.by.id, "by_name": app.by.name})


async def _changed(tx: AsyncConnection, app: OpenApp, rows: Rows, entries: list[int], numbers: list[int]) -> list[Any]:
    """Entry, row, number, new value and what was known before, of each of these fields that an entry changed."""
    h = history.c
    fields = func.unnest(cast(numbers, ARRAY(Integer))).table_valued(column("no", Integer), name="f").render_derived()
    name = cast(fields.c.no, Text)
    before, after = h.before.op("->")(name), h.after.op("->")(name)
    mine = (t.c.app == h.app) & (t.c.table_no == h.table_no) & (t.c.row_id == h.row_id) & (t.c.field_no == fields.c.no)
    was = func.jsonb_build_object(
        fixed("state"), t.c.state, fixed("about"), t.c.about, fixed("inputs"), t.c.inputs, type_=JSONB()
    )
    known = case((t.c.row_id.is_not(None), was), else_=None)
    source = history.join(fields, true()).outerjoin(t, mine)
    found = select(h.id, h.row_id, fields.c.no, cast(after, JSONB), cast(known, JSONB)).select_from(source)
    different = func.coalesce(before, _NULL).is_distinct_from(func.coalesce(after, _NULL))
    return list((await tx.execute(found.where(h.id == func.any(_big(entries)), different).order_by(h.id))).all())


_NULL = cast(fixed("null"), JSONB)


async def _into_history(tx: AsyncConnection, told: list[tuple[int, int, Any, Provenance | None]]) -> None:
    sides: dict[int, tuple[dict[str, Any], dict[str, Any]]] = {}
    for entry, number, was, now in told:
        before, after = sides.setdefault(entry, ({}, {}))
        if was is not None:
            before[key(number)] = was
        if now is not None:
            after[key(number)] = now.stored()
    records = [{"id": id, "b": before, "a": after} for id, (before, after) in sides.items() if before or after]
    if records:
        sent = _sent(records, ("id", BigInteger()), ("b", JSONB()), ("a", JSONB()))
        nothing = cast(fixed("{}"), JSONB)
        both = {
            "before": func.coalesce(history.c.before, nothing) + sent.c.b,
            "after": func.coalesce(history.c.after, nothing) + sent.c.a,
        }
        await tx.execute(update(history).where(history.c.id == sent.c.id).values(both))


def _of(app: OpenApp, rows: Rows) -> tuple[Any, Any]:
    return t.c.app == app.number, t.c.table_no == rows.number


def _big(ids: Iterable[int]) -> Any:
    return cast(list(ids), ARRAY(BigInteger))


def _sent(records: list[dict[str, Any]], *columns: tuple[str, Any]) -> Any:
    named = [column(name, kind) for name, kind in columns]
    body = orjson.dumps(records).decode()
    return (
        func.json_to_recordset(cast(literal(body, Text), JSON)).table_valued(*named, name="sent").render_derived(with_types=True)
    )
