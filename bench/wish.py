"""From a wish to a plan, and from an accepted plan to an open app, over HTTP."""

import asyncio
import json
import time

from bench.client import Connection
from bench.figure import Figure, middle
from bench.server import server


async def measure() -> list[Figure]:
    async with server() as running:
        c = await Connection.open(running.url, running.token)
        wishes = [w["words"] for w in json.loads(await c.ask("GET", "/api/wishes"))["items"]]
        planned: list[float] = []
        opened: list[float] = []
        for wish in wishes:
            begun = time.perf_counter()
            draft = json.loads(await c.ask("POST", "/api/drafts", {"wish": wish}))
            while draft["state"] == "planning":
                await asyncio.sleep(0.002)
                draft = json.loads(await c.ask("GET", f"/api/drafts/{draft['id']}"))
            planned.append((time.perf_counter() - begun) * 1000)
            begun = time.perf_counter()
            built = json.loads(await c.ask("POST", f"/api/drafts/{draft['id']}/acceptance", {}))
            app = json.loads(await c.ask("GET", f"/api/apps/{built['app']}"))
            await c.ask("GET", f"/api/apps/{app['id']}/tables/{app['spec']['tables'][0]['id']}/rows")
            opened.append(time.perf_counter() - begun)
        return [
            middle("wish to plan, ten example wishes, over HTTP", planned, 150, "ms"),
            middle("accepted to app open with its first rows", opened, 1, "s"),
        ]
