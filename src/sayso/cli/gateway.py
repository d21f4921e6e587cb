"""`sayso gateway`: the one door to models, alone."""

import asyncio
import os
import sys
from dataclasses import replace

import click

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.server import serving_gateway
from sayso.settings import PORT_MAX, Settings

PORT = 8701


@click.command("gateway")
@click.option(
    "--port", type=click.IntRange(0, PORT_MAX), default=PORT, show_default=True, help="The port to listen on; 0 takes any."
)
@click.option("--host", help="The address to listen on. [SAYSO_HOST, 127.0.0.1]")
@asynchronous
async def command(settings: Settings, say: Say, port: int, host: str | None) -> None:
    """Serve /v1 alone: OpenAI's API in front of every provider of this home.

    Runs until Ctrl-C, also beside `sayso up`. On Linux the same port can be served by several at once, one for each core.
    """
    settings = replace(settings, port=port, host=host or settings.host)
    async with serving_gateway(settings) as running:
        address = f"{running.settings.url}/v1"
        say.answer({"url": address, "home": str(settings.home), "pid": os.getpid()})
        say.line(f"The gateway is ready: OPENAI_BASE_URL={address}")
        say.line("Keys are made with `sayso keys create`. Ctrl-C stops it.")
        sys.stdout.flush()
        await asyncio.wait([running.stopped])
    say.progress("Stopped.")
