"""The directory's public pages over HTTP: comparisons that nobody asked for before, then as many as one server gives."""

import asyncio
import random
import re
import time
from statistics import median

from bench.client import Connection
from bench.figure import Figure, middle
from bench.server import server

COLD_PAGES = 200
CONNECTIONS = 16
SUSTAINED_SECONDS = 6
PAIRS_ASKED = 2000


async def measure() -> list[Figure]:
    async with server() as running:
        c = await Connection.open(running.url, running.token)
        named = re.findall(rb"<loc>[^<]*/models/([a-z0-9._-]+)</loc>", await c.ask("GET", "/sitemap.xml"))
        models = [one for one in named if one not in (b"changes", b"providers")]
        draw = random.Random(1)
        pairs = ["-vs-".join(sorted(one.decode() for one in draw.sample(models, 2))) for _ in range(PAIRS_ASKED)]
        cold = [await _timed(c, f"/compare/{pair}") for pair in pairs[:COLD_PAGES]]
        return [
            middle("a comparison of any two models, first time", cold, 8, "ms"),
            Figure("the same, 95 of 100", sorted(cold)[COLD_PAGES * 95 // 100], 25, "ms", runs=COLD_PAGES),
            middle("a model's page, first time", [await _timed(c, f"/models/{one.decode()}") for one in models[:100]], 8, "ms"),
            Figure(
                "comparisons a second, one server process",
                await sustained(running.url, running.token, pairs),
                400,
                "per s",
                floor=True,
            ),
        ]


async def _timed(c: Connection, path: str) -> float:
    begun = time.perf_counter()
    await c.ask("GET", path)
    return (time.perf_counter() - begun) * 1000


async def sustained(url: str, token: str, pairs: list[str]) -> float:
    """Pages a second over two thousand different ones, each connection asking for another as soon as it has one: the median second."""
    opened = [await Connection.open(url, token) for _ in range(CONNECTIONS)]
    seconds = [0] * (SUSTAINED_SECONDS + 1)
    begun = time.perf_counter()

    async def reads(c: Connection, draw: random.Random) -> None:
        while (now := time.perf_counter() - begun) < SUSTAINED_SECONDS:
            await c.ask("GET", f"/compare/{draw.choice(pairs)}")
            seconds[int(now)] += 1

    await asyncio.gather(*(reads(c, random.Random(n)) for n, c in enumerate(opened)))
    return float(median(seconds[:SUSTAINED_SECONDS]))
