"""New rows, after a yes."""

from pydantic import Field

from sayso import db
from sayso.coworkers import acts
from sayso.coworkers.tools.proposing import ROWS_PROPOSED_MAX, NewRow, values_of
from sayso.coworkers.tools.tool import Asks, At, Proposed, Tool


class AddRows(Asks):
    table: str
    rows: list[NewRow] = Field(min_length=1, max_length=ROWS_PROPOSED_MAX)


async def run(at: At, asked: AddRows) -> Proposed:
    async with db.transaction(at.desk.engine) as tx:
        place = await at.reach.place(tx, asked.table, "write")
        rows = [{"id": None, "values": values_of(place, row.values, f"rows/{n}/values")} for n, row in enumerate(asked.rows)]
        act = await acts.tried(tx, place, "add", rows, tool=TOOL.name, call=at.call)
    return Proposed(act, act["sentence"])


TOOL = Tool("add_rows", "Add rows", "writes", "Proposes new rows. A person says yes first; nothing is done before.", AddRows, run)
