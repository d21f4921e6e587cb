"""Values that models write into rows, many at a time."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import orjson
from fastapi import BackgroundTasks, Query, Request, Response
from pydantic import Field
from starlette.background import BackgroundTask

from sayso.ai.fills import estimating, stored
from sayso.ai.fills.fill import Fill as Kept
from sayso.ai.fills.wanted import Wanted
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.spec.filter import Filter
from sayso.web.actor import By
from sayso.web.asked_rows import AskedFilter, filter_of, json_of
from sayso.web.parts import parts
from sayso.web.shapes import BATCH_MAX, AppId, Asked, Json, PartId, RowId, ShortText, Shown, Token
from sayso.web.work import Tx

Dollars = Annotated[str, Field(pattern=r"^\d{1,9}(\.\d{1,10})?$", examples=["2.00"])]


class FillEstimate(Shown):
    """What a fill would ask, and cost. `cost` is in dollars, and null when nobody has published a price."""

    rows: int
    skipped: dict[str, int]
    """Left out, by reason: `by_hand`, `up_to_date`, `writing`."""
    model: str
    provider: str
    tokens: dict[str, int]
    cost: str | None
    seconds: int
    sentence: str
    problem: str = ""
    """Why nothing would come of it."""


class Filling(Shown):
    """`done` counts every row that is over with: written, to be reviewed, failed or skipped. Money is in dollars."""

    id: str | None
    """None for an estimate alone."""
    app: str
    table: str
    field: str
    state: Literal["estimate", "waiting", "running", "done", "stopped", "cancelled"]
    origin: Literal["person", "created", "changed"] = "person"
    rows: int
    done: int = 0
    written: int = 0
    review: int = 0
    failed: int = 0
    skipped: int = 0
    cost: str = "0.00"
    tokens: int = 0
    calls: int = 0
    budget: str | None = None
    model: str | None = None
    why: str = ""
    """Why it stopped, in words."""
    may_go_on: bool = False
    rows_per_second: float | None = None
    seconds_left: float | None = None
    by: str | None = None
    by_name: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    ended_at: datetime | None = None
    estimate: FillEstimate | None = None


class Fills(Shown):
    items: list[Filling]
    next: str | None = None


class NewFill(Asked):
    """Of the rows named, else of those that the filter, the search and the view let through, else of all."""

    table: PartId
    field: PartId
    rows: Annotated[list[RowId], Field(min_length=1, max_length=BATCH_MAX)] | None = None
    filter: Json | None = None
    search: ShortText = ""
    view: PartId | None = None
    overwrite: bool = False
    """Also what people wrote by hand."""
    again: bool = False
    """Also what is up to date."""
    budget: Dollars | None = None
    model: ShortText | None = None
    """In place of the slot's."""
    dry: bool = False
    """Only the estimate: nothing is begun."""


class FillChange(Asked):
    """Go on with one that stopped. `budget` is for all of it, what is spent included."""

    state: Literal["running"]
    budget: Dollars | None = None


class AskedFills(Asked):
    table: PartId | None = None
    field: PartId | None = None
    open: bool = False
    """Only those under way or waiting."""
    cursor: Annotated[str, Field(max_length=40)] | None = None
    limit: Annotated[int, Field(ge=1, le=stored.LISTED_MAX)] = 50


async def listed(app: AppId, asked: Annotated[AskedFills, Query()], tx: Tx, by: By) -> Fills:
    """Fills of an app, newest first."""
    opened = await apps.open_app(tx, app, by=by)
    page = stored.listed(
        tx, opened, table=asked.table, field=asked.field, under_way=asked.open, before=asked.cursor, limit=asked.limit
    )
    items, following = await page
    return Fills(items=[shown(one) for one in items], next=following)


async def create(
    app: AppId, new: NewFill, request: Request, tx: Tx, by: By, response: Response, after: BackgroundTasks
) -> Filling:
    """Have a model fill a field of many rows; or, with `dry`, see first what that would cost."""
    opened = await apps.open_app(tx, app, by=by, to="write")
    wanted = _wanted(opened, new)
    at = parts(request)
    if new.dry:
        response.status_code = 200
        told = await estimating.estimated(tx, opened, at.gateway, wanted)
        estimate = FillEstimate(**told.as_json())
        return Filling(
            id=None, app=opened.id, table=new.table, field=new.field, state="estimate", rows=told.rows, estimate=estimate
        )
    after.add_task(at.fills.look)
    return shown(await stored.begin(tx, opened, at.gateway, wanted, by=by))


async def show(app: AppId, fill: Token, tx: Tx, by: By) -> Filling:
    """How far a fill is."""
    return shown(await stored.read(tx, await apps.open_app(tx, app, by=by), fill))


async def update(
    app: AppId, fill: Token, change: FillChange, request: Request, tx: Tx, by: By, after: BackgroundTasks
) -> Filling:
    """Go on with a fill that stopped; rows that failed are tried again."""
    opened = await apps.open_app(tx, app, by=by, to="write")
    after.add_task(parts(request).fills.look)
    return shown(await stored.go_on(tx, opened, fill, by=by, budget=_dollars(change.budget)))


async def cancel(app: AppId, fill: Token, request: Request, tx: Tx, by: By) -> Response:
    """Stop it at once. What is written stays."""
    await stored.cancel(tx, await apps.open_app(tx, app, by=by, to="write"), fill, by=by)
    return Response(status_code=204, background=BackgroundTask(parts(request).fills.called_off, fill))


def shown(one: Kept) -> Filling:
    told: dict[str, Any] = one.as_json()
    return Filling(**told)


def _wanted(app: OpenApp, new: NewFill) -> Wanted:
    filter = filter_of(app, new.table, AskedFilter(view=new.view))
    if new.filter is not None:
        own = json_of("filter", orjson.dumps(new.filter).decode(), Filter, Filter())
        filter = Filter(of=(filter, own)) if filter.of else own
    return Wanted(
        new.table, new.field, None if new.rows is None else tuple(new.rows), filter, new.search, new.overwrite, new.again,
        _dollars(new.budget), new.model or None,
    )  # fmt: skip


def _dollars(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
