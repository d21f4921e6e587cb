"""What is not to be known any more."""

import re

from pydantic import Field

from sayso import db
from sayso.coworkers import memories
from sayso.coworkers.tools.tool import Asks, At, Read, Tool
from sayso.errors import Forbidden


class Forget(Asks):
    id: str = Field(max_length=80)


ASKED = re.compile(r"\b(?:forget|remove|delete|wipe|erase|clear|vergiss|lösch|oublie|efface|olvida|borra)", re.IGNORECASE)


async def run(at: At, asked: Forget) -> Read:
    if (at.sources.known or at.sources.new) and not ASKED.search(at.said):
        raise Forbidden("Something is forgotten when the person asks for it.")
    async with db.transaction(at.desk.engine) as tx:
        gone = await memories.forget(tx, at.reach.found, asked.id, by=at.reach.by)
    return Read({"forgotten": gone.id}, f"“{gone.text[:120]}”", "forgotten")


TOOL = Tool("forget", "Forget", "keeps", "Removes something that was remembered, by its id.", Forget, run)
