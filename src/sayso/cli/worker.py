"""`sayso worker`: runs of automations, done in one more process."""

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack

import click

from sayso.ai.fills.work import Fills
from sayso.automations import starting
from sayso.automations.triggers.triggers import Triggers
from sayso.automations.webhooks_out import WebhooksOut
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import owned
from sayso.connections.connections import Connections
from sayso.coworkers.desk import Desk
from sayso.models.shelf import Shelf
from sayso.settings import Settings
from sayso.web.jobs import Jobs
from sayso.web.put_together import gateway_of, worker_of


@click.command("worker")
@click.option("--at-once", type=click.IntRange(1, 500), default=64, show_default=True, help="How many runs go on together.")
@asynchronous
async def command(settings: Settings, say: Say, at_once: int) -> None:
    """Do runs of automations, beside a server or alone.

    Start as many as you like, on any machines that share the database. Runs until Ctrl-C; what it has under way then, others go on with.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with owned(settings) as (engine, _), AsyncExitStack() as around:
        gateway = gateway_of(engine, settings, Shelf(settings.home))
        await around.enter_async_context(gateway.running())
        connections = Connections.of(engine, settings, gateway.pools.door)
        jobs = Jobs()
        await around.enter_async_context(jobs.running())
        coworkers = Desk(engine, gateway, jobs.begin, heard=starting.message)
        worker = worker_of(engine, settings, gateway, connections, Fills(gateway), coworkers, at_once=at_once)
        await around.enter_async_context(worker.running())
        await around.enter_async_context(WebhooksOut(connections).running())
        await around.enter_async_context(Triggers(engine).running())
        say.answer({"worker": worker.id, "home": str(settings.home), "pid": os.getpid()})
        say.line(f"This worker ({worker.id}) does runs of automations. Ctrl-C stops it.")
        sys.stdout.flush()
        await stop.wait()
    say.progress("Stopped.")
