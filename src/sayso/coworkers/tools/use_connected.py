"""A tool of an MCP server or an operation of a service, used after a yes that shows everything it would be given."""

from typing import Any

from pydantic import Field

from sayso import db
from sayso.coworkers import beyond
from sayso.coworkers.tools.find_connected import offered
from sayso.coworkers.tools.tool import Asks, At, Proposed, Tool
from sayso.errors import Invalid, NotFound, Problem

ARGUMENTS_MAX = 60


class UseConnected(Asks):
    connection: str = Field(description="as find_connected calls it")
    name: str = Field(description="of the tool or operation")
    arguments: dict[str, Any] = {}


async def run(at: At, asked: UseConnected) -> Proposed:
    if len(asked.arguments) > ARGUMENTS_MAX:
        raise Invalid(Problem("arguments", f"are at most {ARGUMENTS_MAX}"))
    async with db.transaction(at.desk.engine) as tx:
        all = await offered(tx, at)
        one = next((o for o in all if o.name == asked.name and asked.connection in (o.connection, o.connection_name)), None)
        if one is None:
            known = ", ".join(f"{o.name} of {o.connection_name}" for o in all[:20])
            raise NotFound(f"There is no such tool that may be used here. There are: {known or 'none'}.")
        assert at.desk.connections is not None
        opened = await at.desk.connections.opened(tx, one.connection, beyond.DOES, by=at.reach.by, what="A co-worker")
    missing = [name for name in one.schema.get("required", []) if name not in asked.arguments]
    if missing:
        raise Invalid(*(Problem(f"arguments/{name}", "is needed") for name in missing[:10]))
    act = beyond.using(opened, one.target, one.name, one.title, asked.arguments, tool=TOOL.name, call=at.call)
    return Proposed(act, act["sentence"])


TOOL = Tool(
    "use_connected", "Use connected tools", "reaches",
    "Proposes to use a tool or operation of a connected service. A person sees every argument and says yes first.",
    UseConnected, run, named=True,
)  # fmt: skip
