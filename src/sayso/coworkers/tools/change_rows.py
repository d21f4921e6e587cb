"""Other values in rows, after a yes."""

from pydantic import Field

from sayso import db
from sayso.coworkers import acts
from sayso.coworkers.tools.proposing import ROWS_PROPOSED_MAX, ChangedRow, values_of
from sayso.coworkers.tools.tool import Asks, At, Proposed, Tool


class ChangeRows(Asks):
    table: str
    rows: list[ChangedRow] = Field(min_length=1, max_length=ROWS_PROPOSED_MAX)


async def run(at: At, asked: ChangeRows) -> Proposed:
    async with db.transaction(at.desk.engine) as tx:
        place = await at.reach.place(tx, asked.table, "write")
        rows = [{"id": row.id, "values": values_of(place, row.values, f"rows/{n}/values")} for n, row in enumerate(asked.rows)]
        act = await acts.tried(tx, place, "change", rows, tool=TOOL.name, call=at.call)
    return Proposed(act, act["sentence"])


TOOL = Tool(
    "change_rows",
    "Change rows",
    "writes",
    "Proposes other values for rows, by their ids. A person says yes first; nothing is done before.",
    ChangeRows,
    run,
)
