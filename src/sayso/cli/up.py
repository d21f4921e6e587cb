"""`sayso up`: start the server, and build what was wished for."""

import asyncio
import os
import sys
import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from sayso.cli.build import built, built_before
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.imports import brought_in, is_spreadsheet
from sayso.connections import own_mail
from sayso.db import transaction
from sayso.errors import SaysoError
from sayso.server import Running, serving
from sayso.settings import PORT, PORT_MAX, Settings
from sayso.team import people


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
    if settings.smtp_url:
        own_mail.opened(settings.smtp_url, settings.mail_from or "")  # said now, not by letters that never arrive
    async with serving(settings) as running:
        made = await wished(running, wish, say) if wish and wish.strip() else {}
        sign_in = await running.sign_in(to=f"/a/{made['app']}" if "app" in made else "/")
        say.answer({"url": running.settings.url, "sign_in": sign_in, "home": str(settings.home), "pid": os.getpid(), **made})
        say.line(f"Sayso is ready at {made.get('address') or running.settings.url}")
        say.line(f"Sign in, once within 15 minutes: {sign_in}")
        say.line("Ctrl-C stops it.")
        sys.stdout.flush()
        if browser and not say.as_json and has_browser():
            await asyncio.to_thread(webbrowser.open, sign_in)
        await asyncio.wait([running.stopped])
    say.progress("Stopped.")


async def wished(running: Running, wish: str, say: Say) -> dict[str, Any]:
    """The app of this wish: built now, or the one that this very wish has made before. A wish that cannot be built is told,
    and the server stays: in the browser it can be said another way."""
    async with transaction(running.engine) as tx:
        owner = await people.first_owner(tx)
        before = await built_before(tx, wish, by=owner)
    try:
        if is_spreadsheet(wish):
            made = await brought_in(running.engine, running.settings, Path(wish), say, by=owner)
        else:
            made = before or await built(running.engine, wish, say, by=owner)
    except SaysoError as error:
        say.line(str(error))
        return {"problem": str(error)}
    if before:
        say.line(f"{made['name']} was built from these words before.")
    return {**made, "address": f"{running.settings.url}/a/{made['app']}"}


def has_browser() -> bool:
    """A browser that a person would see: there is a screen, and it is not somebody else's."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    return "SSH_CONNECTION" not in os.environ
