"""The app that a step writes to, as it is now: opened once for all steps that share a transaction."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.steps.step import Doing, StepFailed
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.errors import NotFound
from sayso.spec.table import Table
from sayso.team.roles import RIGHTS, Right

_opened: WeakKeyDictionary[AsyncConnection, tuple[str, OpenApp]] = WeakKeyDictionary()


async def opened(tx: AsyncConnection, doing: Doing, to: Right = "write") -> OpenApp:
    kept = _opened.get(tx)
    if kept is not None and kept[0] == doing.run.id and RIGHTS.index(kept[1].to) >= RIGHTS.index(to):
        return kept[1]
    app = await apps.open_app(tx, doing.run.app_id, by=doing.by, to=to)
    _opened[tx] = doing.run.id, app
    return app


def table_of(app: OpenApp, id: str) -> Table:
    table = app.spec.table(id)
    if table is None:
        raise StepFailed(f"The table {id!r} of this step is not in {app.spec.name} any more.")
    return table


def missing(error: NotFound, table: Table) -> StepFailed:
    return StepFailed(f"{error} It may have been deleted since the run began.", detail=table.id)
