"""A change of very many rows that starts automations, once for each row and once for all: over HTTP, on a server that does the runs too.

Counted are runs lost and begun twice, what the edit itself takes with and without them, how long somebody's own row waits meanwhile, and
the server's memory. Then all is changed again and called off. How many rows: BULK (100000).
"""

import asyncio
import os
import shutil
import sys
import time
from collections import Counter
from typing import Any

from sqlalchemy import select

from bench.automated.desk import Desk, cpu_of, cpu_of_database, desk
from bench.client import Connection
from bench.figure import Figure
from bench.server import Server, new_home, server
from bench.start import memory_mb
from sayso import db
from sayso.automations.registered import Registered
from sayso.data import apps, rows
from sayso.db.automation_tables import runs as t
from sayso.db.installation import opened
from sayso.settings import Settings

ROWS = int(os.environ.get("BULK", "100000"))
AT_ONCE = 1_000
"""Rows changed in one request: more are refused."""
WITHIN_AT_ONCE = 10_000
"""Rows that Sayso itself changes at once, as an undo does: their event tells how many, not which."""
SAY: list[dict[str, Any]] = [{"kind": "set_values", "id": "say", "values": {"line": "{Name} is {State}"}}]
FOR_ALL: list[dict[str, Any]] = [{"kind": "set_values", "id": "say", "values": {"many": "{trigger: count}"}}]
CHANGED: dict[str, Any] = {"kind": "row_changed", "table": "tickets", "fields": ["state"]}
OWN_ROWS = 20
END_SECONDS_MAX = 5_400


async def measure() -> list[Figure]:
    home = new_home()
    try:
        async with opened(Settings(home=home)) as engine, server(home) as s:
            d = await desk(engine, home)
            return await _measured(d, s)
    finally:
        shutil.rmtree(home, ignore_errors=True)


async def _measured(d: Desk, s: Server) -> list[Figure]:
    quiet = await d.automated("quiet", SAY, {"kind": "button", "table": "tickets", "label": "Go"})
    alone = await _changed(s, "quiet", await d.tickets("quiet", ROWS), "done")
    assert not await d.states(quiet)
    each = await d.automated("each", SAY, CHANGED)
    for_all = await d.automated("all", FOR_ALL, {**CHANGED, "many": "together"})
    own = await d.automated("own", SAY, {"kind": "row_created", "table": "tickets"})
    ids, all_ids = await d.tickets("each", ROWS), await d.tickets("all", ROWS)
    memory = Memory(s)
    watching = asyncio.create_task(memory.watched())
    began, cpu = time.perf_counter(), cpu_of(s.pid) + cpu_of_database(s.home)
    beside = await _changed(s, "each", ids, "done")
    batches = await _changed_within(d, "all", all_ids, "done")
    waited = await _own_rows(d, s, own)
    await d.over(each, ROWS, END_SECONDS_MAX)
    await d.over(for_all, batches, END_SECONDS_MAX)
    seconds = time.perf_counter() - began
    cpu = cpu_of(s.pid) + cpu_of_database(s.home) - cpu
    watching.cancel()
    ran = await _rows(d, each)
    counted = await _counts(d, for_all)
    sys.stdout.write(
        f"  {ROWS:,} rows changed in {alone:.1f} s, with a run for each {beside:.1f} s; all were over after {seconds:.0f} s, {cpu:.0f} CPU-seconds;"
        f" memory at most {memory.most:.0f} MB (at first {memory.first:.0f})\n"
    )
    return [
        Figure("rows of a bulk edit without a run", ROWS - len(ran), 0, "ratio"),
        Figure("rows of a bulk edit with two runs", sum(n - 1 for n in ran.values()), 0, "ratio"),
        Figure("rows told to runs for all, of all", sum(counted) / ROWS, 1, "ratio", floor=True),
        Figure("runs for all, for each edit", len(counted) / batches, 1, "ratio"),
        Figure("the edit with runs, times as long as without", beside / alone, 1.5, "ratio"),
        Figure("a row of somebody's own meanwhile: until its run began, p95", waited * 1000, 1_000, "ms"),
        Figure("memory of server and database beyond what it was", memory.most - memory.first, 300, "MB"),
        *await _called_off(d, s, each, ids),
    ]


