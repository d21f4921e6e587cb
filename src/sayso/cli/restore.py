"""`sayso restore`: everything back from one file."""

from pathlib import Path

import click

from sayso.backups.restore import restore
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.settings import Settings


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Put the backup in the place of the apps that are here.")
@asynchronous
async def command(settings: Settings, say: Say, file: Path, replace: bool) -> None:
    """Bring back what FILE holds: checked first, then all of it or nothing."""
    say.progress("Checking and reading the backup")
    about = await restore(settings, file, replace=replace)
    rows = sum(about.rows.values())
    say.line(f"Restored {len(about.apps)} apps, {rows:,} rows and {about.files} files of {about.made_at} into {settings.home}")
    say.answer({"home": str(settings.home), "apps": about.apps, "rows": rows, "files": about.files, "made_at": about.made_at})
