"""`sayso up`: start the server, and build what was wished for."""

import asyncio
import os
import sys
import webbrowser
from dataclasses import replace

import click

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.server import serving
from sayso.settings import PORT, PORT_MAX, Settings


@click.command("up")
@click.argument("wish", required=False)
@click.option("--port", type=click.IntRange(0, PORT_MAX), help=f"The port to listen on; 0 takes any. [SAYSO_PORT, {PORT}]")
@click.option("--host", help="The address to listen on. [SAYSO_HOST, 127.0.0.1]")
@click.option("--browser/--no-browser", default=True, help="Open a browser where there is one.")
@asynchronous
async def command(settings: Settings, say: Say, wish: str | None, port: int | None, host: str | None, browser: bool) -> None:
    """Start Sayso. With a WISH, or a CSV or XLSX file, build that app first.

    Runs until Ctrl-C. Prints the address with a link that signs the owner in once.
    """
    if port is not None:
        settings = replace(settings, port=port)
    if host:
        settings = replace(settings, host=host)
    async with serving(settings) as running:
        sign_in = await running.sign_in()
        say.answer({"url": running.settings.url, "sign_in": sign_in, "home": str(settings.home), "pid": os.getpid()})
        say.line(f"Sayso is ready at {running.settings.url}")
        say.line(f"Sign in, once within 15 minutes: {sign_in}")
        say.line("Ctrl-C stops it.")
        sys.stdout.flush()
        if browser and not say.as_json and has_browser():
            await asyncio.to_thread(webbrowser.open, sign_in)
        await asyncio.wait([running.stopped])
    say.progress("Stopped.")


def has_browser() -> bool:
    """A browser that a person would see: there is a screen, and it is not somebody else's."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    return "SSH_CONNECTION" not in os.environ