class Memory:
    def __init__(self, s: Server) -> None:
        self.s, self.first = s, memory_mb(s.home, s.pid)
        self.most = self.first

    async def watched(self) -> None:
        while True:
            self.most = max(self.most, await asyncio.to_thread(memory_mb, self.s.home, self.s.pid))
            await asyncio.sleep(2)


async def _changed(s: Server, app: str, ids: list[int], state: str) -> float:
    """Seconds that all requests took."""
    c = await Connection.open(s.url, s.token)
    took = 0.0
    for at in range(0, len(ids), AT_ONCE):
        changed = [{"id": id, "values": {"state": state}} for id in ids[at : at + AT_ONCE]]
        began = time.perf_counter()
        await c.ask("PATCH", f"/api/apps/{app}/tables/tickets/rows", {"rows": changed})
        took += time.perf_counter() - began
    return took


async def _changed_within(d: Desk, app_id: str, ids: list[int], state: str) -> int:
    """How many changes."""
    for at in range(0, len(ids), WITHIN_AT_ONCE):
        async with db.transaction(d.engine) as tx:
            app = await apps.open_app(tx, app_id, by=d.by, to="write")
            await rows.update_many(
                tx, app, "tickets", [rows.Edit(id, {"state": state}) for id in ids[at : at + WITHIN_AT_ONCE]], by=d.by
            )
    return len(range(0, len(ids), WITHIN_AT_ONCE))


async def _own_rows(d: Desk, s: Server, own: Registered) -> float:
    """Somebody adds rows, one by one, while all that is done."""
    c = await Connection.open(s.url, s.token)
    for n in range(OWN_ROWS):
        await c.ask("POST", "/api/apps/own/tables/tickets/rows", {"values": {"name": f"Mine {n}"}})
        await asyncio.sleep(0.2)
    await d.over(own, OWN_ROWS)
    async with d.engine.connect() as tx:
        made = dict(await d.created(tx, "own", "tickets"))
        mine = select(t.c.trigger["rows"][0].astext.label("row"), t.c.started_at).where(t.c.app == own.app_number)
        waited = sorted((one.started_at - made[int(one.row)]).total_seconds() for one in await tx.execute(mine))
    return waited[int(len(waited) * 0.95)]


async def _rows(d: Desk, registered: Registered) -> Counter[int]:
    async with d.engine.connect() as tx:
        mine = select(t.c.trigger["rows"][0].astext).where(t.c.app == registered.app_number, t.c.state == "done")
        return Counter(int(row) for row in (await tx.execute(mine)).scalars())


async def _counts(d: Desk, registered: Registered) -> list[int]:
    async with d.engine.connect() as tx:
        mine = select(t.c.trigger["count"].astext).where(t.c.app == registered.app_number, t.c.state == "done")
        return [int(count) for count in (await tx.execute(mine)).scalars()]


async def _called_off(d: Desk, s: Server, each: Registered, ids: list[int]) -> list[Figure]:
    before = sum((await d.states(each)).values())
    await _changed(s, "each", ids, "open")
    c = await Connection.open(s.url, s.token)
    address = "/api/apps/each/automations/rule"
    shown = (await c.json("GET", address))["counts"]["open"]
    began = time.perf_counter()
    cancelled = (await c.json("POST", f"{address}/cancel", {}))["cancelled"]
    took = time.perf_counter() - began
    await asyncio.sleep(5)
    states = await d.states(each)
    left = states.get("waiting", 0) + states.get("running", 0)
    new = sum(states.values()) - before
    sys.stdout.write(
        f"  called off: {cancelled:,} runs in {took:.1f} s; {new:,} had begun or waited, {shown:,} were shown as open; {left} left\n"
    )
    return [Figure("runs left 5 s after all were called off", left, 0, "ratio"), Figure("calling them off", took, 10, "s")]
