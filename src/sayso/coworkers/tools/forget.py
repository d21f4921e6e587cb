"""What is not to be known any more."""

from pydantic import Field

from sayso import db
from sayso.coworkers import memories
from sayso.coworkers.tools.tool import Asks, At, Read, Tool


class Forget(Asks):
    id: str = Field(max_length=80)


async def run(at: At, asked: Forget) -> Read:
    async with db.transaction(at.desk.engine) as tx:
        gone = await memories.forget(tx, at.reach.found, asked.id, by=at.reach.by)
    return Read({"forgotten": gone.id}, f"“{gone.text[:120]}”", "forgotten")


TOOL = Tool("forget", "Forget", "keeps", "Removes something that was remembered, by its id.", Forget, run)
