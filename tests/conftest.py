"""One embedded PostgreSQL for the whole run, and the little company that every story is about."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso.db import migrate, open_engine, transaction
from sayso.db.embedded import postgres
from sayso.team import people
from sayso.team.actor import Actor
from tests import order

FRESH = count(1)
TEMPLATE = "sayso_template"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):  # one of several processes
        order.sort(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> order.FromBothEnds | None:
    if config.getoption("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return order.FromBothEnds(config, log)


@dataclass(frozen=True, slots=True)
class Northlight:
    """A small repair company: Ana owns the workspace, Ben builds, Mia works in the apps, Cleo looks on."""

    ana: Actor
    ben: Actor
    mia: Actor
    cleo: Actor

    @property
    def workspace(self) -> str:
        return self.ana.workspace


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A home of its own for this test run. Kept short, because the address of a Unix socket is."""
    folder = Path(tempfile.mkdtemp(prefix="sayso-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def database_url(home: Path) -> AsyncIterator[str]:
    """The embedded PostgreSQL. `sayso_template` in it holds the system tables and is what every fresh database is made from."""
    async with postgres(home, durable=False) as url:
        await _make(url, TEMPLATE, "template1")
        await _migrated(_url(url, TEMPLATE))
        await _migrated(url)
        yield url


@pytest.fixture(scope="session")
async def shared_engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def tx(shared_engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction that is rolled back after the test. For everything that does not commit, which is nearly all."""
    async with shared_engine.connect() as connection:
        begun = await connection.begin()
        yield connection
        await begun.rollback()


@pytest.fixture(scope="module")
async def fresh_url(database_url: str) -> AsyncIterator[str]:
    """The URL of a fresh, migrated database for this module."""
    async with fresh(database_url) as url:
        yield url


@pytest.fixture(scope="module")
async def engine(fresh_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on a fresh database for this module, for tests that commit."""
    engine = open_engine(fresh_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def northlight(tx: AsyncConnection) -> Northlight:
    """The company, inside `tx`."""
    return await founded(tx)


@pytest.fixture(scope="module")
async def northlight_kept(engine: AsyncEngine) -> Northlight:
    """The company, committed in this module's fresh database."""
    async with transaction(engine) as tx:
        return await founded(tx)


async def founded(tx: AsyncConnection) -> Northlight:
    ana = await people.found(tx, name="Northlight", owner="Ana Prado")
    ben = await people.add(tx, "Ben Okafor", role="builder", email="ben@northlight.example", by=ana)
    mia = await people.add(tx, "Mia Lindqvist", role="member", email="mia@northlight.example", by=ana)
    cleo = await people.add(tx, "Cleo Martin", role="viewer", email="cleo@northlight.example", by=ana)
    return Northlight(ana, ben.actor, mia.actor, cleo.actor)


@asynccontextmanager
async def fresh(database_url: str) -> AsyncIterator[str]:
    """The URL of a fresh, migrated database, there as long as the block lasts."""
    name = f"test_{next(FRESH)}"
    await _make(database_url, name, TEMPLATE)
    yield _url(database_url, name)
    # For the disk's sake only: the whole PostgreSQL goes at the end. On a loaded machine a backend may take longer to leave than `force` waits.
    with suppress(OperationalError, InternalError):
        await _at(database_url, f"drop database {name} with (force)")


def _url(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


async def _make(url: str, name: str, template: str) -> None:
    await _at(url, f"create database {name} template {template} strategy file_copy")


async def _at(url: str, command: str) -> None:
    engine = open_engine(url)
    try:
        async with engine.connect() as connection:
            await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text(command))
    finally:
        await engine.dispose()


async def _migrated(url: str) -> None:
    engine = open_engine(url)
    await migrate(engine)
    await engine.dispose()
