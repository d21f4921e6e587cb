"""Which rows somebody may see: asked by whoever is about to tell them of one."""

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.data.physical import found
from sayso.data.rights import visible as seen
from sayso.errors import Forbidden, NotFound
from sayso.team import standing
from sayso.team.actor import Actor


async def visible(tx: AsyncConnection, app: OpenApp, table_id: str, ids: Sequence[int]) -> set[int]:
    """Those of these rows that `app.by` may see and that are not in the trash. Raises `NotFound` for a table that is not theirs."""
    return await seen.visible(tx, app, found(app, table_id).id, ids)


async def seers(tx: AsyncConnection, workspace: str, app: str, table: str, row: int, members: Iterable[str]) -> dict[str, Actor]:
    """Those of these members (ids) who may see the row, as they act."""
    seeing: dict[str, Actor] = {}
    for id in dict.fromkeys(members):
        try:
            by = await standing.read(tx, id, workspace=workspace)
            if by is not None and row in await visible(tx, await apps.open_app(tx, app, by=by), table, [row]):
                seeing[id] = by
        except (NotFound, Forbidden):
            continue
    return seeing
