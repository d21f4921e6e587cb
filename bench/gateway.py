"""What one call costs the gateway: its own CPU time, read from the system, with keys, a budget, routing and the ledger at work.

With GATEWAY_BENCH naming a `run.sh` that compares gateways (its mode `quick name=url=key`), that is run too, and its tables are shown.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.client import Connection
from bench.figure import Figure
from bench.server import new_home

CONNECTIONS = 32
SECONDS = 3.0
RUNS = 3
STREAMS = 64
MEMORY_CALLS = 50_000
MODELS = ("stub",)
PRICE = {"input_mtok": 0.15, "output_mtok": 0.6}


@dataclass(frozen=True, slots=True)
class Gateway:
    url: str
    key: str
    pid: int
    upstream: str

    def cpu_seconds(self) -> float:
        """Of all its threads, since it began."""
        tasks = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def memory_mb(self) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


async def measure() -> list[Figure]:
    async with gateway() as running:
        small = chat("x" * 800)
        figures = [
            await cost(running, "CPU of a chat of 1 KB", "chat/completions", small, 0.25),
            await cost(running, "CPU of a chat of 50 KB", "chat/completions", chat("words and more words. " * 2300), 0.35),
            await cost(running, "CPU of an embedding", "embeddings", {"model": "stub", "input": "x" * 800}, 0.25),
            await cost(running, "CPU of a picture of 1.5 MB", "images/generations", {"model": "stub", "prompt": "A lamp"}, 4),
            await added(running, small),
            await first_token(running, {**small, "stream": True}),
            await growth(running, small),
        ]
        if script := os.environ.get("GATEWAY_BENCH"):
            target = f"sayso={running.url}={running.key}"
            await asyncio.to_thread(subprocess.run, [script, "quick", target], check=False, cwd=Path(script).parent)
        return figures


def chat(words: str) -> dict[str, Any]:
    return {"model": "stub", "messages": [{"role": "user", "content": words}]}


async def cost(running: Gateway, what: str, endpoint: str, body: dict[str, Any], limit_ms: float) -> Figure:
    """Milliseconds of the gateway's CPU for one call, with several callers at once."""
    found: list[float] = []
    for _ in range(RUNS):
        began, calls = running.cpu_seconds(), 0
        calls = sum(await asyncio.gather(*(asked(running.url, running.key, endpoint, body, SECONDS) for _ in range(CONNECTIONS))))
        found.append((running.cpu_seconds() - began) * 1000 / max(1, calls))
    return Figure(what, median(found), limit_ms, "ms", runs=RUNS)


async def added(running: Gateway, body: dict[str, Any]) -> Figure:
    """How much longer one call takes through the gateway than without it: medians, one caller."""
    times = {url: [] for url in (running.upstream, running.url)}
    for _ in range(RUNS):
        for url, taken in times.items():
            taken += await timed(url, running.key, body)
    return Figure(
        "added to a call, one at a time (median)",
        (median(times[running.url]) - median(times[running.upstream])) * 1000,
        0.5,
        "ms",
    )


async def first_token(running: Gateway, body: dict[str, Any]) -> Figure:
    """From the request to the first event, 64 streams at once: the median."""
    await asyncio.gather(*(first(running, body) for _ in range(STREAMS)))  # opens the connections that are kept
    waits = await asyncio.gather(*(first(running, body) for _ in range(STREAMS)))
    return Figure(f"first event of {STREAMS} streams at once (median)", median(waits) * 1000, 15, "ms")


async def growth(running: Gateway, body: dict[str, Any]) -> Figure:
    """Memory after many calls beside before."""
    before, calls = running.memory_mb(), 0
    while calls < MEMORY_CALLS:
        calls += sum(
            await asyncio.gather(
                *(asked(running.url, running.key, "chat/completions", body, SECONDS) for _ in range(CONNECTIONS))
            )
        )
    return Figure(f"memory grown over {MEMORY_CALLS:,} calls", max(0.0, running.memory_mb() - before), 10, "MB")


async def asked(url: str, key: str, endpoint: str, body: dict[str, Any], seconds: float) -> int:
    connection = await Connection.open(url, key)
    until, calls = time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        await connection.ask("POST", f"/v1/{endpoint}", body)
        calls += 1
    connection.writer.close()
    return calls


async def timed(url: str, key: str, body: dict[str, Any]) -> list[float]:
    connection = await Connection.open(url, key)
    taken: list[float] = []
    for _ in range(500):
        began = time.perf_counter()
        await connection.ask("POST", "/v1/chat/completions", body)
        taken.append(time.perf_counter() - began)
    connection.writer.close()
    return taken


async def first(running: Gateway, body: dict[str, Any]) -> float:
    connection = await Connection.open(running.url, running.key)
    sent = json.dumps(body).encode()
    began = time.perf_counter()
    connection.writer.write(
        f"POST /v1/chat/completions HTTP/1.1\r\n{connection.head}Content-Length: {len(sent)}\r\n\r\n".encode() + sent
    )
    await connection.reader.readuntil(b"data: ")
    waited = time.perf_counter() - began
    await connection.reader.readuntil(b"[DONE]")
    connection.writer.close()
    return waited


@asynccontextmanager
async def gateway() -> AsyncGenerator[Gateway]:
    """A home of its own with one provider, one key and one budget, and the gateway alone on it."""
    home = new_home()
    env = {**os.environ, "SAYSO_HOME": str(home), "SAYSO_EGRESS_ALLOW": "127.0.0.0/8", "SAYSO_FETCH": "no"}
    upstream = await started([sys.executable, "-m", "bench.gateway_upstream"], env)
    assert upstream.stdout
    address = f"http://127.0.0.1:{int(await upstream.stdout.readline())}"
    settings = json.dumps({"prices": dict.fromkeys(MODELS, PRICE)})
    await said(
        [
            "providers",
            "add",
            "compatible",
            "--name",
            "bench",
            "--url",
            f"{address}/v1",
            "--settings",
            settings,
            "--model",
            *MODELS,
        ],
        env,
    )
    key = json.loads(await said(["keys", "create", "--budget", "1000000", "--json"], env))["key"]
    process = await started([sys.executable, "-m", "sayso", "gateway", "--port", "0", "--json"], env)
    assert process.stdout
    url = json.loads(await process.stdout.readline())["url"].removesuffix("/v1").replace("localhost", "127.0.0.1")
    try:
        yield Gateway(url, key, process.pid, address)
    finally:
        for one in (process, upstream):
            one.terminate()
            await one.wait()
        shutil.rmtree(home, ignore_errors=True)


async def started(command: Sequence[str], env: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env=env)


async def said(command: Sequence[str], env: dict[str, str]) -> bytes:
    process = await started([sys.executable, "-m", "sayso", *command], env)
    out, _ = await process.communicate()
    return out
