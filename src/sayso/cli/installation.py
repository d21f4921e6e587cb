"""The installation that a command works on, and who it works for: its owner, who alone can reach the command line."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import transaction
from sayso.db.embedded import presence
from sayso.db.installation import opened
from sayso.settings import Settings
from sayso.team import people
from sayso.team.actor import Actor


@asynccontextmanager
async def owned(settings: Settings) -> AsyncGenerator[tuple[AsyncEngine, Actor]]:
    """The database, started when nobody has, and the owner."""
    async with opened(settings) as engine:
        async with transaction(engine) as tx:
            owner = await people.first_owner(tx)
        yield engine, owner


def address_of(settings: Settings, app: str) -> str:
    """Where an app is reached: at the server that runs, else where one would be."""
    running = presence.server_of(settings.home)
    return f"{(running or {}).get('url') or settings.url}/a/{app}"
