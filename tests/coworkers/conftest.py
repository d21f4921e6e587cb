"""Mina's CRM behind the whole web, with a scripted model in the slot `text`."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import transaction
from sayso.gateway import aliases
from sayso.gateway.gateway import Gateway
from sayso.gateway.providers import stored
from sayso.settings import Settings
from sayso.team import keys, people
from sayso.web.app import create_app
from tests.conftest import Northlight
from tests.coworkers.desk import APP, Place
from tests.gateway.upstream import Upstream, upstream

PRICE = {"input_mtok": "1", "output_mtok": "10"}
"""One usual call (250 in, 100 out) costs $0.00125."""
URL = "http://sayso.test"


@pytest.fixture(scope="module")
async def up() -> AsyncIterator[Upstream]:
    async with upstream() as up:
        yield up


@pytest.fixture(scope="module")
async def web(
    engine: AsyncEngine, northlight_kept: Northlight, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[FastAPI]:
    settings = Settings(home=Path(tmp_path_factory.mktemp("home")), egress_allow="127.0.0.0/8", public_url=URL)
    app = create_app(engine, settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture(scope="module")
async def crm(web: FastAPI, engine: AsyncEngine, northlight_kept: Northlight, up: Upstream) -> AsyncIterator[Place]:
    gateway: Gateway = web.state.parts.gateway
    n = northlight_kept
    async with transaction(engine) as tx:
        await stored.create(
            tx, gateway.vault, by=n.ana, name="up", kind="compatible", base_url=up.url, secret="sk-x", models=["stub"],
            settings={"prices": {"stub": PRICE}, "first_byte_seconds": 5, "idle_seconds": 5, "whole_seconds": 30},
        )  # fmt: skip
        await aliases.create(tx, "writer", [{"model": "up/stub"}], slot="text", settings={"retries": 0}, by=n.ana)
        zoe = await people.found(tx, name="Elsewhere", owner="Zoe Quist")
    await gateway.read_again()
    callers: dict[str, httpx.AsyncClient] = {}
    for name, actor in (("ana", n.ana), ("ben", n.ben), ("mia", n.mia), ("cleo", n.cleo), ("zoe", zoe)):
        async with transaction(engine) as tx:
            _, secret = await keys.create(tx, "Tests", by=actor)
        headers = {"authorization": f"Bearer {secret}"}
        callers[name] = httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url=URL, headers=headers)
    made = await callers["ben"].post("/api/apps", json={"spec": APP})
    assert made.status_code == 201, made.text
    yield Place(web.state.parts.coworkers, web, engine, up, n, callers)
    for caller in callers.values():
        await caller.aclose()


@pytest.fixture(autouse=True)
async def _fresh(crm: Place) -> None:
    crm.up.forget()
    await crm.reset()
