"""The workspace of the isolation matrix, to be ill-treated; and another, for attackers of one to reach for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import open_engine
from sayso.settings import Settings
from sayso.web.app import create_app
from tests.conftest import fresh
from tests.isolation import worlds
from tests.isolation.seeds import planted
from tests.isolation.worlds import Words, World
from tests.web.conftest import URL


@pytest.fixture(scope="package")
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """One for all that leaves the workspace as it was; what spoils it makes its own."""
    async with fresh(database_url) as url:
        engine = open_engine(url)
        yield engine
        await engine.dispose()


@pytest.fixture(scope="package")
async def app(engine: AsyncEngine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FastAPI]:
    app = create_app(engine, Settings(home=Path(tmp_path_factory.mktemp("home")), public_url=URL))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture(scope="package")
async def world(app: FastAPI, engine: AsyncEngine) -> World:
    return await planted(await worlds.founded(app, engine, "a", Words("Quennell", "Northlight")))


@pytest.fixture(scope="package")
async def victim(app: FastAPI, engine: AsyncEngine) -> World:
    return await planted(await worlds.founded(app, engine, "b", Words("Zarubezh", "Blackwater")))
