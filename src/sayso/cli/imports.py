"""`sayso import`: a spreadsheet becomes a table, an app's file an app."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import address_of, owned
from sayso.cli.rows import table_of
from sayso.cli.spec_file import read_app
from sayso.data import apps
from sayso.data.imports import arriving, kept, running
from sayso.db import transaction
from sayso.errors import Invalid, Problem
from sayso.settings import Settings
from sayso.team.actor import Actor

SPREADSHEETS = {".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
APP_FILES = {".yaml", ".yml", ".json"}
FOLDER = "imports"
"""In the home: what is being read, and the rows that were refused."""
CHUNK_BYTES = 1 << 20
LOOK_SECONDS = 1.0


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--app", help="Bring the rows into this app, as a new table unless --table names one.")
@click.option("--table", help="The table (its id or name) that takes the rows; columns go to the fields of the same name.")
@asynchronous
async def command(settings: Settings, say: Say, file: Path, app: str | None, table: str | None) -> None:
    """Read FILE: a CSV or XLSX file into a new app or a table, a YAML or JSON file as a new app."""
    if table and not app:
        raise Invalid(Problem("--table", "needs --app, which says whose table it is", "--app crm --table clients"))
    async with owned(settings) as (engine, owner):
        if file.suffix.lower() in APP_FILES:
            made = await _app(engine, read_app(str(file)), owner)
        else:
            made = await brought_in(engine, settings, file, say, by=owner, app=app, table=table)
    address = address_of(settings, made["app"])
    say.line(f"{made['name']} is ready: {address}")
    say.answer({**made, "address": address})


def is_spreadsheet(words: str) -> bool:
    """Whether these words name a spreadsheet that is there, rather than being a wish."""
    path = Path(words)
    with suppress(OSError, ValueError):
        return path.suffix.lower() in SPREADSHEETS and path.is_file()
    return False


async def brought_in(
    engine: AsyncEngine, settings: Settings, file: Path, say: Say, *, by: Actor, app: str | None = None, table: str | None = None
) -> dict[str, Any]:
    """Reads a spreadsheet into a new app, a new table, or one that is there; all of it or nothing. Raises `Invalid` with the reasons."""
    root = settings.home / FOLDER
    if app and table:
        async with transaction(engine) as tx:
            table = table_of(await apps.open_app(tx, app, by=by), table).id
    say.progress(f"Reading {file.name}")
    id = await arriving.arrive(engine, root, file.name, _chunks(file), by=by)
    await arriving.look(engine, root, id, by=by)
    seen = await _state(engine, id, by)
    if seen.state == "failed":
        raise Invalid.of([Problem(**p) for p in seen.preview.get("problems", [])] or [Problem(file.name, seen.message)])
    for problem in seen.preview["problems"]:
        say.line(f"  · {problem['path']}: {problem['reason']}")
    async with transaction(engine) as tx:
        begun = await running.begin(tx, id, app=app, table=table, by=by)
    telling = asyncio.create_task(_tell(engine, id, by, say))
    try:
        await running.run(engine, root, id, by=by)
    finally:
        telling.cancel()
    done = await _state(engine, id, by)
    if done.state != "done":
        raise Invalid(Problem(file.name, done.message or f"was {done.state}"))
    refused = str(kept.folder_of(root, id) / "refused.csv") if done.refused else None
    async with transaction(engine) as tx:
        opened = await apps.open_app(tx, begun.target["app"], by=by)
    say.line(
        f"{done.done - done.refused:,} rows are in {opened.spec.name}"
        + (f"; {done.refused:,} were refused: {refused}" if refused else "")
    )
    tables = [t.name for t in opened.spec.tables]
    return {
        "app": opened.id, "name": opened.spec.name, "version": opened.version, "tables": tables, "table": begun.target["table"],
        "rows": done.done - done.refused, "refused": done.refused, "refused_file": refused,
    }  # fmt: skip


async def _app(engine: AsyncEngine, spec: Any, by: Actor) -> dict[str, Any]:
    async with transaction(engine) as tx:
        opened = await apps.create(tx, spec, by=by, note="From a file")
    return {"app": opened.id, "name": opened.spec.name, "version": opened.version, "tables": [t.name for t in opened.spec.tables]}


async def _state(engine: AsyncEngine, id: str, by: Actor) -> kept.Import:
    async with transaction(engine) as tx:
        return await kept.read(tx, id, by=by)


async def _tell(engine: AsyncEngine, id: str, by: Actor, say: Say) -> None:
    told = 0
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        now = await _state(engine, id, by)
        if now.done > told:
            told = now.done
            say.progress(f"{told:,} rows" + (f" of {now.rows:,}" if now.rows else ""))


async def _chunks(file: Path) -> AsyncIterator[bytes]:
    try:
        with file.open("rb") as opened:
            while chunk := await asyncio.to_thread(opened.read, CHUNK_BYTES):
                yield chunk
    except OSError as error:
        raise Invalid(Problem(str(file), f"cannot be read: {error.strerror}")) from None
