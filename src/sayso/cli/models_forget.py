"""`sayso models forget`: remove a GGUF file of this home."""

import click

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.models_local import told_the_server
from sayso.gateway.builtin.local import shelf
from sayso.settings import Settings


@click.command("forget")
@click.argument("name")
@asynchronous
async def command(settings: Settings, say: Say, name: str) -> None:
    """Remove the local model NAME and its file."""
    gone = shelf.forget(settings.home, name.removeprefix("local/"))
    await told_the_server(settings)
    say.line(f"Removed local/{gone.name} ({gone.bytes / 1e9:,.2f} GB).")
    say.answer(gone.as_json())
