"""Which rows a fill is for: those that somebody named, those that a filter lets through, or all; and which of them it leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, Text, case, cast, exists, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai import job as jobs
from sayso.ai.job import Job
from sayso.data import orders
from sayso.data.clock import Clock
from sayso.data.open_app import OpenApp
from sayso.data.orders import EVERY_ROW, Asked
from sayso.data.physical import Rows, found, pairs_of, rows_of
from sayso.data.provenance import OPEN
from sayso.data.rights.visible import visible
from sayso.data.scope import Scope
from sayso.db.fill_tables import fill_lines, fills
from sayso.db.fill_tables import values as provenance
from sayso.errors import Forbidden, Invalid, Problem, TooLarge
from sayso.spec.fields import AnyField, Checkbox, Link, fill_of
from sayso.spec.fields.field import Storage
from sayso.spec.filter import Filter
from sayso.spec.table import Table

FILL_ROWS_MAX = 1_000_000
"""Rows in one fill."""
LEFT_OUT = ("by_hand", "up_to_date", "writing")
"""Why a row is left out: a person wrote its value, nothing has changed since a model did, another fill is at it already."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """`rows` names them, else `filter` and `search` choose them. `overwrite` also takes what people wrote, `again` what is up to date.

    `model` is asked in place of the slot's. `budget` is in dollars."""

    table: str
    field: str
    rows: tuple[int, ...] | None = None
    filter: Filter = EVERY_ROW
    search: str = ""
    overwrite: bool = False
    again: bool = False
    budget: Decimal | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The AI part that a fill is for."""

    table: Table
    field: AnyField
    job: Job
    number: int


def part_of(app: OpenApp, table_id: str, field_id: str) -> Part:
    """Raises `NotFound` for the table, `Invalid` for a field that no model fills."""
    table = found(app, table_id)
    field = table.field(field_id)
    if field is None or fill_of(field) is None:
        filled = ", ".join(f.id for f in table.fields if fill_of(f) is not None)
        told = f"those that a model fills are {filled}" if filled else f"{table.name} has none"
        raise Invalid(Problem("field", f"{field.name if field else field_id[:60]!r} is no field that a model fills; {told}"))
    job = jobs.of(app.spec, f"tables/{table.id}/fields/{field.id}")
    return Part(table, field, job, app.columns.fields[table.id][field.id])


async def chosen(tx: AsyncConnection, app: OpenApp, part: Part, wanted: Wanted) -> Sequence[int]:
    """The rows asked for that are seen, in their order, whatever their values. Raises `Invalid` with the problems of the filter, and
    `Forbidden` when the field is not for whoever asks to change."""
    app.allowed("edit", part.table.id)
    if part.field.id in app.sight.read_only(part.table.id):
        raise Forbidden(f"{part.field.name} is not for you to change.")
    if wanted.rows is not None:
        seen = await visible(tx, app, part.table.id, wanted.rows)
        ids = [id for id in dict.fromkeys(wanted.rows) if id in seen]
    else:
        scope = Scope.of(app, part.table, Clock.of(app.spec.zone))
        ids = (await orders.order_of(tx, Asked(scope, wanted.filter, (), wanted.search))).ids
    if len(ids) > FILL_ROWS_MAX:
        raise TooLarge(f"One fill writes at most {FILL_ROWS_MAX:,} rows; choose fewer of them by a filter.")
    return ids


def judged(app: OpenApp, part: Part, ids: Sequence[int], wanted: Wanted, *, mine: bool = False) -> Select[Any, Any, Any]:
    """`mine` is for whoever writes these rows now, and need not hear of that. For each of these rows that is there: its `id`, its place `n` in the list, and `verdict`: `ask`, or why it is left out."""
    rows = rows_of(app, part.table)
    listed = func.unnest(cast(_listed(ids), ARRAY(BigInteger)), type_=BigInteger())
    asked = listed.table_valued("id", with_ordinality="n", name="asked").render_derived()
    t, v = rows.sql, provenance.alias("v")
    this = (v.c.app == app.number) & (v.c.table_no == rows.number) & (v.c.row_id == t.c.id) & (v.c.field_no == part.number)
    by_hand = or_(v.c.state == "by_hand", v.c.row_id.is_(None) & has_value(app, part, rows))
    current = v.c.state.in_(["written", "review"]) & (v.c.about["version"].astext == part.job.version)
    cases: list[tuple[ColumnElement[bool], str]] = [] if mine else [(_being_written(app, part, t.c.id), "writing")]
    cases += [] if wanted.overwrite else [(by_hand, "by_hand")]
    cases += [] if wanted.again else [(current, "up_to_date")]
    source = asked.join(t, t.c.id == asked.c.id).outerjoin(v, this)
    verdict = case(*cases, else_="ask") if cases else literal("ask", Text)
    return select(t.c.id, asked.c.n, verdict.label("verdict")).select_from(source).where(t.c.deleted_at.is_(None))


async def counts(tx: AsyncConnection, app: OpenApp, part: Part, ids: Sequence[int], wanted: Wanted) -> dict[str, int]:
    """How many rows would be asked, and how many left out, by reason."""
    each = judged(app, part, ids, wanted).subquery()
    told = (await tx.execute(select(each.c.verdict, func.count()).group_by(each.c.verdict))).all()
    return {"ask": 0} | dict.fromkeys(LEFT_OUT, 0) | {row.verdict: row[1] for row in told}


def has_value(app: OpenApp, part: Part, rows: Rows) -> ColumnElement[bool]:
    """Whether there is a value at all."""
    if isinstance(part.field, Link):
        pairs = pairs_of(app, part.table, part.field)
        return exists().where(pairs.sql.c[pairs.mine] == rows.sql.c.id)
    column: ColumnElement[Any] = rows.sql.c[rows.name(part.field)]
    if isinstance(part.field, Checkbox):
        return column.is_(true())
    if part.field.storage is Storage.TEXTS:
        return func.coalesce(func.cardinality(column), 0) > 0
    return column.is_not(None) & (column != "") if part.field.storage is Storage.TEXT else column.is_not(None)


def _being_written(app: OpenApp, part: Part, row: ColumnElement[int]) -> ColumnElement[bool]:
    line, o = fill_lines.alias("l"), fills.alias("o")
    waiting = (line.c.app == app.number) & (line.c.field_no == part.number) & (line.c.row_id == row) & line.c.state.is_(None)
    return exists().where(waiting, o.c.id == line.c.fill, o.c.state.in_(OPEN))


def _listed(ids: Sequence[int]) -> list[int]:
    return list(ids)
