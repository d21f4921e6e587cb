"""`sayso coworkers`: who there is."""

import click

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.desk import at_desk
from sayso.coworkers import roster
from sayso.coworkers.shown import shown
from sayso.db import transaction
from sayso.settings import Settings


@click.command("coworkers")
@click.argument("app", required=False)
@asynchronous
async def command(settings: Settings, say: Say, app: str | None) -> None:
    """List the co-workers, all of them or those of APP."""
    async with at_desk(settings) as (desk, owner), transaction(desk.engine) as tx:
        items = [await shown(tx, desk, one, by=owner) for one in await roster.listed(tx, by=owner, app=app)]
    for one in items:
        asks = ", ".join(m["title"].lower() for m in one["may"] if m["policy"] == "asks")
        model = one["model"] if one["ready"] else "no language model"
        say.line(f"{one['key']:<28} {one['name']}  ({model}; {len(one['tables'])} tables{f'; asks to {asks}' if asks else ''})")
    if not items:
        say.line("No co-workers yet. An app's spec names them: see docs/guides/spec.md.")
    kept = ("key", "name", "description", "app", "slot", "model", "ready", "problem", "tables", "may", "usage")
    say.answer({"items": [{k: one[k] for k in kept} for one in items]})
