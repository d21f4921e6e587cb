"""Webhooks in: how many a second a server acknowledges while it does their runs, and that each runs once.

One `sayso up` takes in, keeps and runs; another process signs and sends over kept-alive connections. Both share the machine's cores. Then
50 copies of one delivery at the same moment, and one that waits for the answer of its run. How many: WEBHOOKS (12000).
"""

import asyncio
import json
import os
import shutil
import sys
import time
from collections import Counter
from typing import Any

import httpx
from sqlalchemy import select

from bench.automated.desk import Desk, cpu_of, cpu_of_database, desk
from bench.figure import Figure
from bench.server import Server, new_home, server
from sayso.data import apps
from sayso.data.physical import found, rows_of
from sayso.db.installation import opened
from sayso.settings import Settings

MANY = int(os.environ.get("WEBHOOKS", "12000"))
CONNECTIONS = 32
PACE_PER_SECOND = 440
"""A tenth more than promised: so that what is late must be caught up with."""
COPIES = 50
STEPS: list[dict[str, Any]] = [
    {"kind": "set_values", "id": "say", "values": {"line": "{trigger: body.order}"}},
    {"kind": "create_row", "table": "log", "values": {"line": "{say: line}"}},
]
ANSWERS: list[dict[str, Any]] = [
    {"kind": "set_values", "id": "say", "values": {"said": "Hello {trigger: body.name}"}},
    {"kind": "respond", "body": "{say: said}"},
]


async def measure() -> list[Figure]:
    home = new_home()
    try:
        async with opened(Settings(home=home)) as engine, server(home) as s:
            d = await desk(engine, home)
            return [*await _taken_in(d, s), *await _copied(d, s), *await _answered(d, s)]
    finally:
        shutil.rmtree(home, ignore_errors=True)


async def _taken_in(d: Desk, s: Server) -> list[Figure]:
    registered = await d.automated("orders", STEPS, {"kind": "webhook", "verify": "standard"})
    hook = await hook_of(s, "orders")
    await sent(hook, 400, 0, "warm-")
    began, cpu = time.perf_counter(), _cpu(s)
    paced = await sent(hook, MANY, PACE_PER_SECOND, "paced-")
    busy = _cpu(s) - cpu
    await d.over(registered, MANY + 400)
    lasted, whole = time.perf_counter() - began, _cpu(s) - cpu
    lines = await _lines(d, "orders")
    ran, twice = sum(f"paced-{n}" in lines for n in range(MANY)), sum(many - 1 for many in lines.values())
    pushed = await sent(hook, MANY // 2, 0, "pushed-")
    _say(
        "at a pace",
        paced,
        f"{busy:.1f} CPU-seconds of server and PostgreSQL meanwhile; all had run after {lasted:.0f} s, {whole:.0f} CPU-seconds",
    )
    _say("as fast as answered", pushed, f"{MANY // 2 / pushed['seconds']:.0f} a second")
    return [
        Figure("webhooks acknowledged, at a pace of 440 a second", MANY / paced["seconds"], 400, "per s", floor=True),
        Figure("from a webhook's moment to its answer, p95", paced["p95"] * 1000, 100, "ms"),
        Figure(f"of {MANY:,} webhooks, those that ran", ran, MANY, "ratio", floor=True),
        Figure("rows of webhooks that ran twice", twice, 0, "ratio"),
        Figure("answers that are no 200", MANY - paced["statuses"].get("200", 0), 0, "ratio"),
        Figure("webhooks acknowledged, as fast as 32 connections can", MANY // 2 / pushed["seconds"], 400, "per s", floor=True),
    ]  # fmt: skip


async def _copied(d: Desk, s: Server) -> list[Figure]:
    registered = await d.automated("copies", STEPS, {"kind": "webhook", "verify": "standard"})
    told = await sent(await hook_of(s, "copies"), COPIES, 0, "the-same=", connections=COPIES)
    _say("copies", told, "")
    await d.over(registered, 1)
    runs = sum((await d.states(registered)).values())
    return [Figure("runs of 50 copies sent at the same moment", runs, 1, "ratio"), Figure("copies told they are", told["statuses"].get("200 again", 0), COPIES - 1, "ratio", floor=True)]  # fmt: skip


async def _answered(d: Desk, s: Server) -> list[Figure]:
    """Webhook → set → respond, the caller waits."""
    await d.automated("answers", ANSWERS, {"kind": "webhook"})
    hook = await hook_of(s, "answers")
    cpu = _cpu(s)
    told = await sent(hook, MANY // 4, 0, "asked-", connections=16)
    per_cpu = MANY // 4 / (_cpu(s) - cpu)
    _say(
        "answered by their run",
        told,
        f"{MANY // 4 / told['seconds']:.0f} a second, {per_cpu:.0f} for a CPU-second of server and PostgreSQL",
    )
    return [Figure("webhooks answered by their durable run, for a CPU-second", per_cpu, 68, "per s", floor=True)]


async def hook_of(s: Server, app: str) -> tuple[str, str]:
    async with httpx.AsyncClient(base_url=s.url, headers={"Authorization": f"Bearer {s.token}"}, timeout=60) as c:
        made = await c.post(f"/api/apps/{app}/automations/rule/webhook", json={"new_secret": True})
        made.raise_for_status()
        return made.json()["url"], made.json()["secret"]


async def sent(hook: tuple[str, str], many: int, rate: float, prefix: str, connections: int = CONNECTIONS) -> dict[str, Any]:
    told = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.automated.sender", *hook, str(many), str(connections), str(rate), prefix, stdout=asyncio.subprocess.PIPE
    )  # fmt: skip
    said, _ = await told.communicate()
    return json.loads(said)


def _cpu(s: Server) -> float:
    return cpu_of(s.pid) + cpu_of_database(s.home)


async def _lines(d: Desk, app_id: str) -> Counter[str]:
    async with d.engine.connect() as tx:
        app = await apps.open_app(tx, app_id, by=d.by)
        log = rows_of(app, found(app, "log"))
        line = log.sql.c[f"c_{log.numbers['line']}"]
        return Counter((await tx.execute(select(line))).scalars())


def _say(what: str, told: dict[str, Any], more: str) -> None:
    at = ", ".join(f"{name} {told[name] * 1000:.0f} ms" for name in ("p50", "p95", "p99", "worst"))
    load = os.getloadavg()[0]
    sys.stdout.write(
        f"  {what}: {at}; {dict(told['statuses'])}; {more} (sender {told['cpu']:.1f} CPU-seconds; load {load:.1f})\n"
    )
