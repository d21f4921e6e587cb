"""Fills in the database: begun, read, called off, gone on with."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Integer, Text, cast, func, insert, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai.fills import estimating
from sayso.ai.fills.estimating import Estimate
from sayso.ai.fills.fill import OPEN, Fill, Origin, missing, stored_actor
from sayso.ai.fills.wanted import LEFT_OUT, Part, Wanted, chosen, counts, judged, part_of
from sayso.data import events
from sayso.data.open_app import OpenApp
from sayso.data.provenance import filled
from sayso.db.fill_tables import fill_lines
from sayso.db.fill_tables import fills as t
from sayso.errors import Conflict, Invalid, Problem
from sayso.gateway.gateway import Gateway
from sayso.team import audit
from sayso.team.actor import Actor
from sayso.team.ids import new_id

LISTED_MAX = 200
OPEN_MAX = 1_000
"""Fills of one app that are under way or waiting."""
WHY_CHARACTERS_MAX = 1_000


async def begin(tx: AsyncConnection, app: OpenApp, gateway: Gateway, wanted: Wanted, *, by: Actor) -> Fill:
    """A fill that a person began, waiting for whoever works it off. Raises `Invalid` with what stands in its way."""
    app.must("write", by=by)
    part = await _held(tx, app, wanted)
    ids = await chosen(tx, app, part, wanted)
    told = await counts(tx, app, part, ids, wanted)
    estimate = await estimating.of_rows(tx, app, gateway, part, wanted, ids, told)
    _must_be_possible(estimate, wanted)
    made = await put(tx, app, part, wanted, ids, by=by, estimate=estimate, told=told)
    what = "1 row" if made.rows == 1 else f"{made.rows:,} rows"
    detail = {"app": app.id, "table": part.table.id, "field": part.field.id, "rows": made.rows}
    sentence = f"had a model fill {part.field.name} of {what} of {part.table.name} in {app.spec.name}"
    await audit.write(tx, "fill.begun", sentence, by=by, subject=made.id, detail=detail)
    return made


async def put(
    tx: AsyncConnection,
    app: OpenApp,
    part: Part,
    wanted: Wanted,
    ids: Sequence[int],
    *,
    by: Actor,
    origin: Origin = "person",
    chain: Sequence[str] = (),
    estimate: Estimate | None = None,
    told: dict[str, int] | None = None,
    why: str = "",
    also_under_way: bool = False,
) -> Fill:
    """The fill and its lines. With `why` it is stopped from the start, until a person goes on with it; `also_under_way` takes rows that another fill is at."""
    id = new_id("q")
    left_out = {} if told is None else {reason: told[reason] for reason in LEFT_OUT if told[reason]}
    settings: dict[str, Any] = {
        "table": part.table.id, "field": part.field.id, "overwrite": wanted.overwrite, "again": wanted.again, "model": wanted.model,
        "budget": None if wanted.budget is None else f"{wanted.budget:f}", "left_out": left_out,
        "estimate": estimate.as_json() if estimate else None,
    }  # fmt: skip
    new = insert(t).values(
        id=id, workspace_id=by.workspace, app=app.number, app_id=app.id, table_no=app.columns.tables[part.table.id], field_no=part.number,
        state="waiting", origin=origin, chain=list(chain), settings=settings, why=why, actor=stored_actor(by),
    )  # fmt: skip
    await tx.execute(new)
    rows = await _lines(tx, app, part, id, ids, wanted, also_under_way)
    state = "done" if not rows else "stopped" if why else "waiting"
    ended = {"ended_at": func.now(), "why": estimate.sentence if estimate else ""} if not rows else {}
    one = (await tx.execute(update(t).where(t.c.id == id).values(rows=rows, state=state, **ended).returning(*t.c))).one()
    made = Fill.of(one)
    await tell(tx, made)
    return made


async def read(tx: AsyncConnection, app: OpenApp, id: str) -> Fill:
    """Raises `NotFound`, also for another app's."""
    app.must("read")
    row = (await tx.execute(select(t).where(t.c.id == id, t.c.app == app.number))).one_or_none()
    if row is None or not app.sight.sees(row.settings["table"], row.settings["field"]):
        raise missing(id)
    return Fill.of(row)


async def listed(
    tx: AsyncConnection,
    app: OpenApp,
    *,
    table: str | None = None,
    field: str | None = None,
    under_way: bool = False,
    before: str | None = None,
    limit: int = 50,
) -> tuple[list[Fill], str | None]:
    """Newest first, of fields that are seen; and what asks for the page after."""
    app.must("read")
    query = select(t).where(t.c.app == app.number)
    if app.sight.fields is not None:
        seen = [(table, id) for table, ids in app.sight.fields.items() for id in ids]
        query = query.where(tuple_(t.c.settings["table"].astext, t.c.settings["field"].astext).in_(seen))
    if table is not None:
        query = query.where(t.c.settings["table"].astext == table)
    if field is not None:
        query = query.where(t.c.settings["field"].astext == field)
    if under_way:
        query = query.where(t.c.state.in_(OPEN))
    if before is not None:
        if not before.isdecimal() or len(before) > 18:
            raise Invalid(Problem("cursor", "is not one that a page gave"))
        query = query.where(t.c.position < int(before))
    rows = (await tx.execute(query.order_by(t.c.position.desc()).limit(min(limit, LISTED_MAX) + 1))).all()
    page = rows[: min(limit, LISTED_MAX)]
    return [Fill.of(row) for row in page], str(page[-1].position) if len(rows) > len(page) else None


