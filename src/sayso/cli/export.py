"""`sayso export`: an app as a file that `sayso apply` reads."""

from pathlib import Path

import click
import orjson

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import owned
from sayso.data import apps
from sayso.db import transaction
from sayso.errors import Unavailable
from sayso.settings import Settings


@click.command("export")
@click.argument("app")
@click.option("--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file to write, in place of standard output.")
@asynchronous
async def command(settings: Settings, say: Say, app: str, form: str, out: Path | None) -> None:
    """Write how an APP is built, without its rows: sayso export crm > crm.yaml"""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        spec = (await apps.open_app(tx, app, by=owner)).spec
    text = spec.as_yaml() if form == "yaml" else orjson.dumps(spec.portable(), option=orjson.OPT_INDENT_2).decode() + "\n"
    if out:
        _write(out, text)
        say.line(f"{spec.name} is in {out}")
        say.answer({"app": spec.id, "file": str(out)})
    else:
        click.echo(orjson.dumps(spec.portable()).decode() + "\n" if say.as_json else text, nl=False)


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"{out} cannot be written: {error.strerror}.") from None
