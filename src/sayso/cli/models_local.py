"""`sayso models local`: the GGUF files of this home."""

import click

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.gateway.builtin.local import shelf
from sayso.settings import Settings


@click.command("local")
@asynchronous
async def command(settings: Settings, say: Say) -> None:
    """List the models that lie on this machine."""
    found = shelf.listed(settings.home)
    for one in found:
        say.line(f"local/{one.name}: {one.architecture} {one.size}, {one.bytes / 1e9:,.2f} GB, from {one.source}")
    if not found:
        say.line("None yet. `sayso models pull FILE` brings one here.")
    say.answer({"models": [one.as_json() for one in found]})
