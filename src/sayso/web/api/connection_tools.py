"""What an MCP server offers, and what of it a person has approved."""

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import Query, Request
from pydantic import Field, StringConstraints

from sayso import db
from sayso.connections import catalogues, mcp, stored
from sayso.connections.catalogues import Catalogue
from sayso.connections.connections import Connections
from sayso.connections.mcp.tools import NAME_CHARACTERS_MAX, TOOLS_MAX
from sayso.errors import Invalid, Problem, SaysoError
from sayso.team.actor import Actor
from sayso.web.actor import By
from sayso.web.api.connections import ConnectionId
from sayso.web.parts import parts
from sayso.web.shapes import Asked, Json, Shown
from sayso.web.work import Tx

KINDS = ("mcp", "mcp_program")


class ConnectedServer(Shown):
    """What the server says of itself."""

    name: str
    title: str
    version: str
    protocol: str
    instructions: str


class ConnectedTool(Shown):
    name: str
    title: str
    description: str
    input: Json = Field(alias="schema", serialization_alias="schema")
    """JSON Schema of its arguments."""
    output: Json | None
    reads: bool
    """It says of itself that it changes nothing: a hint, no promise."""
    state: Literal["new", "approved", "changed", "gone"]
    was: str | None
    """The description that was approved, when it is another one now."""


class ConnectedTools(Shown):
    server: ConnectedServer | None
    fingerprint: str
    """Of the list as it is shown: it is what one approves."""
    looked_at: datetime | None
    approved_at: datetime | None
    approved_by: str | None
    problem: str | None
    items: list[ConnectedTool]

    @classmethod
    def of(cls, one: Catalogue) -> Self:
        server = one.found.get("server")
        return cls(
            server=ConnectedServer(**server) if server else None,
            fingerprint=one.found.get("fingerprint", ""),
            looked_at=one.found_at,
            approved_at=one.approved_at,
            approved_by=one.approved_by,
            problem=one.problem,
            items=[ConnectedTool.model_validate(tool) for tool in one.tools],
        )


class ToolsApproval(Asked):
    fingerprint: Annotated[str, StringConstraints(max_length=64)]
    tools: (
        Annotated[list[Annotated[str, StringConstraints(max_length=NAME_CHARACTERS_MAX)]], Field(max_length=TOOLS_MAX)] | None
    ) = None
    """Only these; without it, all that were shown."""


Look = Annotated[bool, Query(description="Asks the server now")]


async def show(connection: ConnectionId, request: Request, by: By, look: Look = False) -> ConnectedTools:
    """The tools of an MCP server."""
    known = parts(request).connections
    async with db.transaction(known.engine) as tx:
        await _of_a_server(tx, known, connection, by)
        catalogue = await catalogues.shown(tx, connection)
    return ConnectedTools.of(await looked_at(known, connection, by) if look or catalogue.found_at is None else catalogue)


async def approve(connection: ConnectionId, approval: ToolsApproval, request: Request, tx: Tx, by: By) -> ConnectedTools:
    """Approve the tools as they were shown. What changes afterwards is asked again."""
    by.must("build")
    known = parts(request).connections
    line = await _of_a_server(tx, known, connection, by)
    await stored.managed(tx, connection, by)
    return ConnectedTools.of(await catalogues.approve(tx, line, approval.fingerprint, approval.tools, by=by))


async def looked_at(known: Connections, connection: str, by: Actor) -> Catalogue:
    """Asked now; no transaction is open while the server thinks. What went wrong is kept beside what was found before."""
    async with db.transaction(known.engine) as tx:
        opened = await known.opened_to_test(tx, connection, by=by)
    found, problem = None, None
    try:
        found = await mcp.look(known, opened)
    except SaysoError as error:
        problem = opened.masked(str(error))
    async with db.transaction(known.engine) as tx:
        await catalogues.keep(tx, opened, found, problem)
        return await catalogues.shown(tx, connection)


async def _of_a_server(tx: Tx, known: Connections, connection: str, by: Actor) -> stored.Stored:
    line = await stored.read(tx, known, connection, by=by)
    if line.kind not in KINDS:
        raise Invalid(Problem("connection", f"{line.name} is no MCP server"))
    return line
