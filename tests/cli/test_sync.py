"""A connected table is brought up to date by the command line: here a SQLite file in the folder that the operator names."""

import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.sayso import sayso

from sayso.connections import stored as kept_connections
from sayso.connections.connections import Connections
from sayso.data import apps
from sayso.db import transaction
from sayso.db.installation import opened
from sayso.settings import Settings
from sayso.sources import making
from sayso.sources.reached import reached
from sayso.spec.app import app_from
from sayso.team import people


@pytest.fixture(scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[str, Path]]:
    folder = Path(tempfile.mkdtemp(prefix="sayso-"))
    folder.chmod(0o711)
    files = tmp_path_factory.mktemp("databases")
    _run(
        files,
        "create table parts (code text primary key, name text, price real)",
        "insert into parts values ('A', 'Bolt', 1.5), ('B', 'Nut', 2)",
    )
    settings = replace(Settings(folder / "home"), sqlite_folder=files)
    async with opened(settings) as engine:
        connections = Connections.of(engine, settings)
        async with transaction(engine) as tx:
            by = await people.first_owner(tx)
            made = await kept_connections.create(tx, connections, by=by, kind="sqlite", settings={"file": "shop.db"})
            await apps.create(
                tx, app_from({"id": "stock", "name": "Stock", "tables": [{"name": "Notes", "fields": ["Note"]}]}), by=by
            )
            way = await reached(tx, connections, made.id, by=by, what="Tests")
        place = await way.reader.place(connections, way.opened, "parts")
        async with transaction(engine) as tx:
            await making.make(tx, await apps.open_app(tx, "stock", by=by, to="build"), made.id, place, by=by)
        yield str(folder / "home"), files
    shutil.rmtree(folder)


def _run(files: Path, *commands: str) -> None:
    with sqlite3.connect(files / "shop.db") as file:
        for command in commands:
            file.execute(command)
    file.close()


async def test_first_what_it_would_do_then_it_is_done_and_what_stops_it_is_told(home: tuple[str, Path]):
    at, files = home
    env = {"SAYSO_SQLITE_FOLDER": str(files)}
    dry = await sayso("sync", "stock", "parts", "--dry", "--home", at, env=env)
    assert (dry.code, "Of 2 rows: 2 new." in dry.out) == (0, True), dry
    done = await sayso("sync", "stock", "--home", at, "--json", env=env)
    assert (done.code, [(s["table"], s["state"], s["read"]) for s in done.json["syncs"]]) == (0, [("parts", "done", 2)]), done
    _run(files, "delete from parts")
    stopped = await sayso("sync", "stock", "parts", "--home", at, env=env)
    assert (stopped.code != 0, "All rows are gone" in stopped.err + stopped.out) == (True, True), stopped
