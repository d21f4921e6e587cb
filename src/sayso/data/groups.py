"""Rows counted and summed up in groups: what boards, grouped grids, charts, tiles and feet show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.clock import Clock
from sayso.data.grouping import Key, keyed
from sayso.data.open_app import OpenApp
from sayso.data.orders import EVERY_ROW, TO_READ_MANY, Asked
from sayso.data.physical import field_of, found, lives_here
from sayso.data.scope import Scope
from sayso.data.shown import as_json
from sayso.data.summaries import summed_up, type_after
from sayso.data.worth import worth
from sayso.errors import Invalid, Problem
from sayso.spec.fields.link import Summary
from sayso.spec.filter import Filter, Grouping
from sayso.spec.formula import type_of
from sayso.spec.shape import summary_suits
from sayso.spec.view import Measure

GROUPS_MAX = 1_000
GROUPINGS_MAX = 3
SUMMARIES_MAX = 100
Sql = ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Group:
    """`key` is what the rows share (a list of it, with several groupings); `name` is how people call it."""

    key: Any
    name: str
    count: int
    summaries: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """One point of a chart; `split` is the series."""

    key: Any
    name: str
    split: Any
    split_name: str | None
    value: Any


async def grouped(
    tx: AsyncConnection,
    app: OpenApp,
    table_id: str,
    by: tuple[Grouping, ...],
    *,
    filter: Filter = EVERY_ROW,
    search: str = "",
    summaries: Mapping[str, Summary] | None = None,
    now: datetime | None = None,
) -> list[Group]:
    """One group for each value, a row with several values in each of them; rows without a value last, under the key None."""
    asked = _asked(app, table_id, filter, search, now)
    keys = _keys(asked.scope, by)
    figures = _figures(asked.scope, summaries or {})
    rows = await _counted(tx, asked, keys, [func.count(), *figures.values()])
    named = dict(zip(figures, range(len(figures)), strict=True))
    return [_group(keys, row, named) for row in rows]


async def aggregated(
    tx: AsyncConnection,
    app: OpenApp,
    table_id: str,
    *,
    by: Grouping | None = None,
    split: Grouping | None = None,
    measure: Measure | None = None,
    filter: Filter = EVERY_ROW,
    search: str = "",
    now: datetime | None = None,
) -> tuple[list[Figure], Any]:
    """The figures of a chart, and the one over all rows."""
    asked = _asked(app, table_id, filter, search, now)
    figure = _measured(asked.scope, measure or Measure())
    total = (await _counted(tx, asked, [], [figure]))[0][0]
    keys = _keys(asked.scope, tuple(g for g in (by, split) if g is not None))
    if not keys:
        return [], orjson.loads(total)
    figures = [_figure(by is not None, split is not None, keys, row) for row in await _counted(tx, asked, keys, [figure])]
    return figures, orjson.loads(total)


async def summarised(
    tx: AsyncConnection,
    app: OpenApp,
    table_id: str,
    summaries: Mapping[str, Summary],
    *,
    filter: Filter = EVERY_ROW,
    search: str = "",
    now: datetime | None = None,
) -> dict[str, Any]:
    """One figure for each of these fields over all rows: the foot of a grid."""
    asked = _asked(app, table_id, filter, search, now)
    figures = _figures(asked.scope, summaries)
    if not figures:
        return {}
    row = (await _counted(tx, asked, [], list(figures.values())))[0]
    return {id: orjson.loads(value) for id, value in zip(figures, row, strict=True)}


def _asked(app: OpenApp, table_id: str, filter: Filter, search: str, now: datetime | None) -> Asked:
    app.must("read")
    table = found(app, table_id)
    lives_here(table)
    return Asked(Scope.of(app, table, Clock.of(app.spec.zone, now)), filter, (), search)


def _keys(scope: Scope, by: tuple[Grouping, ...]) -> list[Key]:
    if len(by) > GROUPINGS_MAX:
        raise Invalid(Problem("by", f"groups by {len(by)} fields; the most is {GROUPINGS_MAX}"))
    return [keyed(scope, field_of(scope.table, one.field, f"by/{n}"), one, n) for n, one in enumerate(by)]


def _figures(scope: Scope, summaries: Mapping[str, Summary]) -> dict[str, Sql]:
    if len(summaries) > SUMMARIES_MAX:
        raise Invalid(Problem("summaries", f"are {len(summaries)}; the most is {SUMMARIES_MAX}"))
    problems: list[Problem] = []
    figures: dict[str, Sql] = {}
    for id, summary in summaries.items():
        try:
            path = f"summaries/{id}"
            figures[id] = _measured(scope, Measure(summary=summary, field=field_of(scope.table, id, path).id), path)
        except Invalid as wrong:
            problems.extend(wrong.problems)
    if problems:
        raise Invalid.of(problems)
    return figures


def _measured(scope: Scope, measure: Measure, path: str = "measure") -> Sql:
    """The figure as the text of its JSON."""
    if measure.field is None and measure.summary != "count":
        raise Invalid(Problem(path, "needs a field to sum up"))
    if measure.summary == "count" or measure.field is None:
        return _json(func.count())
    field = field_of(scope.table, measure.field, path)
    if not summary_suits(scope.app.spec, scope.table, field, measure.summary):
        raise Invalid(Problem(path, f"{field.name} has no {measure.summary}"))
    kind = type_of(field, scope.table, scope.app.spec)
    value = summed_up(worth(scope, field), kind, measure.summary)
    return _json(as_json(scope, value, type_after(kind, measure.summary)))


def _json(value: Sql) -> Sql:
    return func.coalesce(cast(func.to_json(value), Text), "null")


async def _counted(tx: AsyncConnection, asked: Asked, keys: list[Key], figures: list[Sql]) -> list[Any]:
    """For each group: key and name of each grouping, then the figures. Names are looked up once a group, not once a row."""
    source: Any = asked.scope.t
    for key in keys:
        source = key.joined(source)
    raw = [key.raw.label(f"k{n}") for n, key in enumerate(keys)]
    counted = [figure.label(f"f{n}") for n, figure in enumerate(figures)]
    await tx.exec_driver_sql(TO_READ_MANY)
    inner: Any = select(*raw, *counted).select_from(source).where(await asked.condition(tx))
    if not keys:
        return list((await tx.execute(inner)).all())
    groups = inner.group_by(*(key.raw for key in keys)).subquery("groups")
    told = [part for n, key in enumerate(keys) for part in key.columns(groups.c[f"k{n}"])]
    outer: Any = select(*told, *(groups.c[f"f{n}"] for n in range(len(figures))))
    ordered = outer.order_by(
        *(key.order(groups.c[f"k{n}"]) for n, key in enumerate(keys)), *(groups.c[f"k{n}"] for n in range(len(keys)))
    )
    return list((await tx.execute(ordered.limit(GROUPS_MAX))).all())


def _group(keys: list[Key], row: Any, named: Mapping[str, int]) -> Group:
    values = [orjson.loads(row[2 * n]) if row[2 * n] is not None else None for n in range(len(keys))]
    names = [key.called(value, row[2 * n + 1]) for n, (key, value) in enumerate(zip(keys, values, strict=True))]
    rest = row[2 * len(keys) :]
    summaries = {id: orjson.loads(rest[1 + n]) for id, n in named.items()}
    one = len(keys) == 1
    return Group(values[0] if one else values, names[0] if one else " · ".join(names), rest[0], summaries)


def _figure(has_by: bool, has_split: bool, keys: list[Key], row: Any) -> Figure:
    group = _group(keys, (*row[: 2 * len(keys)], 0), {})
    value = orjson.loads(row[-1])
    if has_by and has_split:
        names = [key.called(v, row[2 * n + 1]) for n, (key, v) in enumerate(zip(keys, group.key, strict=True))]
        return Figure(group.key[0], names[0], group.key[1], names[1], value)
    if has_by:
        return Figure(group.key, group.name, None, None, value)
    return Figure(None, "", group.key, group.name, value)
