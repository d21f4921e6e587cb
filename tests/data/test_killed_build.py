"""kill -9 before every statement of a build: afterwards there is the old version, whole, or the new one, whole."""

import os
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.db import tables as t
from sayso.db import transaction
from tests.conftest import Northlight
from tests.data.desk_rows import link, put, whole
from tests.spec.desk import DESK

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def builds(fresh_url: str) -> AsyncIterator[Process]:
    """What forks one build after the other."""
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    command = (sys.executable, "-m", "tests.data.killed_build", fresh_url)
    nursery = await create_subprocess_exec(*command, env=env, cwd=ROOT, stdin=PIPE, stdout=PIPE)
    yield nursery
    assert nursery.stdin is not None
    nursery.stdin.close()
    await nursery.wait()


async def built(builds: Process, last: int) -> tuple[int, str]:
    """Exit code and output of a build that dies after its `last` statement."""
    assert builds.stdin is not None and builds.stdout is not None
    builds.stdin.write(f"{last}\n".encode())
    said = ""
    while not (line := (await builds.stdout.readline()).decode()).strip().lstrip("-").isdigit():
        assert line, "the nursery is gone"
        said += line
    return int(line), said


async def seen(tx: AsyncConnection, app: OpenApp) -> dict[str, object]:
    """Everything that an unfinished build could have left behind."""
    tables = "select count(*) from pg_class where relnamespace = to_regnamespace(:s)"
    columns = "select count(*) from information_schema.columns where table_schema = :s"
    s = {"s": f"app_{app.number}"}
    return {
        "rows": await whole(tx, app),
        "tables": (await tx.execute(text(tables), s)).scalar_one(),
        "columns": (await tx.execute(text(columns), s)).scalar_one(),
        "versions": (await tx.execute(select(func.count()).select_from(t.versions))).scalar_one(),
        "events": (await tx.execute(select(func.count()).select_from(t.events))).scalar_one(),
        "acts": (await tx.execute(select(func.count()).select_from(t.acts))).scalar_one(),
    }


@pytest.mark.crash
@pytest.mark.slow
async def test_a_killed_build_leaves_the_old_version(engine: AsyncEngine, builds: Process, northlight_kept: Northlight) -> None:
    ana = northlight_kept.ana
    async with transaction(engine) as tx:
        app = await apps.create(tx, DESK, by=ana)
        client = await put(tx, app, "clients", name="Otto", phone="030 123", worth=100)
        await link(tx, app, "projects", "client", await put(tx, app, "projects", title="Job", stage="won"), client)
        before = await seen(tx, app)

    steps = range(0, 60, 2)
    killed = 0
    for last in steps:
        code, out = await built(builds, last)
        if code == 0:
            break
        assert (code, out) == (-9, "")
        killed += 1
        async with transaction(engine) as tx:
            now = await apps.open_app(tx, "client_desk", by=ana, to="build")
            assert (now.version, now.spec, now.columns) == (1, DESK, app.columns)
            assert await seen(tx, now) == before
    else:
        pytest.fail("the build has more statements than were tried")
    assert killed >= 8 and out.startswith("built")
    async with transaction(engine) as tx:
        now = await apps.open_app(tx, "client_desk", by=ana)
        assert now.version == 2 and now.spec.table("visits") is not None
        assert (await whole(tx, now))["clients/phone"] == [30123]
