"""Apps and tables as agents name them: by id, else by name."""

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.coworkers.reach import Place
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.errors import NotFound
from sayso.spec.table import Table
from sayso.spec.view import AnyView
from sayso.team.roles import Right
from sayso.web.mcp.tools.tool import At

NAMED_MAX = 40
"""How many names an error lists."""


async def app(tx: AsyncConnection, at: At, said: str, to: Right = "read") -> OpenApp:
    """Raises `NotFound` with the apps that there are, `Forbidden`."""
    lines = await apps.listed(tx, by=at.by)
    folded = said.strip().casefold()
    id = next((line.id for line in lines if folded in (line.id, line.name.casefold())), None)
    if id is None:
        known = ", ".join(line.id for line in lines[:NAMED_MAX])
        raise NotFound(f"There is no app {said[:80]!r} here. There are: {known or 'none'}.")
    return await apps.open_app(tx, id, by=at.by, to=to)


async def place(tx: AsyncConnection, at: At, app_said: str, table_said: str, to: Right = "read") -> Place:
    """A table, opened. Raises `NotFound` with the tables that there are."""
    opened = await app(tx, at, app_said, to)
    folded = table_said.strip().casefold()
    for table in opened.spec.tables:
        if folded in (table.id, table.name.casefold()):
            return of(opened, table)
    known = ", ".join(table.id for table in opened.spec.tables[:NAMED_MAX])
    raise NotFound(f"{opened.spec.name} has no table {table_said[:80]!r}. It has: {known or 'none'}.")


def of(opened: OpenApp, table: Table) -> Place:
    return Place(opened, table, table.fields, opened.may("write", table.id))


def view(opened: OpenApp, said: str) -> AnyView:
    """Raises `NotFound` with the views that there are."""
    folded = said.strip().casefold()
    for one in opened.spec.views:
        if folded in (one.id, one.name.casefold()):
            return one
    known = ", ".join(one.id for one in opened.spec.views[:NAMED_MAX])
    raise NotFound(f"{opened.spec.name} has no view {said[:80]!r}. It has: {known or 'none'}.")
