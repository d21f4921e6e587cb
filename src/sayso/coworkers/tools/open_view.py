"""The rows of a view that somebody has saved: its filter, its order, its hidden fields."""

import orjson
from pydantic import Field

from sayso import db
from sayso.coworkers.tools import rows_read
from sayso.coworkers.tools.tool import Asks, At, Read, Tool
from sayso.coworkers.values import people_of
from sayso.data import query
from sayso.data.query import Query
from sayso.errors import Forbidden, NotFound
from sayso.spec.filter import Condition, Filter
from sayso.spec.view import Dashboard, Form


class OpenView(Asks):
    view: str = Field(description="id or name")
    limit: int = Field(10, ge=1, le=rows_read.ROWS_TOLD_MAX)
    offset: int = Field(0, ge=0, le=1_000_000)


async def run(at: At, asked: OpenView) -> Read:
    async with db.transaction(at.desk.engine) as tx:
        folded = asked.view.strip().casefold()
        for place in await at.reach.places(tx):
            for view in place.app.spec.views:
                if isinstance(view, (Form, Dashboard)) or view.table != place.table.id:
                    continue
                if folded not in (view.id, view.name.casefold()):
                    continue
                if not set(_asks(view.filter)) | {s.field for s in view.sorts} <= set(place.ids):
                    raise Forbidden(f"The view {view.name} asks for fields that may not be seen here.")
                people = await people_of(tx, place)
                asked_for = Query(view.filter, view.sorts, fields=place.ids, limit=asked.limit, offset=asked.offset)
                page = await query.page(tx, place.app, place.table.id, asked_for)
                shown = [f for f in place.ids if f not in view.hidden]
                rows = rows_read.told(at, place, orjson.loads(page.rows), people, shown)
                value = {"view": view.name, "table": at.reach.called(place), "total": page.total, "rows": rows}
                return Read(value, f"{view.name} of {place.table.name}", rows_read.counted(page.total))
    raise NotFound(f"There is no view {asked.view[:80]!r} of rows that may be seen here.")


def _asks(filter: Filter) -> list[str]:
    return [f for one in filter.of for f in ([one.field] if isinstance(one, Condition) else _asks(one))]


TOOL = Tool("open_view", "Open a view", "reads", "The rows that a saved view shows.", OpenView, run)
