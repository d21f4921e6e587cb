"""The rows of a spreadsheet that was part of a wish: on their way into the table that was built for them."""

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.builder import drafts
from sayso.data import apps
from sayso.data.imports import kept, running
from sayso.errors import Conflict, Invalid, NotFound
from sayso.spec.app import App
from sayso.spec.table import Table
from sayso.team.actor import Actor


async def begun(tx: AsyncConnection, draft_id: str, app_id: str, *, by: Actor) -> str | None:
    """Begins the import of a draft that is built, into the table whose fields have the names of its columns.

    Gives the id of an import to be run once this is committed, or nothing: there was no spreadsheet, it has gone in already, or
    the plan was changed so far that its columns fit no table; then it waits where it is, to be put somewhere by hand.
    """
    row = await drafts.row_of(tx, draft_id, by)
    if row.import_id is None:
        return None
    try:
        sheet = await kept.read(tx, row.import_id, by=by)
        table = likest((await apps.open_app(tx, app_id, by=by)).spec, [c["name"] for c in sheet.preview.get("columns", ())])
        if sheet.state != "ready" or table is None:
            return None
        async with tx.begin_nested():
            await running.begin(tx, sheet.id, app=app_id, table=table.id, by=by)
        return sheet.id
    except (Conflict, Invalid, NotFound):
        return None


def likest(app: App, columns: list[str]) -> Table | None:
    """The table with the most fields called like these columns, if any is."""
    found = [(sum(table.named(name) is not None for name in columns), table) for table in app.tables]
    count, table = max(found, key=lambda one: one[0], default=(0, None))
    return table if count else None
