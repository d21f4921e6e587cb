"""What would become visible, before anything does."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field, StringConstraints

from sayso.data import apps
from sayso.data.publishing import exposure
from sayso.team.shares.rules import ROWS_MAX, ROWS_USUAL
from sayso.web.actor import By
from sayso.web.shapes import AppId, Asked, PartId, Shown
from sayso.web.work import Tx


class Exposed(Shown):
    id: str
    name: str
    kind: str
    chosen: bool
    needed: bool
    """Cannot be left out: this kind of view stands on it."""
    shows: str
    warns: str
    """What to think of first; such fields are only shown when somebody ticks them."""


class Exposure(Shown):
    view: str
    view_name: str
    view_kind: str
    table: str
    table_name: str
    kind: Literal["form", "view"]
    fields: list[Exposed]
    rows: int
    """Now; more may come."""
    rows_max: int
    sentences: list[str]
    """What becomes visible, in words."""
    sample: list[dict[str, str]]
    """The first rows, as the public would read them."""
    refused: str
    """Why it cannot be public at all; empty when it can."""
    fingerprint: str
    """Publishing takes it: a yes counts only for what was shown."""


class AskedExposure(Asked):
    view: PartId
    fields: Annotated[str | None, StringConstraints(max_length=20_000), Field(examples=["name,stage"])] = None
    rows_max: Annotated[int, Field(ge=1, le=ROWS_MAX)] = ROWS_USUAL


async def show(app: AppId, asked: Annotated[AskedExposure, Query()], tx: Tx, by: By) -> Exposure:
    """What anybody would see if this view were public with these fields."""
    by.must("share")
    opened = await apps.open_app(tx, app, by=by)
    fields = tuple(filter(None, asked.fields.split(","))) if asked.fields is not None else None
    found = await exposure.of(tx, opened, asked.view, fields, asked.rows_max)
    return Exposure(
        view=found.view, view_name=found.view_name, view_kind=found.view_kind, table=found.table, table_name=found.table_name,
        kind=found.kind, fields=[Exposed.model_validate(one, from_attributes=True) for one in found.fields], rows=found.rows,
        rows_max=found.rows_max, sentences=list(found.sentences), sample=list(found.sample), refused=found.refused,
        fingerprint=found.fingerprint,
    )  # fmt: skip
