"""The co-workers' desk for a command: with a gateway of its own, beside a server or without one."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sayso.cli.installation import owned
from sayso.coworkers.desk import Desk
from sayso.models.shelf import Shelf
from sayso.settings import Settings
from sayso.team.actor import Actor
from sayso.web.put_together import gateway_of


@asynccontextmanager
async def at_desk(settings: Settings) -> AsyncGenerator[tuple[Desk, Actor]]:
    """The desk, and the owner who sits at it."""
    async with owned(settings) as (engine, owner):
        gateway = gateway_of(engine, settings, Shelf(settings.home))
        async with gateway.running():
            yield Desk(engine, gateway, asyncio.create_task), owner
