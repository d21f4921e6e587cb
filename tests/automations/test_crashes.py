"""Workers killed (SIGKILL) at any moment: every run ends, rows are written once, and what went out twice had the same key."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.automations.running_desk import Desk, knocks, logs
from tests.conftest import Northlight

RUNS = 40
KILLS = 4
SEED = 20261122

pytestmark = pytest.mark.crash


@dataclass
class Workers:
    """One worker process at a time. `sent` is what went out."""

    nursery: asyncio.subprocess.Process
    sent: Path
    pid: int = 0

    async def start(self) -> None:
        assert self.nursery.stdin is not None and self.nursery.stdout is not None
        self.nursery.stdin.write(f"{self.sent}\n".encode())
        await self.nursery.stdin.drain()
        self.pid = int(await asyncio.wait_for(self.nursery.stdout.readline(), 60))

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    @property
    def lives(self) -> bool:
        return Path(f"/proc/{self.pid}").exists()


@pytest.fixture
async def workers(fresh_url: str, tmp_path: Path) -> AsyncIterator[Workers]:
    nursery = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.automations.worker_process", fresh_url, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )  # fmt: skip
    found = Workers(nursery, tmp_path / "sent")
    try:
        await found.start()
        yield found
    finally:
        found.kill()
        nursery.kill()
        await nursery.wait()


async def test_killed_workers_lose_nothing_and_write_nothing_twice(
    engine: AsyncEngine, northlight_kept: Northlight, workers: Workers
) -> None:
    draw = random.Random(SEED)
    steps = [logs("{Name} a"), logs("{Name} b"), knocks("{Name}", id="ask"), logs("{Name} c")]
    desk = await Desk.made(engine, northlight_kept.ana, steps, name="Killed")
    begun = [await desk.begin(await desk.add("tickets", name=f"{n:02}")) for n in range(RUNS)]
    for _ in range(KILLS):
        many = await desk.count("log") + draw.randrange(4, RUNS // 3)
        async with asyncio.timeout(60):
            while await desk.count("log") < many:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        workers.kill()
        await workers.start()
    ended = [await desk.through(run, seconds=60) for run in begun]
    assert Counter(row.state for row in ended) == {"done": RUNS}
    lines = Counter(one["line"] for one in await desk.rows("log"))
    assert lines == Counter(f"{n:02} {step}" for n in range(RUNS) for step in "abc"), (
        "rows are written with their checkpoint: exactly once"
    )
    keys = Counter(workers.sent.read_text().split())
    assert set(keys) == {f"{run}:ask:0" for run in begun}, "what went out again had the same key"
    assert max(keys.values()) <= 1 + KILLS


async def test_a_run_that_kills_whoever_does_it_is_left_alone(
    engine: AsyncEngine, northlight_kept: Northlight, workers: Workers
) -> None:
    desk = await Desk.made(engine, northlight_kept.ana, [logs("before"), knocks("{Name}", id="ask")], name="Deadly")
    deadly, harmless = (
        await desk.begin(await desk.add("tickets", name="dies")),
        await desk.begin(await desk.add("tickets", name="lives")),
    )
    dead = 0
    async with asyncio.timeout(60):
        while (await desk.run(deadly)).state != "quarantined":
            if not workers.lives:
                dead += 1
                await workers.start()
            await asyncio.sleep(0.02)
    assert (await desk.through(harmless)).state == "done"
    assert dead == 4 and workers.sent.read_text().split().count(f"{deadly}:ask:0") == 4
    assert sorted(one["line"] for one in await desk.rows("log")) == ["before", "before"]
