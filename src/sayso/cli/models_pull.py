"""`sayso models pull`: bring a GGUF file here."""

import click

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.models_local import told_the_server
from sayso.connections import egress
from sayso.db.embedded import make_home
from sayso.gateway.builtin.local import engine, pulling
from sayso.settings import Settings

GB = 10**9
STEP = 0.05
"""How often progress is told, of the whole."""


@click.command("pull")
@click.argument("source")
@click.option("--name", default="", help="What it is called here: local/NAME. Made from the file's name when left out.")
@click.option("--sha256", default="", help="The digest it must have.")
@click.option(
    "--max-gb", default=pulling.BYTES_MAX / GB, show_default=True, type=click.FloatRange(min=0.001), help="No more than this."
)
@asynchronous
async def command(settings: Settings, say: Say, source: str, name: str, sha256: str, max_gb: float) -> None:
    """Bring the GGUF file SOURCE (a path, or an https address) here, and try it. Then it is the model local/NAME."""
    make_home(settings.home)
    door = egress.Door(egress.networks(settings.egress_allow))
    one = await pulling.pull(
        door, settings.home, source, name=name, sha256=sha256.strip(), bytes_max=round(max_gb * GB), told=_progress(say)
    )
    say.line(f"local/{one.name}: {one.architecture} {one.size}, {one.bytes / GB:,.2f} GB, context {one.context:,}")
    say.line(f"sha256 {one.sha256}")
    if not engine.installed():
        say.line("llama.cpp is not installed, so it was not tried: pip install 'sayso[local]'")
    await told_the_server(settings)
    say.answer(one.as_json())


def _progress(say: Say) -> pulling.Told:
    last = 0.0

    def told(done: int, whole: int) -> None:
        nonlocal last
        if whole and done / whole >= last + STEP:
            last = done / whole
            say.progress(f"{done / GB:,.2f} of {whole / GB:,.2f} GB")

    return told
