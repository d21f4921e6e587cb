"""Rows into the trash: always after a yes that names them."""

from typing import Annotated

from pydantic import Field

from sayso import db
from sayso.coworkers import acts
from sayso.coworkers.tools.proposing import ROWS_PROPOSED_MAX
from sayso.coworkers.tools.tool import Asks, At, Proposed, Tool


class TrashRows(Asks):
    table: str
    ids: list[Annotated[int, Field(ge=1, le=2**63 - 1)]] = Field(min_length=1, max_length=ROWS_PROPOSED_MAX)


async def run(at: At, asked: TrashRows) -> Proposed:
    async with db.transaction(at.desk.engine) as tx:
        place = await at.reach.place(tx, asked.table, "write")
        rows = [{"id": id, "values": {}} for id in dict.fromkeys(asked.ids)]
        act = await acts.tried(tx, place, "trash", rows, tool=TOOL.name, call=at.call)
    return Proposed(act, act["sentence"])


TOOL = Tool(
    "trash_rows",
    "Delete rows",
    "destroys",
    "Proposes to move rows to the trash, by their ids. A person says yes first, always.",
    TrashRows,
    run,
)
