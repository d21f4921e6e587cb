"""`sayso backup`: everything in one file."""

from datetime import UTC, datetime
from pathlib import Path

import click

from sayso.backups.backup import back_up
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.db.installation import opened
from sayso.settings import Settings


@click.command("backup")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@asynchronous
async def command(settings: Settings, say: Say, file: Path | None) -> None:
    """Write the database and all files into FILE, while Sayso may be in use.

    A folder as FILE, or none at all, gets a name with the date in it.
    """
    file = target(file)
    say.progress("Writing the backup")
    async with opened(settings) as engine:
        about = await back_up(engine, settings, file)
    rows = sum(about.rows.values())
    size = file.stat().st_size
    say.line(f"{file}: {len(about.apps)} apps, {rows:,} rows, {about.files} files, {size / 1e6:,.1f} MB")
    say.answer({"file": str(file), "bytes": size, "apps": about.apps, "rows": rows, "files": about.files})


def target(file: Path | None) -> Path:
    file = (file or Path.cwd()).absolute()
    return file / f"sayso-{datetime.now(UTC):%Y-%m-%d-%H%M%S}.backup" if file.is_dir() else file
