"""kill -9 in the middle of an import: afterwards all rows are there, or nothing is, and the import says so."""

import os
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.data import apps, rows
from sayso.data.imports.abandoned import abandoned
from sayso.db import tables as t
from sayso.db import transaction
from tests.conftest import Northlight

ROOT = Path(__file__).parents[3]
ROWS = 6_500
NEVER = 10_000


@pytest.fixture
async def imports(fresh_url: str, tmp_path: Path) -> AsyncIterator[Process]:
    """What forks one import after the other."""
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    command = ("-m", "tests.data.imports.killed_import", fresh_url, str(tmp_path / "imports"), str(tmp_path / "readings.csv"))
    nursery = await create_subprocess_exec(sys.executable, *command, env=env, cwd=ROOT, stdin=PIPE, stdout=PIPE)
    yield nursery
    assert nursery.stdin is not None
    nursery.stdin.close()
    await nursery.wait()


async def run(imports: Process, statements: int, frames: int) -> str:
    """What an import said that dies then."""
    assert imports.stdin is not None and imports.stdout is not None
    imports.stdin.write(f"{statements} {frames}\n".encode())
    said = ""
    while not (line := (await imports.stdout.readline()).decode()).startswith("ended"):
        assert line, "the nursery is gone"
        said += line
    assert line.split()[1] == ("0" if said else "-9")
    return said


@pytest.mark.crash
@pytest.mark.slow
async def test_a_killed_import_leaves_nothing_or_all(
    engine: AsyncEngine, imports: Process, northlight_kept: Northlight, tmp_path: Path
) -> None:
    ana = northlight_kept.ana
    file = tmp_path / "readings.csv"
    file.write_text("Sensor,Value\n" + "".join(f"s{i % 50},{i}\n" for i in range(ROWS)))
    whole = await run(imports, NEVER, NEVER)
    assert whole.startswith("done")
    last = int(whole.split()[1])
    async with transaction(engine) as tx:
        await apps.remove(tx, await apps.open_app(tx, "readings", by=ana, to="build"), by=ana)
    points = [(n, NEVER) for n in range(1, last - 6, max(1, last // 6))] + [(NEVER, n) for n in (0, 2)]
    for statements, frames in points:
        assert not await run(imports, statements, frames), "it was to die"
        await abandoned(engine, patience_seconds=0)
        async with transaction(engine) as tx:
            there = {a.id for a in await apps.listed(tx, by=ana)}
            states = (
                (await tx.execute(select(t.imports.c.state).order_by(t.imports.c.created_at.desc()).limit(1))).scalars().all()
            )
            if there:
                (app,) = there
                opened = await apps.open_app(tx, app, by=ana, to="build")
                assert await rows.count(tx, opened, opened.spec.tables[0].id) == ROWS and states == ["done"]
                await apps.remove(tx, opened, by=ana)
            else:
                assert states != ["running"] and states != ["reading"]
                trashed = (await tx.execute(select(t.apps.c.number))).scalars().all()
                schemas = (
                    await tx.execute(text("select count(*) from pg_namespace where nspname ~ '^app_[0-9]+$'"))
                ).scalar_one()
                assert schemas == len(trashed), "a schema without an app is left"
