"""How many rows apps hold, without reading large tables."""

# ruff: noqa: S608  names in statements are numbers of the catalogue, or quoted by the dialect

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.columns import Columns

PAGES_COUNTED_MAX = 1_000
"""Of 8 kB: tables up to this size are counted, larger ones estimated."""


async def counted(tx: AsyncConnection, apps: Mapping[int, Columns]) -> dict[int, int]:
    """Rows that are not in the trash, by the number of the app."""
    totals = dict.fromkeys(apps, 0)
    wanted = [(number, table) for number, columns in apps.items() for table in columns.tables.values()]
    if not wanted:
        return totals
    sizes = text(
        "select w.app, w.t, greatest(c.reltuples, 0)::bigint, pg_relation_size(c.oid) / 8192"
        " from unnest(cast(:apps as bigint[]), cast(:tables as bigint[])) as w(app, t)"
        " join pg_namespace as n on n.nspname = 'app_' || w.app join pg_class as c on c.relnamespace = n.oid and c.relname = 't_' || w.t"
    )
    found = (await tx.execute(sizes, {"apps": [a for a, _ in wanted], "tables": [n for _, n in wanted]})).all()
    for app, _, estimate, pages in found:
        totals[app] += estimate if pages > PAGES_COUNTED_MAX else 0
    small = [(app, table) for app, table, _, pages in found if pages <= PAGES_COUNTED_MAX]
    for app, rows in await _exactly(tx, small):
        totals[app] += rows
    return totals


async def _exactly(tx: AsyncConnection, tables: list[tuple[int, int]]) -> list[tuple[int, int]]:
    if not tables:
        return []
    each = (f"select {app} as app, count(*) as n from app_{app}.t_{table} where deleted_at is null" for app, table in tables)
    return [(app, n) for app, n in (await tx.execute(text(" union all ".join(each)))).all()]
