"""What can be asked of a service that describes itself by an OpenAPI document."""

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import Request
from pydantic import Field, StringConstraints

from sayso import db
from sayso.connections import catalogues, stored
from sayso.connections.catalogues import Catalogue
from sayso.connections.connections import Connections
from sayso.connections.kinds import openapi
from sayso.connections.openapi.document import JSON_BYTES_MAX
from sayso.errors import Invalid, Problem
from sayso.team.actor import Actor
from sayso.web.actor import By
from sayso.web.api.connections import ConnectionId
from sayso.web.parts import parts
from sayso.web.shapes import Asked, Json, Shown
from sayso.web.work import Once, Tx

KIND = "openapi"


class OperationParameter(Shown):
    name: str
    label: str
    place: Literal["path", "query", "header", "body"] = Field(serialization_alias="in")
    kind: Literal["text", "number", "checkbox", "choice", "json"]
    required: bool
    choices: list[str]
    description: str


class ConnectedOperation(Shown):
    id: str
    method: str
    path: str
    title: str
    description: str
    group: str
    reads: bool
    input: Json = Field(alias="schema", serialization_alias="schema")
    """JSON Schema of its arguments."""
    parameters: list[OperationParameter]


class ConnectedOperations(Shown):
    title: str
    version: str
    base: str
    read_at: datetime | None
    problem: str | None
    items: list[ConnectedOperation]

    @classmethod
    def of(cls, one: Catalogue) -> Self:
        found = one.found
        said = [text for text in (one.problem, found.get("problem")) if text]
        return cls(
            title=found.get("title", ""),
            version=found.get("version", ""),
            base=found.get("base", ""),
            read_at=one.found_at,
            problem=" ".join(said) or None,
            items=[ConnectedOperation.model_validate(each) for each in found.get("operations", [])],
        )


class NewDocument(Asked):
    document: Annotated[str, StringConstraints(min_length=1, max_length=JSON_BYTES_MAX)] | None = None
    """JSON or YAML. Without it, what lies at the connection's address of the document."""


async def show(connection: ConnectionId, request: Request, tx: Tx, by: By) -> ConnectedOperations:
    """The operations of a service."""
    await _of_a_service(tx, parts(request).connections, connection, by)
    return ConnectedOperations.of(await catalogues.shown(tx, connection))


async def renew(connection: ConnectionId, given: NewDocument, request: Request, by: By, once: Once) -> ConnectedOperations:
    """Read the document again, or another one."""
    by.must("build")
    known = parts(request).connections
    async with db.transaction(known.engine) as tx:
        await _of_a_service(tx, known, connection, by)
        await stored.managed(tx, connection, by)
        opened = await known.opened_to_test(tx, connection, by=by)
    found = await openapi.read(known, opened, given.document)
    async with db.transaction(known.engine) as tx:
        await catalogues.keep(tx, opened, found)
        return ConnectedOperations.of(await catalogues.shown(tx, connection))


async def _of_a_service(tx: Tx, known: Connections, connection: str, by: Actor) -> stored.Stored:
    line = await stored.read(tx, known, connection, by=by)
    if line.kind != KIND:
        raise Invalid(Problem("connection", f"{line.name} has no OpenAPI document"))
    return line
