"""Rows counted and summed up: what boards, charts, tiles and feet show."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Query

from sayso.data import apps
from sayso.data import groups as data
from sayso.spec.fields.link import Summary
from sayso.spec.filter import Grouping
from sayso.spec.view import Measure
from sayso.web.actor import By
from sayso.web.asked_rows import AskedAggregates, AskedGroups, AskedSummaries, Groupings, filter_of, json_of
from sayso.web.shapes import AppId, PartId, Shown
from sayso.web.work import Tx

Summed = dict[str, Summary]


class Group(Shown):
    key: Any
    """The value (or values, one a grouping) that the rows share."""
    name: str
    count: int
    summaries: dict[str, Any]


class Groups(Shown):
    groups: list[Group]


class Aggregate(Shown):
    key: Any
    name: str
    split: Any = None
    split_name: str | None = None
    value: Any


class Aggregates(Shown):
    groups: list[Aggregate]
    total: Any


class Summaries(Shown):
    values: dict[str, Any]


async def groups(app: AppId, table: PartId, asked: Annotated[AskedGroups, Query()], tx: Tx, by: By) -> Groups:
    """Rows grouped, with counts and summaries of each group."""
    opened = await apps.open_app(tx, app, by=by)
    groupings = json_of("by", asked.by, Groupings, ())
    rows = filter_of(opened, table, asked)
    wanted = json_of("summaries", asked.summaries, Summed, {})
    found = await data.grouped(tx, opened, table, groupings, filter=rows, search=asked.search, summaries=wanted)
    return Groups(groups=[Group(key=g.key, name=g.name, count=g.count, summaries=g.summaries) for g in found])


async def aggregates(app: AppId, table: PartId, asked: Annotated[AskedAggregates, Query()], tx: Tx, by: By) -> Aggregates:
    """One figure for each value of a field: what a chart or a tile draws."""
    opened = await apps.open_app(tx, app, by=by)
    figures, total = await data.aggregated(
        tx,
        opened,
        table,
        by=json_of("by", asked.by, Grouping, None),
        split=json_of("split", asked.split, Grouping, None),
        measure=json_of("measure", asked.measure, Measure, None),
        filter=filter_of(opened, table, asked),
        search=asked.search,
    )
    return Aggregates(groups=[Aggregate(**asdict(one)) for one in figures], total=total)


async def summaries(app: AppId, table: PartId, asked: Annotated[AskedSummaries, Query()], tx: Tx, by: By) -> Summaries:
    """Figures over all rows asked for: the foot of a grid."""
    opened = await apps.open_app(tx, app, by=by)
    wanted = json_of("summaries", asked.summaries, Summed, {})
    rows = filter_of(opened, table, asked)
    return Summaries(values=await data.summarised(tx, opened, table, wanted, filter=rows, search=asked.search))
