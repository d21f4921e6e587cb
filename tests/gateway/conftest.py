"""A gateway in front of a scripted upstream, with Northlight's keys: the whole web on a real socket."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from openai import AsyncOpenAI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import transaction
from sayso.gateway import aliases, budget_book, keys
from sayso.gateway.gateway import Gateway
from sayso.gateway.providers import stored
from sayso.settings import Settings
from sayso.web.app import create_app
from tests.conftest import Northlight
from tests.gateway.upstream import Upstream, upstream

PRICE = {"input_mtok": "1", "output_mtok": "10"}
"""Dollars per million tokens of the model `stub`: one usual call (250 in, 100 out) costs $0.00125."""
CALL_COST = Decimal("0.00125")
LOOPBACK = "127.0.0.0/8"


@dataclass
class Desk:
    """The gateway as Ana has set it up, and the ways to it."""

    gateway: Gateway
    up: Upstream
    url: str
    engine: AsyncEngine
    company: Northlight
    key: str
    http: httpx.AsyncClient
    clients: list[AsyncOpenAI] = field(default_factory=list)

    def client(self, key: str | None = None, **more: Any) -> AsyncOpenAI:
        made = AsyncOpenAI(base_url=self.url + "/v1", api_key=key or self.key, max_retries=0, **more)
        self.clients.append(made)
        return made

    async def new_key(self, budget: str | None = None, **more: Any) -> tuple[str, str]:
        """Its secret and its id."""
        async with transaction(self.engine) as tx:
            key, secret = await keys.create(tx, "Test", by=self.company.ana, **more)
            if budget is not None:
                await budget_book.create(
                    tx, by=self.company.ana, scope="key", subject=key.id, period="total", amount=Decimal(budget)
                )
        await self.gateway.read_again()
        return secret, key.id

    async def alias(self, name: str, *targets: dict[str, Any], **more: Any) -> None:
        async with transaction(self.engine) as tx:
            await aliases.create(tx, name, targets, by=self.company.ana, **more)
        await self.gateway.read_again()

    async def provider(self, name: str, url: str, kind: str = "compatible", **more: Any) -> str:
        async with transaction(self.engine) as tx:
            made = await stored.create(tx, self.gateway.vault, by=self.company.ana, name=name, kind=kind, base_url=url, **more)
        await self.gateway.read_again()
        return made.id

    async def ledger(self, key: str | None = None) -> list[Any]:
        await self.gateway.ledger.flush()
        async with self.engine.connect() as tx:
            query = "select * from sayso.gateway_ledger where key = :key or cast(:key as text) is null order by id"
            return list((await tx.execute(text(query), {"key": key})).all())

    async def budget(self, key: str) -> Any:
        await self.gateway.ledger.flush()
        async with self.engine.connect() as tx:
            return (await tx.execute(text("select * from sayso.gateway_budgets where subject = :key"), {"key": key})).one()

    async def post(self, endpoint: str, body: dict[str, Any], key: str | None = None, **more: Any) -> httpx.Response:
        return await self.http.post("/v1/" + endpoint, json=body, headers={"authorization": f"Bearer {key or self.key}"}, **more)


@pytest.fixture(scope="module")
async def up() -> AsyncIterator[Upstream]:
    async with upstream() as up:
        yield up


@pytest.fixture(autouse=True)
def _fresh(up: Upstream) -> None:
    up.forget()


@pytest.fixture(scope="module")
async def web(
    engine: AsyncEngine, northlight_kept: Northlight, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[FastAPI]:
    settings = Settings(home=Path(tmp_path_factory.mktemp("home")), egress_allow=LOOPBACK)
    app = create_app(engine, settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture(scope="module")
async def desk(web: FastAPI, engine: AsyncEngine, northlight_kept: Northlight, up: Upstream) -> AsyncIterator[Desk]:
    gateway: Gateway = web.state.parts.gateway
    ana = northlight_kept.ana
    settings = {"prices": {"stub": PRICE}, "first_byte_seconds": 1, "idle_seconds": 1, "whole_seconds": 3}
    async with transaction(engine) as tx:
        await stored.create(
            tx,
            gateway.vault,
            by=ana,
            name="up",
            kind="compatible",
            base_url=up.url,
            secret="sk-upstream-secret",
            models=["stub"],
            settings=settings,
        )
        _, secret = await keys.create(tx, "Everything", by=ana)
    await gateway.read_again()
    server = uvicorn.Server(uvicorn.Config(web, port=0, lifespan="off", log_level="warning", access_log=False))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        desk = Desk(gateway, up, url, engine, northlight_kept, secret, http)
        yield desk
        for client in desk.clients:
            await client.close()
    server.should_exit = True
    await running
