"""`sayso groups`: groups of members, and their properties."""

from typing import Any

import click

from sayso.cli import team
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.errors import Invalid, Problem
from sayso.settings import Settings
from sayso.team import groups


@click.group("groups", cls=team.Listing)
def command() -> None:
    """Groups of members, and their properties."""


@command.command("list")
@team.in_workspace
@asynchronous
async def listed(settings: Settings, say: Say, workspace: str | None) -> None:
    """Show the groups."""
    async with team.as_owner(settings, workspace) as (tx, by):
        found = await groups.listed(tx, by=by)
    for one in found:
        told = ", ".join(f"{name} = {value}" for name, value in one.properties.items())
        say.line(f"{one.id}  {one.name:<24} {len(one.members)} members{f'  ({told})' if told else ''}")
    say.answer({"items": [_shown(one) for one in found]})


@command.command("create")
@click.argument("name")
@click.option("--member", "whom", multiple=True, help="Name, address or id. Can be given more than once.")
@click.option("--property", "given", multiple=True, help="Such as region=North. Can be given more than once.")
@team.in_workspace
@asynchronous
async def create(
    settings: Settings, say: Say, name: str, whom: tuple[str, ...], given: tuple[str, ...], workspace: str | None
) -> None:
    """Make a group."""
    if any("=" not in one for one in given):
        raise Invalid(Problem("property", "is a name and a value", "region=North"))
    values = dict(one.split("=", 1) for one in given)
    async with team.as_owner(settings, workspace) as (tx, by):
        inside = [(await team.member(tx, one, by)).id for one in whom]
        made = await groups.create(tx, name, by=by, values=values, members=inside)
    say.line(f"{made.name} is there, with {len(made.members)} members.")
    say.answer(_shown(made))


@command.command("add")
@click.argument("name")
@click.argument("whom", nargs=-1, required=True)
@team.in_workspace
@asynchronous
async def add(settings: Settings, say: Say, name: str, whom: tuple[str, ...], workspace: str | None) -> None:
    """Put members (names, addresses or ids) into the group NAME."""
    async with team.as_owner(settings, workspace) as (tx, by):
        one = await team.group(tx, name, by)
        more = [(await team.member(tx, who, by)).id for who in whom]
        made = await groups.change(tx, one.id, by=by, members={*one.members, *more})
    say.line(f"{made.name} has {len(made.members)} members.")
    say.answer(_shown(made))


@command.command("take")
@click.argument("name")
@click.argument("whom", nargs=-1, required=True)
@team.in_workspace
@asynchronous
async def take(settings: Settings, say: Say, name: str, whom: tuple[str, ...], workspace: str | None) -> None:
    """Take members out of the group NAME."""
    async with team.as_owner(settings, workspace) as (tx, by):
        one = await team.group(tx, name, by)
        less = {(await team.member(tx, who, by)).id for who in whom}
        made = await groups.change(tx, one.id, by=by, members=set(one.members) - less)
    say.line(f"{made.name} has {len(made.members)} members.")
    say.answer(_shown(made))


@command.command("remove")
@click.argument("name")
@team.in_workspace
@asynchronous
async def remove(settings: Settings, say: Say, name: str, workspace: str | None) -> None:
    """Remove the group NAME, with what it was granted; its members stay."""
    async with team.as_owner(settings, workspace) as (tx, by):
        one = await team.group(tx, name, by)
        await groups.remove(tx, one.id, by=by)
    say.line(f"{one.name} is gone.")
    say.answer({"id": one.id, "removed": True})


def _shown(one: groups.Group) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "members": list(one.members), "properties": dict(one.properties), "apps": one.apps}
