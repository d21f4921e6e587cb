"""What the rows are called that runs are about: so that a list of runs says whose turn it was."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps
from sayso.data.titles import titles
from sayso.errors import Forbidden, NotFound
from sayso.team.actor import Actor

About = tuple[str, str, int]
"""App, table and row."""


async def named(tx: AsyncConnection, rows: Iterable[About], *, by: Actor) -> dict[About, str]:
    """Those that are still there, and that `by` may see."""
    tables: dict[tuple[str, str], set[int]] = {}
    for app, table, row in rows:
        tables.setdefault((app, table), set()).add(row)
    found: dict[About, str] = {}
    for (app, table), ids in tables.items():
        try:
            opened = await apps.open_app(tx, app, by=by)
            called = await titles(tx, opened, table, sorted(ids))
        except (NotFound, Forbidden):
            continue
        found |= {(app, table, row): name for row, name in called.items()}
    return found
