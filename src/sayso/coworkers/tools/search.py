"""Anything by its words, and what was learned beforehand by its meaning."""

from typing import Any

import orjson
from pydantic import Field

from sayso import db
from sayso.coworkers import knowledge
from sayso.coworkers.reach import Place
from sayso.coworkers.tools import rows_read
from sayso.coworkers.tools.tool import Asks, At, Read, Tool
from sayso.coworkers.values import people_of
from sayso.data import query
from sayso.data.query import Query
from sayso.spec.filter import Condition, Filter
from sayso.spec.shape import ops_of

ROWS_A_TABLE_MAX = 5
TABLES_SEARCHED_MAX = 24


class Search(Asks):
    words: str = Field(min_length=1, max_length=200)
    table: str | None = Field(None, description="only in this one")


async def run(at: At, asked: Search) -> Read:
    told: list[Any] = []
    async with db.transaction(at.desk.engine) as tx:
        places = [await at.reach.place(tx, asked.table)] if asked.table else await at.reach.places(tx)
        for place in places[:TABLES_SEARCHED_MAX]:
            page = await query.page(tx, place.app, place.table.id, holding(place, asked.words, ROWS_A_TABLE_MAX))
            rows = orjson.loads(page.rows)
            if rows:
                found = rows_read.told(at, place, rows, await people_of(tx, place))
                told.append({"table": at.reach.called(place), "total": page.total, "rows": found})
    pieces = await knowledge.found(at, asked.words, [p.table.id for p in places] if asked.table else None)
    rows = sum(one["total"] for one in told)
    result = rows_read.counted(rows) + (f", {rows_read.counted(len(pieces), 'piece')}" if pieces else "")
    where = f"in {places[0].table.name} " if asked.table and places else ""
    return Read({"by_words": told, "by_meaning": pieces}, f"{where}for “{asked.words}”", result)


def holding(place: Place, words: str, limit: int) -> Query:
    """Rows that hold the words where they may be seen: with hidden fields, only the others are asked."""
    if len(place.fields) == len(place.table.fields):
        return Query(search=words, fields=place.ids, limit=limit)
    asked = [f for f in place.fields if "contains" in ops_of(place.app.spec, place.table, f)]
    conditions = tuple(Condition(field=f.id, op="contains", value=words) for f in asked)
    nowhere = (
        Filter(match="all", of=(Condition(field=place.ids[0], op="empty"), Condition(field=place.ids[0], op="not_empty"))),
    )
    return Query(Filter(match="any", of=conditions or nowhere), fields=place.ids, limit=limit)


TOOL = Tool(
    "search", "Search", "reads", "Rows that hold these very words, and pieces of knowledge (rows, files) that mean something alike.", Search, run
)  # fmt: skip
