"""Filling a field of ten thousand rows by a model that takes 50 ms: a real server, a real upstream process, embedded PostgreSQL.

Then the same again, with the server killed (SIGKILL) in the middle and started anew on the same home.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from bench.figure import Figure
from bench.server import Server, new_home, server

ROWS = 10_000
AT_ONCE = 1_000
AHEAD = 32
"""Calls under way at once: what a killed server may have asked and lost."""
KILLED_AT = 3_000
APP: dict[str, Any] = {
    "id": "letters",
    "name": "Letters",
    "slots": [{"id": "writer", "name": "Writer", "kind": "text", "model": "stub"}],
    "tables": [
        {
            "id": "letters",
            "name": "Letters",
            "fields": [
                {"kind": "text", "id": "subject", "name": "Subject"},
                {"kind": "long_text", "id": "letter", "name": "Letter"},
                {
                    "kind": "select",
                    "id": "topic",
                    "name": "Topic",
                    "options": [{"id": t, "name": t.title()} for t in ("billing", "delivery", "repair")],
                    "fill": {"task": "classify", "prompt": "What is {Letter} about?", "slot": "writer"},
                },
            ],
        }
    ],
}
TEXT = "Dear all, the lamp that you delivered last week is broken, and I would like to have it repaired or my money back. " * 4


async def measure() -> list[Figure]:
    home = new_home()
    try:
        async with _upstream() as up:
            return [*await _whole(home, up), *await _killed(home, up)]
    finally:
        shutil.rmtree(home, ignore_errors=True)


async def _whole(home: Any, up: str) -> list[Figure]:
    async with server(home) as s, _client(s) as c:
        await _prepared(c, up)
        begun = time.perf_counter()
        told = await _over(c, await _begin(c))
        seconds = time.perf_counter() - begun
        counted, charged = await _counted(up), await _charged(c)
        _say(told, counted, seconds)
        return [
            Figure("rows filled, 50 ms upstream, 32 at once", ROWS / seconds, 300, "per s", floor=True),
            Figure("calls at once", counted["most"], AHEAD, "ratio"),
            Figure("rows written, of 10,000", told["written"], ROWS, "ratio", floor=True),
            Figure("calls asked, of 10,000", counted["calls"], ROWS, "ratio"),
            Figure("calls charged in the ledger, of 10,000", charged, ROWS, "ratio"),
            Figure("rows asked twice", len(counted["twice"]), 0, "ratio"),
        ]


async def _killed(home: Any, up: str) -> list[Figure]:
    before = (await _counted(up))["calls"]
    async with server(home) as s, _client(s) as c:
        fill = await _begin(c, again=True)
        while (told := (await c.get(f"/api/apps/letters/fills/{fill}")).json())["done"] < KILLED_AT:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        os.kill(s.pid, signal.SIGKILL)
    killed = time.perf_counter()
    async with server(home) as s, _client(s) as c:
        told = await _over(c, fill)
        counted, charged = await _counted(up), await _charged(c)
        calls = counted["calls"] - before
        _say(told, {"calls": calls}, time.perf_counter() - killed)
        return [
            Figure("killed in the middle: rows written, of 10,000", told["written"], ROWS, "ratio", floor=True),
            Figure("killed in the middle: rows asked beyond 10,000", calls - ROWS, AHEAD, "ratio"),
            Figure("killed in the middle: calls charged beyond those written", charged - 2 * ROWS, AHEAD, "ratio"),
        ]


async def _prepared(c: httpx.AsyncClient, up: str) -> None:
    settings = {"prices": {"stub": {"input_mtok": "1", "output_mtok": "10"}}}
    provider = {
        "name": "up",
        "kind": "compatible",
        "base_url": f"{up}/v1",
        "secret": "sk-x",
        "models": ["stub"],
        "settings": settings,
    }
    await _ok(c.post("/api/gateway/providers", json=provider))
    await _ok(c.post("/api/apps", json={"spec": APP}))
    for at in range(0, ROWS, AT_ONCE):
        many = [{"values": {"subject": f"Letter {n}", "letter": f"row-{n} {TEXT}"}} for n in range(at, at + AT_ONCE)]
        await _ok(c.post("/api/apps/letters/tables/letters/rows", json={"rows": many}))


async def _begin(c: httpx.AsyncClient, **more: Any) -> str:
    return (await _ok(c.post("/api/apps/letters/fills", json={"table": "letters", "field": "topic", "budget": "100", **more})))[
        "id"
    ]


async def _over(c: httpx.AsyncClient, fill: str) -> Any:
    while True:
        told = (await c.get(f"/api/apps/letters/fills/{fill}")).json()
        if told["state"] not in ("waiting", "running"):
            return told
        await asyncio.sleep(0.2)


async def _counted(up: str) -> Any:
    async with httpx.AsyncClient() as c:
        return (await c.get(f"{up}/asked")).json()


async def _charged(c: httpx.AsyncClient) -> int:
    await asyncio.sleep(2)
    used = (await _ok(c.get("/api/gateway/usage?by=model")))["items"]
    return sum(one["calls"] - one["failed"] for one in used)


async def _ok(asking: Any) -> Any:
    answer = await asking
    if answer.status_code >= 300:
        raise RuntimeError(f"{answer.request.url}: {answer.text[:500]}")
    return answer.json()


def _say(told: Any, counted: Any, seconds: float) -> None:
    kept = {k: told[k] for k in ("state", "why", "rows", "written", "failed", "skipped", "calls", "cost")}
    sys.stderr.write(f"{json.dumps(kept)} asked {counted['calls']} in {seconds:.1f} s\n")


@asynccontextmanager
async def _upstream() -> AsyncGenerator[str]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.fills_upstream", stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}"
    finally:
        process.kill()
        await process.wait()


def _client(s: Server) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=s.url, headers={"authorization": f"Bearer {s.token}"}, timeout=60)
