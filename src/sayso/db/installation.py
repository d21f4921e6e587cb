"""One installation, opened: its database running and up to date. The server and every command begin with this."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import embedded
from sayso.db.engine import open_engine
from sayso.db.migrate import migrate
from sayso.errors import Unavailable
from sayso.settings import Settings


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[AsyncEngine]:
    """An engine on this installation's database, whether or not a server is running on it.

    Starts the embedded PostgreSQL when nobody has yet, and stops it when nobody else uses it. Raises `Unavailable`.
    """
    if settings.database_url:
        embedded.make_home(settings.home)
        async with _engine(settings.database_url) as engine:
            yield engine
    else:
        async with embedded.postgres(settings.home, shared=settings.shared) as url, _engine(url) as engine:
            yield engine


@asynccontextmanager
async def _engine(url: str) -> AsyncGenerator[AsyncEngine]:
    engine = open_engine(url)
    try:
        try:
            await migrate(engine)
        except OperationalError as error:
            raise Unavailable(f"The database does not answer: {_first_line(error)}") from None
        yield engine
    finally:
        await engine.dispose()


def _first_line(error: OperationalError) -> str:
    return str(error.orig).strip().splitlines()[0]
