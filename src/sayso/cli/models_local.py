"""`sayso models local`: the GGUF files of this home."""

import click

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.db import transaction
from sayso.db.embedded import presence
from sayso.db.installation import opened
from sayso.gateway import news
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


async def told_the_server(settings: Settings) -> None:
    """A server of this home looks again which models there are."""
    if presence.server_of(settings.home):
        async with opened(settings) as engine, transaction(engine) as tx:
            await news.changed(tx)
