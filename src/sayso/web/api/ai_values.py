"""One value that a model may write, of one row."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import BackgroundTasks, Body, Request

from sayso.ai.fills import cells, stored
from sayso.ai.fills.wanted import Wanted
from sayso.data import apps, rows
from sayso.web.actor import By
from sayso.web.api.fills import Filling
from sayso.web.api.fills import shown as fill_shown
from sayso.web.parts import parts
from sayso.web.shapes import AppId, Asked, PartId, RowId, ShortText, Shown
from sayso.web.work import Tx


class Provenance(Shown):
    """Who wrote a value. Without a model, a person did."""

    state: Literal["written", "review", "failed", "stale", "by_hand", "writing", "empty"]
    model: str | None = None
    provider: str | None = None
    version: str | None = None
    """A digest of what the model was told: another prompt is another version."""
    at: datetime | None = None
    cost: str | None = None
    tokens: dict[str, int] | None = None
    ms: int | None = None
    confidence: float | None = None
    problem: str | None = None
    stale: Literal["sources", "prompt"] | None = None
    """What has changed since."""
    fill: str | None = None
    by: str | None = None
    by_name: str | None = None
    accepted_by: str | None = None
    accepted_by_name: str | None = None
    accepted_at: datetime | None = None


class WriteAgain(Asked):
    model: ShortText | None = None
    """In place of the slot's."""


class ValueAccepted(Asked):
    """A person has looked at it, and it is right."""


async def show(app: AppId, table: PartId, row: RowId, field: PartId, tx: Tx, by: By) -> Provenance:
    """Who wrote a value: which model, when, at what cost, how sure."""
    return shown(await cells.read(tx, await apps.open_app(tx, app, by=by), table, row, field))


async def create(
    app: AppId, table: PartId, row: RowId, field: PartId, request: Request, tx: Tx, by: By, after: BackgroundTasks,
    again: Annotated[WriteAgain | None, Body()] = None,
) -> Filling:  # fmt: skip
    """Have a model write the value again, whoever wrote it."""
    opened = await apps.open_app(tx, app, by=by, to="write")
    await rows.read(tx, opened, table, row)
    at = parts(request)
    wanted = Wanted(table, field, (row,), overwrite=True, again=True, model=again.model if again else None)
    after.add_task(at.fills.look)
    return fill_shown(await stored.begin(tx, opened, at.gateway, wanted, by=by))


async def accept(
    app: AppId, table: PartId, row: RowId, field: PartId, tx: Tx, by: By, accepted: Annotated[ValueAccepted | None, Body()] = None
) -> Provenance:
    """Accept a value that waits for a person to look at it."""
    opened = await apps.open_app(tx, app, by=by, to="write")
    return shown(await cells.accept(tx, opened, table, row, field, by=by))


def shown(about: dict[str, Any]) -> Provenance:
    return Provenance(**about)