async def cancel(tx: AsyncConnection, app: OpenApp, id: str, *, by: Actor) -> Fill:
    """What is written stays. Whoever works on it stops at once. Raises `Conflict` when it is over already."""
    app.must("write", by=by)
    one = await read(tx, app, id)
    off = update(t).where(t.c.id == one.id, t.c.state.in_([*OPEN, "stopped"]))
    values = {"state": "cancelled", "why": f"{by.name} cancelled it.", "ended_at": func.now(), "updated_at": func.now()}
    row = (await tx.execute(off.values(values).returning(*t.c))).one_or_none()
    if row is None:
        raise Conflict(f"This fill is {one.state} already.")
    await tell(tx, Fill.of(row))
    where = f"{one.field} of {one.table} in {app.spec.name}"
    await audit.write(tx, "fill.cancelled", f"stopped the filling of {where}", by=by, subject=id)
    return Fill.of(row)


async def go_on(tx: AsyncConnection, app: OpenApp, id: str, *, by: Actor, budget: Decimal | None = None) -> Fill:
    """With one that stopped; rows that failed are tried again. `budget` is for all of it, what is spent included."""
    app.must("write", by=by)
    one = await read(tx, app, id)
    await _held(tx, app, Wanted(one.table, one.field))
    if not one.may_go_on:
        raise Conflict(f"This fill is {one.state}, so there is nothing to go on with.")
    if budget is not None and budget <= one.cost:
        raise Invalid(Problem("budget", f"has to be more than what is spent already, ${one.cost:.4f}", f"{one.cost + 1:.2f}"))
    l = fill_lines  # noqa: E741
    again = update(l).where(l.c.fill == id, l.c.state == "failed").values(state=None, entry=None)
    count = (await tx.execute(again)).rowcount
    settings = {**one.settings, "began_at": None, "budget": f"{budget:f}" if budget is not None else one.settings.get("budget")}
    values: dict[str, Any] = {
        "state": "waiting", "why": "", "done": t.c.done - count, "failed": 0, "settings": settings, "ended_at": None,
        "actor": stored_actor(by), "updated_at": func.now(), "process": None, "seen_at": None,
    }  # fmt: skip
    row = (await tx.execute(update(t).where(t.c.id == id).values(values).returning(*t.c))).one()
    await tell(tx, Fill.of(row))
    await audit.write(tx, "fill.resumed", f"went on filling {one.field} of {one.table} in {app.spec.name}", by=by, subject=id)
    return Fill.of(row)


async def tell(tx: AsyncConnection, fill: Fill) -> None:
    """How far it is, to every open tab, and to whoever works fills off."""
    payload = {
        "id": fill.id, "table": fill.table, "field": fill.field, "state": fill.state, "rows": fill.rows, "done": fill.done,
        "failed": fill.failed, "review": fill.review, "skipped": fill.skipped, "cost": f"{fill.cost:f}", "why": fill.why,
    }  # fmt: skip
    await events.write(tx, "fill.changed", app=fill.app_id, payload=payload, by=fill.by)


async def _held(tx: AsyncConnection, app: OpenApp, wanted: Wanted) -> Part:
    """The part, with nobody else beginning a fill of it until the transaction ends: no row is asked by two."""
    part = part_of(app, wanted.table, wanted.field)
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"fill {app.number}/{part.number}", 0))))
    open_now = select(func.count()).select_from(t).where(t.c.app == app.number, t.c.state.in_(OPEN))
    if (await tx.execute(open_now)).scalar_one() >= OPEN_MAX:
        raise Conflict(f"{OPEN_MAX:,} fills of {app.spec.name} are under way or waiting already.")
    return part


async def _lines(tx: AsyncConnection, app: OpenApp, part: Part, id: str, ids: Sequence[int], wanted: Wanted, mine: bool) -> int:
    each = judged(app, part, ids, wanted, mine=mine).subquery()
    number = cast(func.row_number().over(order_by=each.c.n), Integer)
    rows = select(literal(id, Text), number, literal(app.number), literal(part.number), each.c.id).where(each.c.verdict == "ask")
    put = insert(fill_lines).from_select(["fill", "n", "app", "field_no", "row_id"], rows)
    await tx.execute(put)
    return (await tx.execute(select(func.count()).select_from(fill_lines).where(fill_lines.c.fill == id))).scalar_one()


def _must_be_possible(estimate: Estimate, wanted: Wanted) -> None:
    if estimate.problem:
        raise Invalid(Problem("model", estimate.problem))
    if wanted.budget is not None and wanted.budget <= 0:
        raise Invalid(Problem("budget", "is an amount in dollars above 0", "2.00"))
    if wanted.budget is not None and estimate.cost is None and estimate.rows:
        reason = f"cannot be kept, since nobody has published a price for {estimate.model}; the owner can set one"
        raise Invalid(Problem("budget", reason))


def ai_numbers(app: OpenApp) -> dict[tuple[str, str], int]:
    """Of every field of the app that a model fills, by table and field: its number."""
    return {(table.id, f.id): app.columns.fields[table.id][f.id] for table in app.spec.tables for f in filled(table)}
