"""A server is killed in the middle of a fill: the next one goes on, and nobody is asked again whose answer had come."""

import asyncio
import os
import re
import signal
import sys
from collections import Counter
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.ai.fills.notes import Notes
from sayso.ai.fills.run import CALLS_AT_ONCE
from sayso.connections.egress import Door, networks
from sayso.db import transaction
from sayso.gateway.gateway import Gateway
from sayso.gateway.providers import stored
from tests.ai.fills.conftest import LETTERS, told
from tests.conftest import Northlight
from tests.gateway.conftest import PRICE, Desk
from tests.gateway.upstream import Upstream

ROOT = Path(__file__).parents[3]
ROWS = 600
KILLED_AT = 150


@asynccontextmanager
async def working(engine: AsyncEngine, home: Path):
    url = engine.url.render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.ai.fills.killed_fill", url, str(home),
        stdout=asyncio.subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
    )  # fmt: skip
    assert process.stdout
    assert await process.stdout.readline() == b"ready\n"
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.communicate()


@pytest.mark.crash
async def test_kill_9_in_the_middle(engine: AsyncEngine, northlight_kept: Northlight, up: Upstream, tmp_path: Path):
    gateway = Gateway(engine, tmp_path, Door(networks("127.0.0.0/8")))
    async with gateway.running():
        async with transaction(engine) as tx:
            settings = {"prices": {"stub": PRICE}}
            given = {"name": "up", "kind": "compatible", "base_url": up.url, "models": ["stub"], "settings": settings}
            await stored.create(tx, gateway.vault, by=northlight_kept.ana, **given)
        await gateway.read_again()
        story = await told(Desk(gateway, up, "", engine, northlight_kept, "", None), LETTERS)  # pyright: ignore[reportArgumentType]
        ids = await story.rows(*({"letter": f"row-{n}."} for n in range(ROWS)))
        story.always("repair")
        one = await story.begin("topic")
    async with working(engine, tmp_path) as process:
        while len(up.heard) < KILLED_AT:  # noqa: ASYNC110 (the upstream has no event for it)
            await asyncio.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    async with transaction(engine) as tx:  # its claim is left to time; here time is short
        await tx.execute(text("update sayso.ai_fills set seen_at = now() - interval '1 minute'"))
        assert (await tx.execute(text("select count(*) from sayso.ai_fill_lines where state is null"))).scalar_one() > 0
    async with working(engine, tmp_path):
        for _ in range(3_000):
            done = await story.read(one)
            if done.state not in ("waiting", "running"):
                break
            await asyncio.sleep(0.02)
    assert (done.state, done.written, done.failed, done.skipped) == ("done", ROWS, 0, 0)
    assert [(await story.value(id, "topic")) for id in ids[:: ROWS // 10]] == [("repair", "written")] * 10
    asked = Counter(re.findall(rb"row-\d+\.", heard.body)[0] for heard in up.heard)
    assert len(asked) == ROWS
    assert sum(asked.values()) - ROWS <= CALLS_AT_ONCE
    assert max(asked.values()) <= 2
    assert Notes(tmp_path, one.id).left() == [], "nothing is kept twice"
    async with engine.connect() as tx:
        assert (await tx.execute(text("select count(*) from sayso.history where by = 'model'"))).scalar_one() == ROWS
        assert (await tx.execute(text("select count(*) from sayso.ai_runs"))).scalar_one() == ROWS
        acts = (await tx.execute(text("select count(*) from sayso.acts where payload ? 'fill'"))).scalar_one()
    assert acts == 1, "it is one thing to undo, though two processes wrote it"
