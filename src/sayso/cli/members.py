"""`sayso members`: who is in a workspace, as what."""

from typing import Any

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.cli import team
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.gateway import news
from sayso.settings import Settings
from sayso.team import belongings, groups, members, rank
from sayso.team.actor import Actor


@click.group("members", cls=team.Listing)
def command() -> None:
    """Who is in a workspace, as what."""


@command.command("list")
@team.in_workspace
@asynchronous
async def listed(settings: Settings, say: Say, workspace: str | None) -> None:
    """Show everybody."""
    async with team.as_owner(settings, workspace) as (tx, by):
        items = await _shown(tx, await members.listed(tx, by=by), by)
    for one in items:
        more = "".join((", suspended" if one["suspended"] else "", ", service account" if one["kind"] == "service" else ""))
        say.line(f"{one['id']}  {one['name']:<28} {one['role_name']}{more}  {one['email'] or ''}".rstrip())
    say.answer({"items": items})


@command.command("role")
@click.argument("who")
@click.argument("to")
@team.in_workspace
@asynchronous
async def role(settings: Settings, say: Say, who: str, to: str, workspace: str | None) -> None:
    """Give WHO (name, address or id) the role TO."""
    async with team.as_owner(settings, workspace) as (tx, by):
        one = await team.member(tx, who, by)
        await members.change_role(tx, one.id, await team.role(tx, to, by), by=by)
        (now,) = await _shown(tx, [await members.read(tx, one.id, by=by)], by)
    say.line(f"{one.name} is {now['role_name']} now.")
    say.answer(now)


@command.command("suspend")
@click.argument("who")
@team.in_workspace
@asynchronous
async def suspend(settings: Settings, say: Say, who: str, workspace: str | None) -> None:
    """Keep WHO out, with their tokens, until they are brought back."""
    await _stands(settings, say, who, workspace, suspended=True)


@command.command("back")
@click.argument("who")
@team.in_workspace
@asynchronous
async def back(settings: Settings, say: Say, who: str, workspace: str | None) -> None:
    """Bring WHO back after a suspension."""
    await _stands(settings, say, who, workspace, suspended=False)


async def _stands(settings: Settings, say: Say, who: str, workspace: str | None, *, suspended: bool) -> None:
    async with team.as_owner(settings, workspace) as (tx, by):
        one = await team.member(tx, who, by)
        await (members.suspend if suspended else members.bring_back)(tx, one.id, by=by)
        await news.changed(tx)
    say.line(f"{one.name} is {'suspended' if suspended else 'back'}.")
    say.answer({"id": one.id, "suspended": suspended})


@command.command("remove")
@click.argument("who")
@click.option("--to", help="Who takes over their automations, connections and webhooks; without, these stop.")
@team.in_workspace
@asynchronous
async def remove(settings: Settings, say: Say, who: str, to: str | None, workspace: str | None) -> None:
    """Remove WHO at once. What they wrote stays."""
    async with team.as_owner(settings, workspace) as (tx, by):
        one = await team.member(tx, who, by)
        what = await belongings.of(tx, one.id, by=by)
        heir = (await team.member(tx, to, by)).id if to else None
        await members.remove(tx, one.id, by=by, to=heir)
        await news.changed(tx)
    say.line(f"{one.name} is not a member any more. {what.sentence}")
    say.answer({"id": one.id, "removed": True, "to": heir, "owned": what.sentence})


async def _shown(tx: AsyncConnection, known: Any, by: Actor) -> list[dict[str, Any]]:
    own = await rank.names(tx, by.workspace)
    names = {one.id: one.name for one in await groups.listed(tx, by=by)}
    return [
        {
            "id": one.id, "name": one.name, "email": one.email, "role": one.role, "role_name": rank.named(one.role, own), "kind": one.kind,
            "groups": [names[id] for id in one.groups if id in names], "suspended": one.suspended, "properties": dict(one.properties),
        }
        for one in known
    ]  # fmt: skip
