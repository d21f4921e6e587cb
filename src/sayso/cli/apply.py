"""`sayso apply`: makes an app what a file says. Shows the plan, then does it."""

import sys
from dataclasses import asdict

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.cli import told
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import address_of, owned
from sayso.cli.spec_file import bare, read_app
from sayso.data import apps
from sayso.data.apps import OpenApp, Planned
from sayso.db import transaction
from sayso.errors import Invalid, NotFound
from sayso.settings import Settings
from sayso.spec.app import App
from sayso.spec.change import completed_app, difference, effects
from sayso.spec.check import check
from sayso.team.actor import Actor


@click.command("apply")
@click.argument("file")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option("--app", help="The app to change, when it is not the one that the file names.")
@asynchronous
async def command(settings: Settings, say: Say, file: str, yes: bool, app: str | None) -> None:
    """Make an app what FILE (YAML or JSON; - for standard input) says.

    Shows what would change and what would be lost, asks, and does it in one transaction. An app that is not there is made.
    """
    spec = read_app(file)
    async with owned(settings) as (engine, owner):
        async with transaction(engine) as tx:
            before, planned = await plan(tx, spec, app, owner)
        show(say, spec, before, planned)
        empty = before is not None and not planned.effects
        agreed = not empty and (yes or confirmed(say))
        answer = {
            "app": before.id if before else spec.id,
            "effects": list(map(asdict, planned.effects)),
            "losses": list(map(asdict, planned.losses)),
        }
        if not agreed:
            say.answer({**answer, "applied": False, "version": before.version if before else None})
            return
        async with transaction(engine) as tx:
            done = await carry_out(tx, spec, before, planned, owner)
    say.line(f"{done.spec.name} is at version {done.version}: {address_of(settings, done.id)}")
    say.answer({**answer, "app": done.id, "applied": True, "version": done.version, "address": address_of(settings, done.id)})


async def plan(tx: AsyncConnection, spec: App, named: str | None, owner: Actor) -> tuple[OpenApp | None, Planned]:
    """The app as it is, None when it is to be made, and what would happen. Raises `Invalid` with every problem."""
    before = await _there(tx, named or spec.id, owner, must=named is not None)
    if before is None:
        spec = completed_app(spec)
        start = bare(spec)
        change = difference(start, spec)
        planned = Planned(change, effects(start, change), check(spec), (), spec)
    else:
        planned = await apps.planned(tx, before, difference(before.spec, spec.model_copy(update={"id": before.id})))
    if planned.problems:
        raise Invalid.of(planned.problems)
    return before, planned


async def carry_out(tx: AsyncConnection, spec: App, before: OpenApp | None, planned: Planned, owner: Actor) -> OpenApp:
    """What was shown and nothing else: whoever changed the app meanwhile makes this a `Conflict`."""
    if before is None:
        return await apps.create(tx, spec, by=owner, note="From a file")
    app = await apps.open_app(tx, before.id, by=owner, to="build")
    return await apps.change(tx, app, planned.change, by=owner, note="From a file", base_version=before.version)


async def _there(tx: AsyncConnection, id: str, owner: Actor, *, must: bool) -> OpenApp | None:
    try:
        return await apps.open_app(tx, id, by=owner, to="build")
    except NotFound:
        if must:
            raise
        return None


def show(say: Say, spec: App, before: OpenApp | None, planned: Planned) -> None:
    if before is None:
        say.line(f"{spec.name} is new:")
    elif planned.effects:
        say.line(f"{before.spec.name}, version {before.version}, would change:")
    else:
        say.line(f"{before.spec.name} is already as the file says.")
    told.effects(say, planned.effects)
    told.losses(say, [loss.sentence for loss in planned.losses])


def confirmed(say: Say) -> bool:
    if say.as_json or not sys.stdin.isatty():
        say.line("Nothing was changed. Add --yes to do it.")
        return False
    return click.confirm("Do it?", default=False)
