"""A connected table's connection, opened with the rights of whoever connected it: those who use the table need none of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.connections.connections import Connections
from sayso.connections.opened import Opened
from sayso.connections.readers import reader_of
from sayso.connections.reading import Reader
from sayso.errors import Forbidden
from sayso.team import standing
from sayso.team.actor import Actor, system


@dataclass(frozen=True, slots=True)
class Reached:
    opened: Opened
    reader: Reader


def syncing(workspace: str) -> Actor:
    """Who writes the rows: nobody's undo, nobody's edit."""
    return system(workspace, "Sync")


async def reached(tx: AsyncConnection, connections: Connections, connection: str, *, by: Actor, what: str) -> Reached:
    """Raises `NotFound`, `Forbidden`, `Invalid`."""
    opened = await connections.opened(tx, connection, "rows", by=by, what=what)
    return Reached(opened, reader_of(opened))


async def of_owner(tx: AsyncConnection, connections: Connections, kept: Any, what: str) -> Reached:
    """Of a connected table. Raises `Forbidden` when whoever connected it has gone or may no more."""
    by = await owner_of(tx, kept)
    return await reached(tx, connections, kept.connection, by=by, what=what)


async def owner_of(tx: AsyncConnection, kept: Any) -> Actor:
    if kept.owner is None:
        raise Forbidden("Nobody has connected this table yet: choose its connection again.")
    by = await standing.read(tx, kept.owner, workspace=kept.workspace_id)
    if by is None:
        raise Forbidden("Whoever connected this table is not in the workspace any more. Connect it again.")
    return by
