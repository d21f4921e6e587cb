"""Pages of a million rows over HTTP, from a process of its own: medians of single requests, then as many as one server gives."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any

from bench.client import Connection
from bench.figure import Figure, middle
from bench.million import filled
from bench.server import server

RUNS = 25
COLD_RUNS = 5
CONNECTIONS = 16
SUSTAINED_SECONDS = 10

WON = {"of": [{"field": "stage", "op": "is", "value": "won"}]}
Ask = Callable[[int], Awaitable[Any]]


async def measure() -> list[Figure]:
    async with server() as running:
        table = await filled(running.home, await Connection.open(running.url, running.token))
        figures = await single(await Connection.open(running.url, running.token), table)
        rate = await sustained(running.url, running.token, table)
        figures.append(Figure("pages of 100 a second, one server process", rate, 300, "per s", floor=True))
        return figures


async def single(c: Connection, table: str) -> list[Figure]:
    """One request after the other on one connection; what is kept at hand is warm unless it says first time."""
    rows = f"{table}/rows"

    def page(**query: Any) -> Ask:
        return lambda n: c.ask("GET", rows, limit=100, **query)

    def sorted_anew(n: int) -> Awaitable[bytes]:
        least = {"of": [{"field": "score", "op": "gte", "value": -n}]}
        return c.ask("GET", rows, limit=100, sorts=[{"field": "score", "descending": True}], filter=least)

    by_score = [{"field": "score", "descending": True}]
    first = (await c.json("GET", rows, limit=1))["rows"][0]["id"]
    await page()(0)
    return [
        middle("first page of 100", await timed(page()), 12, "ms"),
        middle("filtered page", await timed(page(filter=WON), warm=1), 15, "ms"),
        middle("sorted by an unindexed field, first time", await timed(sorted_anew, runs=COLD_RUNS), 600, "ms"),
        middle("sorted by an unindexed field", await timed(page(sorts=by_score), warm=1), 15, "ms"),
        middle("jump to row 900,000", await timed(page(offset=900_000)), 20, "ms"),
        middle("search", await timed(lambda n: c.ask("GET", rows, limit=100, search=f"client 90{n:02}")), 150, "ms"),
        middle(
            "one row changed",
            await timed(lambda n: c.ask("PATCH", f"{rows}/{first}", {"values": {"city": f"City {n}"}})),
            12,
            "ms",
        ),
        middle("first page after a change", await timed(lambda n: changed_then_read(c, rows, first, n)), 24, "ms"),
    ]


async def changed_then_read(c: Connection, rows: str, id: int, n: int) -> None:
    await c.ask("PATCH", f"{rows}/{id}", {"values": {"notes": f"Note {n}"}})
    await c.ask("GET", rows, limit=100)


async def timed(ask: Ask, *, runs: int = RUNS, warm: int = 0) -> list[float]:
    """Milliseconds of each run, after as many that do not count."""
    times: list[float] = []
    for n in range(runs + warm):
        begun = time.perf_counter()
        await ask(n)
        times.append((time.perf_counter() - begun) * 1000)
    return times[warm:]


async def sustained(url: str, token: str, table: str) -> float:
    """Pages a second, when each connection asks for another as soon as it has one: the median second of ten."""
    opened = [await Connection.open(url, token) for _ in range(CONNECTIONS)]
    seconds = [0] * (SUSTAINED_SECONDS + 1)
    begun = time.perf_counter()

    async def reads(c: Connection) -> None:
        while (now := time.perf_counter() - begun) < SUSTAINED_SECONDS:
            await c.ask("GET", f"{table}/rows", limit=100)
            seconds[int(now)] += 1

    await asyncio.gather(*(reads(c) for c in opened))
    return float(median(seconds[:SUSTAINED_SECONDS]))
