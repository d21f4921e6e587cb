"""`sayso models serve`: one local model alone, over /v1."""

import asyncio
import secrets
import sys

import click

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.gateway.builtin.local import shelf
from sayso.gateway.builtin.local.engine import CONTEXT_TOKENS_MAX, Engine
from sayso.settings import PORT_MAX, Settings

PORT = 8711


@click.command("serve")
@click.argument("name")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(0, PORT_MAX), help="0 takes any.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--key", default="", envvar="SAYSO_SERVE_KEY", help="What callers must show; made anew when left out.")
@asynchronous
async def command(settings: Settings, say: Say, name: str, port: int, host: str, key: str) -> None:
    """Serve the local model NAME alone over /v1, without a workspace, until Ctrl-C."""
    one = shelf.find(settings.home, name.removeprefix("local/"))
    key = key or secrets.token_urlsafe(24)
    context = min(one.context or CONTEXT_TOKENS_MAX, CONTEXT_TOKENS_MAX)
    say.progress(f"Loading {one.path.name}")
    engine = await asyncio.to_thread(Engine, one.path, context=context, port=port, host=host, key=key)
    say.line(f"local/{one.name} is served at {engine.address}/v1 (key {key}). Ctrl-C stops it.")
    say.answer({"url": f"{engine.address}/v1", "key": key, "model": one.name})
    sys.stdout.flush()
    await asyncio.Event().wait()
