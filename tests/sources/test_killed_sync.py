# ruff: noqa: S608, ASYNC110  the statement is the test's own; a sync in another process is asked how far it is
"""kill -9 in the middle of a sync: what goes on after it writes every row once."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import tables as system
from sayso.db import transaction
from sayso.db.source_tables import source_syncs
from tests.conftest import Northlight
from tests.connections.databases import port_of
from tests.sources.shop import Shop, opened_shop

ROWS = 1_500
ROOT = Path(__file__).resolve().parents[2]


@asynccontextmanager
async def worker(url: str, home: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": "/usr/bin:/bin", "HOME": str(home)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.sources.killed_sync", url, str(home), env=environment, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )  # fmt: skip
    assert process.stdout
    try:
        assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def far(shop: Shop, id: str, read: int) -> None:
    async with asyncio.timeout(60):
        while (await shop.sync(id)).read < read and (await shop.sync(id)).state in ("waiting", "running"):
            await asyncio.sleep(0.01)


@pytest.mark.crash
async def test_a_sync_that_is_killed_again_and_again_writes_every_row_once(
    engine: AsyncEngine, fresh_url: str, northlight_kept: Northlight, tmp_path: Path
):
    many = f"insert into orders select n, 'Order ' || n from generate_series(1, {ROWS}) n"
    async with port_of(fresh_url) as port:
        table = "create table orders (id int primary key, title text)"
        shop = await opened_shop(engine, fresh_url, port, northlight_kept.ben, tmp_path, "killed", table, many)
        sync = await shop.begun()
        for read in (200, 700):
            async with worker(fresh_url, tmp_path) as process:
                await far(shop, sync.id, read)
                process.kill()
            async with transaction(engine) as tx:  # nobody hears of it for a while, which is waited for elsewhere
                await tx.execute(update(source_syncs).where(source_syncs.c.id == sync.id).values(process=None))
        half = await shop.sync(sync.id)
        assert half.state == "running"
        assert 700 <= half.read < ROWS
        async with worker(fresh_url, tmp_path):
            await far(shop, sync.id, ROWS + 1)
        done = await shop.sync(sync.id)
        assert (done.state, done.read, done.created, done.same) == ("done", ROWS, ROWS, 0)
        h = system.history.c
        async with transaction(engine) as tx:
            app = await shop.opened(tx)
            there = select(func.count(), func.count(h.row_id.distinct())).where(h.app == app.number, h.kind == "created")
            assert tuple((await tx.execute(there)).one()) == (ROWS, ROWS)
