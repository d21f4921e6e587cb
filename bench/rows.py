"""The data engine beside bare PostgreSQL on the same million rows, one after the other, so that the machine's load is in both.

What a figure means in milliseconds is said beside it; what is promised in milliseconds is measured over HTTP (see `http.py`).
"""

# ruff: noqa: S608  names in statements are numbers of the catalogue

import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bench.figure import Figure
from bench.million import APP, ROWS, fill
from bench.server import new_home
from sayso.data import apps, groups, query, rows
from sayso.data.open_app import OpenApp
from sayso.data.physical import rows_of
from sayso.data.query import Query
from sayso.db import migrate, open_engine, transaction
from sayso.db.embedded import postgres
from sayso.spec.app import app_from
from sayso.spec.filter import Condition, Filter, Grouping, Sort
from sayso.team import people

RUNS = 15
Step = Callable[[AsyncConnection, int], Awaitable[Any]]


async def measure() -> list[Figure]:
    home = new_home()
    try:
        return await _measured(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


async def _measured(home: Path) -> list[Figure]:
    async with postgres(home) as url:
        engine = open_engine(url)
        await migrate(engine)
        async with transaction(engine) as tx:
            by = await people.found(tx, name="Bench", owner="Ana")
            app = await apps.create(tx, app_from(APP), by=by)
        await fill(engine, app)
        figures = await beside(engine, app)
        await engine.dispose()
        return figures


async def beside(engine: AsyncEngine, app: OpenApp) -> list[Figure]:
    at = rows_of(app, app.spec.tables[0])
    t, score = f"{at.schema}.t_{at.number}", at.name(app.spec.tables[0].field("score"))  # pyright: ignore[reportArgumentType]

    def page(**asked: Any) -> Step:
        return lambda tx, n: query.page(tx, app, "clients", Query(**{k: v(n) if callable(v) else v for k, v in asked.items()}))

    def bare(sql: str) -> Step:
        return lambda tx, n: tx.execute(text(sql), {"n": n * 6_007})

    by_id = bare(f"select json_agg(r) from {t} r where id between 1 + :n and 100 + :n")
    top = bare(
        f"select json_agg(r) from (select * from {t} where id > -:n and deleted_at is null order by {score} desc, id limit 100) r"
    )
    read = bare(f"select count(*) from {at.schema}.w_{at.number} where strpos(words, 'client ' || (900000 + :n)) > 0")
    grouped = bare(
        f"select {at.name(app.spec.tables[0].field('stage'))}, count(*) from {t} where deleted_at is null and id > -:n group by 1"
    )  # pyright: ignore[reportArgumentType]
    change = bare(f"update {t} set version = version + 1 where id = 1 + :n")
    won = Filter(of=(Condition(field="stage", op="is", value="won"),))
    downwards = (Sort(field="score", descending=True),)

    def least(n: int) -> Filter:
        return Filter(of=(Condition(field="score", op="gte", value=-n - 1),))

    async def edited(tx: AsyncConnection, n: int) -> None:
        await rows.update(tx, app, "clients", 1 + n, {"city": f"City {time.perf_counter()}"}, by=app.by)

    async def counted(tx: AsyncConnection, n: int) -> None:
        await groups.grouped(tx, app, "clients", (Grouping(field="stage"),))

    return [
        await times("first page of 100, beside bare PostgreSQL", engine, page(), by_id, 5),
        await times("filtered page", engine, page(filter=won), by_id, 5),
        await times("jump anywhere", engine, page(offset=lambda n: (n * 65_537) % ROWS), by_id, 5),
        await times("sorted, once read", engine, page(sorts=downwards), by_id, 5),
        await times("sorted by an unindexed field, first time, beside its first hundred", engine, page(filter=least, sorts=downwards), top, 4, warm=0, runs=5),
        await times("search, beside reading the words", engine, page(search=lambda n: f"client 90{n:02}"), read, 1.5, warm=0),
        await times("one row changed, beside a bare update", engine, edited, change, 12),
        await times("a board's columns counted, beside a bare count", engine, counted, grouped, 2),
    ]  # fmt: skip


async def times(
    what: str, engine: AsyncEngine, ours: Step, bare: Step, limit: float, *, warm: int = 2, runs: int = RUNS
) -> Figure:
    """The median of ours over the median of bare PostgreSQL, each in a transaction of its own, turn by turn."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    for n in range(-warm, runs):
        for is_ours, step in ((True, ours), (False, bare)):
            begun = time.perf_counter()
            async with transaction(engine) as tx:
                await step(tx, n + warm)
            if n >= 0:
                taken[is_ours].append(time.perf_counter() - begun)
    mine, plain = median(taken[True]), median(taken[False])
    return Figure(f"{what} ({mine * 1000:.1f} : {plain * 1000:.1f} ms)", mine / plain, limit, "ratio", runs=runs)
