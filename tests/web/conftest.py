"""The door of the API: the little company, each with a client of their own."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import transaction
from sayso.settings import Settings
from sayso.team import keys, people
from sayso.team.actor import Actor
from sayso.web.app import create_app
from tests.conftest import Northlight

URL = "http://sayso.test"


class Caller(httpx.AsyncClient):
    """Someone with an HTTP client. Calls read as sentences: `await ben.adds("/api/apps", spec=…)`."""

    actor: Actor


@dataclass(frozen=True)
class Company:
    """Ana owns, Ben builds, Mia works, Cleo looks on; Zoe owns another workspace; nobody is signed in."""

    ana: Caller
    ben: Caller
    mia: Caller
    cleo: Caller
    zoe: Caller
    nobody: Caller
    engine: AsyncEngine

    async def events(self, since: int = 0) -> list[str]:
        async with self.engine.connect() as tx:
            return list(await tx.scalars(text("select kind from sayso.events where id > :since order by id"), {"since": since}))

    async def last_event(self) -> int:
        async with self.engine.connect() as tx:
            return (await tx.scalar(text("select coalesce(max(id), 0) from sayso.events"))) or 0


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=Path(tmp_path_factory.mktemp("home")), public_url=URL)


@pytest.fixture(scope="module")
async def app(engine: AsyncEngine, settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(engine, settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture(scope="module")
async def company(app: FastAPI, engine: AsyncEngine, northlight_kept: Northlight) -> AsyncIterator[Company]:
    async with transaction(engine) as tx:
        zoe = await people.found(tx, name="Elsewhere", owner="Zoe Quist")
    n = northlight_kept
    callers = [await _caller(app, engine, by) for by in (n.ana, n.ben, n.mia, n.cleo, zoe)]
    yield Company(*callers, nobody=_client(app), engine=engine)
    for caller in callers:
        await caller.aclose()


@pytest.fixture(scope="module")
async def address(app: FastAPI) -> AsyncIterator[str]:
    """The app behind a real uvicorn; its lifespan is the fixture `app`'s."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_level="warning"))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await running


async def _caller(app: FastAPI, engine: AsyncEngine, by: Actor) -> Caller:
    async with transaction(engine) as tx:
        _, secret = await keys.create(tx, "Tests", by=by)
    caller = _client(app, authorization=f"Bearer {secret}")
    caller.actor = by
    return caller


def _client(app: FastAPI, **headers: str) -> Caller:
    return Caller(transport=httpx.ASGITransport(app), base_url=URL, headers=headers)


def problem(answer: httpx.Response) -> dict[str, Any]:
    """The problem document, after a look at its shape."""
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "problems"} <= set(body)
    assert body["status"] == answer.status_code
    return body
