"""Rows: found, read, worked out, added, changed, moved to the trash."""

from typing import Annotated, Any, Literal

import orjson
from pydantic import Field

from sayso import db
from sayso.coworkers import values as told
from sayso.coworkers.reach import Place
from sayso.coworkers.tools.conditions import Match, Order, Where, filter_of, sorts_of
from sayso.coworkers.tools.count_rows import GROUPS_TOLD_MAX
from sayso.coworkers.tools.proposing import values_of
from sayso.coworkers.values import People, people_of
from sayso.data import groups, query, rows
from sayso.data.query import Query
from sayso.data.rows import Edit
from sayso.errors import Invalid, Problem
from sayso.spec.filter import Bucket, Grouping
from sayso.spec.view import Dashboard, Form, Measure
from sayso.web.mcp.tools import places
from sayso.web.mcp.tools.apps import Said
from sayso.web.mcp.tools.tool import Asks, At, Tool

ROWS_MAX = 100
"""In one answer; the cursor leads on."""
ROWS_BYTES_MAX = 100_000
"""Of one answer: as many rows as fit, and the cursor leads on."""
WRITTEN_MAX = 200

Cursor = Annotated[str | None, Field(max_length=200, description="`next` of the answer before")]
Limit = Annotated[int, Field(ge=1, le=ROWS_MAX)]
RowId = Annotated[int, Field(ge=1, le=2**63 - 1)]
Written = Annotated[
    dict[str, Any], Field(description="by field id: choices by name, days as 2026-11-27, a link takes ids of rows")
]


class OneTable(Asks):
    app: Annotated[Said, Field(description="id or name")]
    table: Annotated[Said, Field(description="id or name")]


class FindRows(OneTable):
    where: Annotated[list[Where], Field(max_length=20)] = []
    match: Match = "all"
    search: Annotated[str, Field(max_length=200, description="words that the row holds")] = ""
    sort: Annotated[list[Order], Field(max_length=5)] = []
    fields: Annotated[list[Said] | None, Field(max_length=200, description="only these field ids")] = None
    limit: Limit = 25
    cursor: Cursor = None


class OneRow(OneTable):
    id: RowId


class CountRows(OneTable):
    measure: Literal[
        "count", "sum", "average", "minimum", "maximum", "median", "earliest", "latest", "filled", "empty", "unique"
    ] = "count"
    field: Annotated[str | None, Field(max_length=120, description="what is summed up; not for count")] = None
    by: Annotated[str | None, Field(max_length=120, description="one figure for each value of this field")] = None
    bucket: Annotated[Bucket | None, Field(description="for days: by day, week, month, quarter or year")] = None
    where: Annotated[list[Where], Field(max_length=20)] = []
    match: Match = "all"


class OpenView(Asks):
    app: Annotated[Said, Field(description="id or name")]
    view: Annotated[Said, Field(description="id or name")]
    limit: Limit = 25
    cursor: Cursor = None


class CreateRows(OneTable):
    rows: Annotated[list[Written], Field(min_length=1, max_length=WRITTEN_MAX)]


class RowChange(Asks):
    id: RowId
    values: Written
    version: Annotated[int | None, Field(ge=1, description="of the row as you read it; changed since, nothing is written")] = None


class UpdateRows(OneTable):
    rows: Annotated[list[RowChange], Field(min_length=1, max_length=WRITTEN_MAX)]


class TrashRows(OneTable):
    ids: Annotated[list[RowId], Field(min_length=1, max_length=WRITTEN_MAX)]


async def found(at: At, asked: FindRows) -> dict[str, Any]:
    async with db.transaction(at.known.engine) as tx:
        place = await places.place(tx, at, asked.app, asked.table)
        wanted = [place.field(f, "fields").id for f in asked.fields] if asked.fields else None
        filter, sorts = filter_of(place, asked.where, asked.match), sorts_of(place, asked.sort)
        wants = Query(filter, sorts, asked.search, place.ids, limit=asked.limit, after=asked.cursor)
        return await _page(tx, place, wants, wanted)


async def shown_by(at: At, asked: OpenView) -> dict[str, Any]:
    async with db.transaction(at.known.engine) as tx:
        app = await places.app(tx, at, asked.app)
        view = places.view(app, asked.view)
        if isinstance(view, Form | Dashboard):
            raise Invalid(Problem("view", f"{view.name} shows no rows of its own: it is a {view.kind}"))
        table = app.spec.table(view.table)
        place = places.of(app, table) if table else await places.place(tx, at, asked.app, view.table)
        wants = Query(view.filter, view.sorts, fields=place.ids, limit=asked.limit, after=asked.cursor)
        return await _page(tx, place, wants, [id for id in place.ids if id not in view.hidden])


