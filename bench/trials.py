"""A trial of six models on two hundred cases, against an upstream that takes 50 ms: a real server, a real upstream process, embedded
PostgreSQL. Then what a person waits for: the whole trial, and a page of its cases, with words compared."""

import asyncio
import os
import shutil
import time
from typing import Any

import httpx

from bench.figure import Figure, middle
from bench.fills import APP, TEXT, _charged, _client, _counted, _ok, _upstream
from bench.server import new_home, server

CASES, MODELS = 200, ("stub", "two", "three", "four", "five", "six")
READ_TIMES = 15
PATH = "tables/letters/fields/topic"


async def measure() -> list[Figure]:
    os.environ.setdefault("SAYSO_EGRESS_ALLOW", "127.0.0.0/8")
    home = new_home()
    try:
        async with _upstream() as up, server(home) as s, _client(s) as c:
            await _prepared(c, up)
            before = (await _counted(up))["calls"]
            began = time.perf_counter()
            told = await _over(c, (await _ok(c.post("/api/trials", json=_trial())))["id"])
            seconds = time.perf_counter() - began
            asked = (await _counted(up))["calls"] - before
            whole = f"/api/trials/{told['id']}"
            return [
                Figure("6 models × 200 cases, 50 ms upstream", seconds, 15, "s"),
                Figure(
                    "good answers kept, of 1,200",
                    sum(one["answered"] - one["failed"] for one in told["contenders"]),
                    CASES * len(MODELS),
                    "ratio",
                    floor=True,
                ),
                Figure("calls asked, of 1,200", asked, CASES * len(MODELS), "ratio"),
                Figure("calls charged in the ledger, of 1,200", await _charged(c), CASES * len(MODELS), "ratio"),
                middle("the whole trial with its figures, read", await _times(c, whole), 250, "ms"),
                middle("fifty cases side by side, words compared", await _times(c, f"{whole}/cases"), 250, "ms"),
            ]
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _trial() -> dict[str, Any]:
    contenders = [{"model": f"up/{name}"} for name in MODELS[1:]]
    checks = [{"kind": "rules"}, {"kind": "contains", "words": ["billing"]}]
    return {
        "app": "letters",
        "path": PATH,
        "contenders": contenders,
        "checks": checks,
        "budget": "100",
        "cases": {"source": "rows", "count": CASES},
    }


async def _prepared(c: httpx.AsyncClient, up: str) -> None:
    prices = {name: {"input_mtok": str(n), "output_mtok": "10"} for n, name in enumerate(MODELS, 1)}
    provider = {
        "name": "up",
        "kind": "compatible",
        "base_url": f"{up}/v1",
        "secret": "sk-x",
        "models": MODELS,
        "settings": {"prices": prices},
    }
    await _ok(c.post("/api/gateway/providers", json=provider))
    await _ok(c.post("/api/apps", json={"spec": APP}))
    many = [{"values": {"subject": f"Letter {n}", "letter": f"row-{n} {TEXT}"}} for n in range(CASES)]
    await _ok(c.post("/api/apps/letters/tables/letters/rows", json={"rows": many}))


async def _over(c: httpx.AsyncClient, id: str) -> Any:
    while True:
        told = (await c.get(f"/api/trials/{id}")).json()
        if told["state"] not in ("queued", "running"):
            return told
        await asyncio.sleep(0.2)


async def _times(c: httpx.AsyncClient, address: str) -> list[float]:
    found: list[float] = []
    for _ in range(READ_TIMES):
        began = time.perf_counter()
        await _ok(c.get(address))
        found.append((time.perf_counter() - began) * 1000)
    return found
