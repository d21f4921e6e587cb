"""Rows of a table that meet conditions, by our own query language."""

import orjson
from pydantic import Field

from sayso import db
from sayso.coworkers.tools import rows_read
from sayso.coworkers.tools.conditions import Match, Order, Where, filter_of, sorts_of, words_of
from sayso.coworkers.tools.tool import Asks, At, Read, Tool
from sayso.coworkers.values import people_of
from sayso.data import query
from sayso.data.query import Query


class FindRows(Asks):
    table: str
    where: list[Where] = []
    match: Match = "all"
    sort: list[Order] = []
    fields: list[str] | None = Field(None, description="only these field ids")
    limit: int = Field(10, ge=1, le=rows_read.ROWS_TOLD_MAX)
    offset: int = Field(0, ge=0, le=1_000_000)


async def run(at: At, asked: FindRows) -> Read:
    async with db.transaction(at.desk.engine) as tx:
        place = await at.reach.place(tx, asked.table)
        people = await people_of(tx, place)
        filter = filter_of(place, asked.where, asked.match)
        wanted = [place.field(f, "fields").id for f in asked.fields] if asked.fields else None
        order = sorts_of(place, asked.sort)
        page = await query.page(
            tx, place.app, place.table.id, Query(filter, order, fields=place.ids, limit=asked.limit, offset=asked.offset)
        )
    rows = rows_read.told(at, place, orjson.loads(page.rows), people, wanted)
    value = {"table": asked.table, "total": page.total, "rows": rows}
    return Read(value, words_of(place, filter, people), rows_read.counted(page.total))


TOOL = Tool(
    "find_rows",
    "Find rows",
    "reads",
    "Rows of a table that meet all (or any) of the conditions. `total` says how many there are. Cite a row as [cite].",
    FindRows,
    run,
)