async def _page(tx: Any, place: Place, wants: Query, fields: list[str] | None) -> dict[str, Any]:
    """As many rows as fit into an answer; where it is cut, the cursor is that of the last row told."""
    people = await people_of(tx, place)
    page = await query.page(tx, place.app, place.table.id, wants)
    read: list[dict[str, Any]] = orjson.loads(page.rows)
    shown: list[dict[str, Any]] = []
    size = 0
    for row in read:
        one = _row(place, row, people, fields)
        size += len(orjson.dumps(one))
        if shown and size > ROWS_BYTES_MAX:
            break
        shown.append(one)
    cut = len(shown) < len(read)
    next = f"{page.offset + len(shown)}.{shown[-1]['id']}" if cut else page.next
    return {"total": page.total, "rows": shown, "next": next}


def _row(place: Place, row: dict[str, Any], people: People, fields: list[str] | None = None) -> dict[str, Any]:
    return {"id": row["id"], "version": row["version"], "values": told.row_told(place, row, people, fields)}


async def read(at: At, asked: OneRow) -> dict[str, Any]:
    async with db.transaction(at.known.engine) as tx:
        place = await places.place(tx, at, asked.app, asked.table)
        row = await rows.read(tx, place.app, place.table.id, asked.id)
        return _row(place, row, await people_of(tx, place))


async def counted(at: At, asked: CountRows) -> dict[str, Any]:
    async with db.transaction(at.known.engine) as tx:
        place = await places.place(tx, at, asked.app, asked.table)
        if asked.measure != "count" and not asked.field:
            raise Invalid(Problem("field", f"is needed for {asked.measure}", "worth"))
        field = place.field(asked.field, "field").id if asked.field and asked.measure != "count" else None
        by = Grouping(field=place.field(asked.by, "by").id, bucket=asked.bucket) if asked.by else None
        figures, total = await groups.aggregated(
            tx,
            place.app,
            place.table.id,
            by=by,
            measure=Measure(summary=asked.measure, field=field),
            filter=filter_of(place, asked.where, asked.match),
        )
    value: dict[str, Any] = {"measure": asked.measure, "field": field, "value": total}
    if by is not None:
        value["groups"] = [{"name": one.name, "value": one.value} for one in figures[:GROUPS_TOLD_MAX]]
        value["groups_in_all"] = len(figures)
    return value


async def created(at: At, asked: CreateRows) -> dict[str, Any]:
    async with db.transaction(at.known.engine) as tx:
        place = await places.place(tx, at, asked.app, asked.table, "write")
        many = [values_of(place, values, f"rows/{n}/values") for n, values in enumerate(asked.rows)]
        made = await rows.create_many(tx, place.app, place.table.id, many, by=at.by)
        return await _done(tx, place, made)


async def updated(at: At, asked: UpdateRows) -> dict[str, Any]:
    async with db.transaction(at.known.engine) as tx:
        place = await places.place(tx, at, asked.app, asked.table, "write")
        edits = [Edit(one.id, values_of(place, one.values, f"rows/{n}/values"), one.version) for n, one in enumerate(asked.rows)]
        return await _done(tx, place, await rows.update_many(tx, place.app, place.table.id, edits, by=at.by))


async def _done(tx: Any, place: Place, written: list[dict[str, Any]]) -> dict[str, Any]:
    people = await people_of(tx, place)
    return {
        "rows": [{"id": row["id"], "version": row["version"], "name": told.title_of(place.table, row, people)} for row in written]
    }


async def trashed(at: At, asked: TrashRows) -> dict[str, Any]:
    async with db.transaction(at.known.engine) as tx:
        place = await places.place(tx, at, asked.app, asked.table, "write")
        gone = await rows.trash(tx, place.app, place.table.id, asked.ids, by=at.by)
    return {"trashed": gone, "note": "In the trash for 30 days."}


TOOLS = (
    Tool("find_rows", "Find rows", "Rows of a table that meet the conditions, in an order; `total` says how many there are.", FindRows, found),
    Tool("read_row", "Read a row", "One row with all its values.", OneRow, read),
    Tool(
        "count_rows", "Work out", "Counts rows, or sums up a field over them, in all or by another field. Exact: never add up rows yourself.",
        CountRows, counted,
    ),
    Tool("open_view", "Open a view", "The rows that a saved view shows, in its order.", OpenView, shown_by),
    Tool("create_rows", "Add rows", "New rows of a table, all or none.", CreateRows, created, "write"),
    Tool("update_rows", "Change rows", "Other values for rows, all or none. Only the values named are changed.", UpdateRows, updated, "write", True),
    Tool("trash_rows", "Move rows to the trash", "Moves rows to the trash, from where people bring them back.", TrashRows, trashed, "write", True),
)  # fmt: skip
