"""One row, whole."""

import orjson
from pydantic import Field

from sayso import db
from sayso.coworkers.tools import rows_read
from sayso.coworkers.tools.tool import Asks, At, Read, Tool
from sayso.coworkers.values import people_of, title_of
from sayso.data.query import rows_by_id
from sayso.errors import NotFound

ID_MAX = 2**63 - 1


class ReadRow(Asks):
    table: str
    id: int = Field(ge=1, le=ID_MAX)


async def run(at: At, asked: ReadRow) -> Read:
    async with db.transaction(at.desk.engine) as tx:
        place = await at.reach.place(tx, asked.table)
        people = await people_of(tx, place)
        rows = orjson.loads(f"[{await rows_by_id(tx, place.app, place.table, [asked.id])}]")
    if not rows:
        raise NotFound(f"{place.table.name} has no row {asked.id}.")
    words = f"{title_of(place.table, rows[0], people)} of {place.table.name}"
    return Read({"table": asked.table, "row": rows_read.told(at, place, rows, people)[0]}, words, "1 row")


TOOL = Tool("read_row", "Read a row", "reads", "All values of one row, by its id.", ReadRow, run)
