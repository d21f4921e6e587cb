"""How everything reaches PostgreSQL: one engine a process, one transaction a request."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import orjson
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from sayso.db import net
from sayso.errors import Invalid, Problem

POOL_CONNECTIONS = 8
POOL_OVERFLOW_CONNECTIONS = 12
POOL_WAIT_SECONDS = 20
CONNECT_SECONDS_MAX = 10


def open_engine(url: str) -> AsyncEngine:
    """An engine on PostgreSQL. `url` is `postgresql://…`, as `embedded.postgres` gives it or as `DATABASE_URL` names it.

    Nothing is connected yet. Whoever opens an engine disposes of it (`await engine.dispose()`).
    """
    parsed = make_url(url)
    if not parsed.drivername.startswith("postgres"):
        raise Invalid(Problem("DATABASE_URL", "names something that is not PostgreSQL", "postgresql://sayso@db.example/sayso"))
    engine = create_async_engine(
        parsed.set(drivername="postgresql+psycopg"),
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        pool_size=POOL_CONNECTIONS,
        max_overflow=POOL_OVERFLOW_CONNECTIONS,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_SECONDS_MAX, "application_name": "sayso"},
    )
    net.spread(engine.sync_engine)
    return engine


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncGenerator[AsyncConnection]:
    """One transaction: committed when the block ends, rolled back when it raises."""
    async with engine.begin() as tx:
        yield tx
