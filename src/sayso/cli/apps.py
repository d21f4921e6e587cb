"""`sayso apps`: what there is, copies of it, and what was changed in a copy taken over."""

import asyncio
from pathlib import Path
from typing import Any

import click
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso.cli import team
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import address_of, owned
from sayso.connections.connections import Connections
from sayso.data import apps
from sayso.data.copies import jobs, moving, review
from sayso.data.copies.jobs import Copy, Rows
from sayso.data.copies.spec import Kind
from sayso.db import transaction
from sayso.db.installation import opened
from sayso.errors import Conflict, Invalid, Problem
from sayso.settings import Settings
from sayso.team.actor import Actor
from sayso.web.copying import Copies, in_workspace

LOOK_SECONDS = 0.3


@click.command("list")
@team.in_workspace
@asynchronous
async def listed(settings: Settings, say: Say, workspace: str | None = None) -> None:
    """List the apps, the latest changed first."""
    async with team.as_owner(settings, workspace) as (tx, owner):
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


@click.group("apps", invoke_without_command=True)
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Where this installation lives. [SAYSO_HOME]")
@click.option("--json", "as_json", is_flag=True, help="Answer with one line of JSON.")
@click.pass_context
def command(context: click.Context, **given: Any) -> None:
    """List the apps, the latest changed first; duplicate one, move it to another workspace, or take over what was changed in a copy."""
    if context.invoked_subcommand is None:
        context.invoke(listed, **given)


@command.command("duplicate")
@click.argument("app")
@click.option("--name", help="What the copy is called.")
@click.option("--without-rows", is_flag=True, help="Only how it is built.")
@click.option("--to-work-on", is_flag=True, help="A copy that only builders see, whose changes are taken over later.")
@team.in_workspace
@asynchronous
async def copy(
    settings: Settings, say: Say, app: str, name: str | None, without_rows: bool, to_work_on: bool, workspace: str | None
) -> None:
    """Copy APP, with its rows or without."""
    kind: Kind = "draft" if to_work_on else "copy"
    async with opened(settings) as engine:
        async with transaction(engine) as tx:
            owner = await team.owner_of(tx, workspace)
            source = await apps.open_app(tx, app, by=owner, to="build")
            called = name or f"{source.spec.name} ({'draft' if to_work_on else 'copy'})"
            rows: Rows = "none" if without_rows else "all"
            begun = await jobs.begin(tx, source, kind, called, rows, by=owner)
        made = await _made(settings, engine, begun, owner)
    if made.state != "done" or made.made is None:
        raise Conflict(made.problem or "The copy was stopped; nothing of it is left.")
    say.line(f"{made.name} is there: {address_of(settings, made.made)}")
    for note in made.notes:
        say.line(f"  {note}")
    say.answer({"id": made.made, "rows": made.done, "notes": list(made.notes), "address": address_of(settings, made.made)})


command.add_command(listed)
command.add_command(copy, "copy")  # as it was called before


@command.command("move")
@click.argument("app")
@click.argument("to", metavar="WORKSPACE")
@team.in_workspace
@click.option("--dry", is_flag=True, help="Only say what would happen.")
@click.option(
    "--person",
    "people",
    multiple=True,
    metavar="HERE=THERE",
    help="Who somebody of here is there: names, addresses or ids; HERE= for nobody. Can be given more than once.",
)
@asynchronous
async def move(
    settings: Settings, say: Say, app: str, to: str, workspace: str | None, dry: bool, people: tuple[str, ...]
) -> None:
    """Move APP to another WORKSPACE, with its rows, files, comments, history and versions. Here it is in the trash then."""
    async with opened(settings) as engine:
        async with transaction(engine) as tx:
            owner = await team.owner_of(tx, workspace)
            source = await apps.open_app(tx, app, by=owner, to="build")
            if (place := (await team.owner_of(tx, to)).workspace) == owner.workspace:
                raise Invalid(Problem("workspace", "is the one that the app is in"))
            there = await in_workspace(tx, owner, place)
            there.must("build")
            told = await moving.plan(tx, source, there)
            chosen = [await _person(tx, one, owner, there) for one in people]
            matched = await moving.matched(tx, source, there, dict(chosen))
        lines = [f"{told.rows:,} rows.", *told.notes, *(f"The public page {name} ends." for name in told.shares)]
        for line in lines:
            say.line(f"  {line}")
        if dry:
            say.answer({"app": app, "workspace": there.workspace, "rows": told.rows, "notes": lines, "shares": list(told.shares)})
            return
        async with transaction(engine) as tx:
            again = await apps.open_app(tx, app, by=owner, to="build")
            begun = await jobs.begin(tx, again, "move", again.spec.name, "all", by=owner, into=there.workspace, people=matched)
        made = await _made(settings, engine, begun, owner)
    if made.state != "done" or made.made is None:
        raise Conflict(made.problem or "The move was stopped; the app is where it was.")
    say.line(f"{made.name} is in {told.workspace[1]} now. Here it is in the trash.")
    say.answer({"id": made.made, "workspace": there.workspace, "rows": made.done, "notes": lines, "shares": list(told.shares)})


async def _person(tx: AsyncConnection, said: str, here: Actor, there: Actor) -> tuple[str, str | None]:
    mine, sign, theirs = said.partition("=")
    if not sign:
        raise Invalid(Problem("person", "says who somebody is there", "ben@example.com=Ben Okafor"))
    return (await team.member(tx, mine.strip(), here)).id, (
        await team.member(tx, theirs.strip(), there)
    ).id if theirs.strip() else None


@command.command("promote")
@click.argument("app")
@click.option("--dry", is_flag=True, help="Only say what would change.")
@click.option("--losses", is_flag=True, help="What would be lost may be lost.")
@click.option("--take", type=click.Choice(["live", "copy"]), help="Whose word counts where both have changed the same.")
@asynchronous
async def promote(settings: Settings, say: Say, app: str, dry: bool, losses: bool, take: Any) -> None:
    """Take over into APP what was changed in the copy to work on. It is one version, which can be undone."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        live = await apps.open_app(tx, app, by=owner, to="build")
        seen = await review.review(tx, live, by=owner)
        for effect in seen.effects:
            say.line(effect.sentence)
        for clash in seen.clashes:
            say.line(f"{clash.sentence}: live {clash.live}, copy {clash.copy}")
        for loss in seen.losses:
            say.line(loss.sentence)
        version = live.version
        if not dry:
            choices = {clash.path: take for clash in seen.clashes} if take else {}
            after, _ = await review.promote(tx, live, by=owner, version=version, choices=choices, losses=losses)
            version = after.version
            say.line(f"Version {version} is live.")
        said = {"effects": [e.sentence for e in seen.effects], "losses": [one.sentence for one in seen.losses]}
        say.answer({"app": live.id, "version": version, **said, "clashes": [c.sentence for c in seen.clashes]})


async def _made(settings: Settings, engine: AsyncEngine, begun: Copy, by: Actor) -> Copy:
    """Worked off here, unless a server that runs beside has taken it."""
    copies = Copies(engine, Connections.of(engine, settings).process)
    while True:
        worked = await copies.step()
        async with transaction(engine) as tx:
            now = await jobs.read(tx, begun.id, by=by)
        if now.state not in jobs.OPEN:
            return now
        if not worked:
            await asyncio.sleep(LOOK_SECONDS)
