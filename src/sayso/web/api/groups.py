"""Rows counted and summed up: what boards, charts, tiles and feet show."""

from typing import Annotated, Any

from fastapi import Query

from sayso.errors import Unavailable
from sayso.web.asked_rows import AskedAggregates, AskedGroups, AskedSummaries
from sayso.web.shapes import AppId, PartId, Shown


class Group(Shown):
    key: Any
    """The value (or values, one a grouping) that the rows share."""
    name: str
    count: int
    summaries: dict[str, Any]
    groups: list["Group"] | None = None
    """By the next grouping."""


class Groups(Shown):
    groups: list[Group]


class Aggregate(Shown):
    key: Any
    name: str
    split: Any = None
    value: Any


class Aggregates(Shown):
    groups: list[Aggregate]
    total: Any


class Summaries(Shown):
    values: dict[str, Any]


async def groups(app: AppId, table: PartId, asked: Annotated[AskedGroups, Query()]) -> Groups:
    """Rows grouped, with counts and summaries of each group."""
    raise Unavailable("not there yet")


async def aggregates(app: AppId, table: PartId, asked: Annotated[AskedAggregates, Query()]) -> Aggregates:
    """One figure for each value of a field: what a chart or a tile draws."""
    raise Unavailable("not there yet")


async def summaries(app: AppId, table: PartId, asked: Annotated[AskedSummaries, Query()]) -> Summaries:
    """Figures over all rows asked for: the foot of a grid."""
    raise Unavailable("not there yet")
