"""Runs of automations: three durable steps a run, with one worker process and with two, and how soon a changed row starts one.

`rows`: set values, add a row, change the trigger's row, each with rights, history and events. `plain`: a call answered, as in
webhook → set → respond, every step kept.
"""

import asyncio
import shutil
import sys
import time
from contextlib import AsyncExitStack
from typing import Any

import httpx
from sqlalchemy import func, select

from bench.automated.desk import Desk, cpu_of, cpu_of_database, desk
from bench.figure import Figure
from bench.server import new_home, server
from sayso import db
from sayso.automations import runs
from sayso.automations.registered import Registered
from sayso.db.automation_tables import runs as t
from sayso.db.installation import opened
from sayso.settings import Settings

RUNS = 1_000
ROWS_ONE_BY_ONE = 200
BETWEEN_SECONDS = 0.05
ROWS: list[dict[str, Any]] = [
    {"kind": "set_values", "id": "say", "values": {"Line": "{Name} is {State}"}},
    {"kind": "create_row", "table": "log", "values": {"line": "{say: Line}", "n": "{Hours}"}},
    {"kind": "update_row", "table": "tickets", "values": {"state": "done"}},
]
PLAIN: list[dict[str, Any]] = [
    {"kind": "set_values", "id": "one", "values": {"who": "{trigger: body.name}"}},
    {"kind": "set_values", "id": "two", "values": {"said": "Hello {one: who}"}},
    {"kind": "respond", "body": "{two: said}"},
]
BUTTON = {"kind": "button", "table": "tickets", "label": "Go"}


async def measure() -> list[Figure]:
    home = new_home()
    try:
        async with opened(Settings(home=home)) as engine:
            d = await desk(engine, home)
            one = await _rows(d, "one", 1)
            two = await _rows(d, "two", 2)
            plain, per_cpu = await _plain(d)
        delay = await _delay(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return [
        Figure("runs of three row steps, one worker", one, 60, "per s", floor=True),
        Figure("the same with two workers, times as many", two / one, 1.1, "ratio", floor=True),
        Figure("runs of three plain steps, one worker", plain, 60, "per s", floor=True),
        Figure("runs of three plain steps for a CPU-second, PostgreSQL's included", per_cpu, 68, "per s", floor=True),
        Figure("from a row to its run's start, p95", delay * 1000, 300, "ms"),
    ]


async def _rows(d: Desk, id: str, workers: int) -> float:
    registered = await d.automated(id, ROWS, BUTTON)
    ids = await d.tickets(id, RUNS)
    async with AsyncExitStack() as stack:
        for _ in range(workers):
            await stack.enter_async_context(d.worker())
        began = time.perf_counter()
        await d.begin(registered, ids)
        await d.over(registered, RUNS)
        return RUNS / (time.perf_counter() - began)


async def _plain(d: Desk) -> tuple[float, float]:
    registered = await d.automated("plain", PLAIN, {"kind": "webhook"})
    async with d.worker() as process:
        began, cpu = time.perf_counter(), cpu_of(process.pid) + cpu_of_database(d.home)
        await _called(d, registered)
        await d.over(registered, RUNS)
        seconds = time.perf_counter() - began
        return RUNS / seconds, RUNS / (cpu_of(process.pid) + cpu_of_database(d.home) - cpu)


async def _called(d: Desk, registered: Registered) -> None:
    begun = [runs.Begun({"kind": "webhook", "body": {"name": f"Otto {n}"}}, f"webhook:{n}") for n in range(RUNS)]
    async with db.transaction(d.engine) as tx:
        await runs.begin_many(tx, registered, begun)


async def _delay(home: Any) -> float:
    """Rows are added one by one over HTTP; a server that does everything itself starts a run for each."""
    async with opened(Settings(home=home)) as engine, server(home) as s:
        d = await desk(engine, home)
        registered = await d.automated("soon", ROWS[:1], {"kind": "row_created", "table": "tickets"})
        headers = {"Authorization": f"Bearer {s.token}"}
        async with httpx.AsyncClient(base_url=s.url, headers=headers, timeout=60) as c:
            for n in range(ROWS_ONE_BY_ONE):
                (await c.post("/api/apps/soon/tables/tickets/rows", json={"values": {"name": f"T{n}"}})).raise_for_status()
                await asyncio.sleep(BETWEEN_SECONDS)
        await d.over(registered, ROWS_ONE_BY_ONE)
        delays = func.extract("epoch", t.c.started_at - func.to_timestamp(0))
        async with engine.connect() as tx:
            mine = select(t.c.trigger["rows"][0].astext.label("row"), delays.label("at")).where(t.c.app == registered.app_number)
            started = {int(one.row): float(one.at) for one in await tx.execute(mine)}
        made = await _made(d)
        waited = sorted(started[row] - made[row] for row in started)
        sys.stdout.write(f"  start delay of {len(waited)} runs: p50 {waited[len(waited) // 2] * 1000:.0f} ms\n")
        return waited[int(len(waited) * 0.95)]


async def _made(d: Desk) -> dict[int, float]:
    async with d.engine.connect() as tx:
        return {id: at.timestamp() for id, at in await d.created(tx, "soon", "tickets")}
