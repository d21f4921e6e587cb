"""`sayso apps`: what there is."""

import click

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import address_of, owned
from sayso.data import apps
from sayso.db import transaction
from sayso.settings import Settings


@click.command("apps")
@asynchronous
async def command(settings: Settings, say: Say) -> None:
    """List the apps, the latest changed first."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        found = await apps.listed(tx, by=owner)
    for app in found:
        say.line(f"{app.id:<24} {app.name}  ({app.tables} tables, {app.rows:,} rows, version {app.version})")
    if not found:
        say.line('No apps yet. Try: sayso build "keep track of repair jobs"')
    items = [
        {
            "id": a.id,
            "name": a.name,
            "tables": a.tables,
            "rows": a.rows,
            "version": a.version,
            "address": address_of(settings, a.id),
        }
        for a in found
    ]
    say.answer({"items": items})
