"""Connections of Northlight, on a database of the module's own, with the world outside on loopback."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.connections import stored
from sayso.connections.connections import Connections
from sayso.connections.opened import Opened
from sayso.db import transaction
from sayso.team.actor import Actor
from tests.conftest import Northlight
from tests.connections.outside import LOOPBACK, Outside, outside

URL = "https://sayso.northlight.example"


@pytest.fixture(scope="module")
def connections(engine: AsyncEngine, tmp_path_factory: pytest.TempPathFactory) -> Connections:
    return Connections(engine, Path(tmp_path_factory.mktemp("home")), LOOPBACK, URL)


@pytest.fixture
async def there() -> AsyncIterator[Outside]:
    async with outside() as one:
        yield one


@pytest.fixture
async def elsewhere() -> AsyncIterator[Outside]:
    """Somebody who should hear nothing secret."""
    async with outside() as one:
        yield one


@pytest.fixture
def ana(northlight_kept: Northlight) -> Actor:
    return northlight_kept.ana


@pytest.fixture
def ben(northlight_kept: Northlight) -> Actor:
    return northlight_kept.ben


async def added(
    connections: Connections,
    by: Actor,
    kind: str,
    settings: Mapping[str, Any],
    secrets: Mapping[str, str] | None = None,
    **more: Any,
) -> stored.Stored:
    async with transaction(connections.engine) as tx:
        return await stored.create(tx, connections, by=by, kind=kind, settings=settings, secrets=secrets, **more)


async def opened(connections: Connections, by: Actor, kind: str, settings: Mapping[str, Any], **secrets: str) -> Opened:
    """A new connection of this kind, opened."""
    made = await added(connections, by, kind, settings, secrets)
    async with transaction(connections.engine) as tx:
        return await connections.opened(tx, made.id, kind, by=by, what="Tests")
