"""`sayso sso`: identity providers from the machine's side, and the way back in when one of them is broken."""

import sys
from dataclasses import replace
from typing import Any

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.cli import team
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.connections.connections import Connections
from sayso.connections.sign_on import described, trying
from sayso.connections.sign_on.sign_on import SignOn
from sayso.db import transaction
from sayso.db.installation import opened
from sayso.errors import NotFound, SaysoError
from sayso.settings import Settings
from sayso.team import audit
from sayso.team.actor import Actor, system
from sayso.team.sso import enforcing, providers
from sayso.team.sso.providers import Provider

MARKS = {True: "ok   ", False: "wrong", None: "look "}


@click.group("sso", cls=team.Listing)
def command() -> None:
    """Identity providers: who vouches for people's accounts of work."""


@command.command("list")
@team.in_workspace
@asynchronous
async def listed(settings: Settings, say: Say, workspace: str | None) -> None:
    """Show the providers, and whether they are the only way in."""
    async with team.as_owner(settings, workspace) as (tx, by):
        found, policy = await providers.listed(tx, by=by), await enforcing.read(tx, by=by)
    for one in found:
        test = "not looked at yet" if one.test is None else "in order" if one.test["ok"] else str(one.test["said"])
        say.line(f"{one.id}  {one.name:<24} {one.kind:<5} {'on ' if one.on else 'off'}  {one.people} people  {test}")
    if not found:
        say.line("There are no identity providers. An owner adds one under Settings, Identity providers.")
    if policy["enforced"]:
        say.line(
            f"Single sign-on is the only way in; {policy['owners']} owners also have a passkey. `sayso sso disable` lifts it."
        )
    say.answer({"enforced": policy["enforced"], "items": [_shown(one) for one in found]})


@command.command("test")
@click.argument("which", required=False)
@team.in_workspace
@asynchronous
async def test(settings: Settings, say: Say, which: str | None, workspace: str | None) -> None:
    """Look at WHICH provider (name or id; all when left out) from this machine."""
    answers: list[dict[str, Any]] = []
    async with opened(settings) as engine:
        sign_on = SignOn(Connections.of(engine, settings))
        async with transaction(engine) as tx:
            by = await team.owner_of(tx, workspace)
            found = [await _found(tx, which, by)] if which else list(await providers.listed(tx, by=by))
        for one in found:
            fresh, missed = await _fetched(sign_on, one)
            told = await trying.tried(sign_on, fresh, missed=missed)
            async with transaction(engine) as tx:
                if fresh is not one:
                    await providers.described(tx, one, fresh.settings)
                await providers.keep_test(tx, one, told)
            answers.append({"id": one.id, "name": one.name, **told})
    for answer in answers:
        say.line(str(answer["name"]))
        for check in answer["checks"]:
            say.line(f"  {MARKS[check['ok']]}  {check['name']}: {check['said']}")
    say.answer({"items": answers})
    if not all(answer["ok"] for answer in answers):
        sys.exit(1)


@command.command("disable")
@click.argument("which", required=False)
@team.in_workspace
@asynchronous
async def disable(settings: Settings, say: Say, which: str | None, workspace: str | None) -> None:
    """Let people in by other ways again; with WHICH (name or id), turn that provider off as well."""
    async with team.as_owner(settings, workspace) as (tx, by):
        one = await _found(tx, which, by) if which else None
        lifted = (await enforcing.read(tx, by=by))["enforced"]
        await enforcing.put(tx, False, by=by)
        if one is not None and one.on:
            await providers.change(tx, one, by=by, on=False)
        said = "let people in by other ways than single sign-on" + (f", and turned {one.name} off" if one else "")
        await audit.write(tx, "sso.by_machine", said, by=system(by.workspace, "Whoever runs this machine"))
    say.line("People may sign in by every way again." if lifted else "Single sign-on was not the only way in.")
    if one is not None:
        say.line(f"{one.name} lets nobody in until `sayso sso enable {one.id}`.")
    say.line("The owner's way in: the link that `sayso up` prints. Anybody else's: `sayso password WHO --link`.")
    say.answer({"lifted": lifted, "off": one and one.id})


@command.command("enable")
@click.argument("which")
@team.in_workspace
@asynchronous
async def enable(settings: Settings, say: Say, which: str, workspace: str | None) -> None:
    """Turn WHICH provider (name or id) on again."""
    async with team.as_owner(settings, workspace) as (tx, by):
        one = await providers.change(tx, await _found(tx, which, by), by=by, on=True)
    say.line(f"People may sign in with {one.name} again.")
    say.answer({"on": one.id})


async def _found(tx: AsyncConnection, which: str, by: Actor) -> Provider:
    known = await providers.listed(tx, by=by)
    found = [one for one in known if which.lower() in (one.id, one.name.lower())]
    if len(found) != 1:
        raise NotFound(f"There is no identity provider {which}, or several are called so. See `sayso sso`.")
    return found[0]


async def _fetched(sign_on: SignOn, one: Provider) -> tuple[Provider, str]:
    if not one.text("metadata_url"):
        return one, ""
    try:
        made = await described.fetched(sign_on.connections, dict(one.settings), entity=one.text("entity"))
    except SaysoError as error:
        return one, str(error)
    return replace(one, settings=made), ""


def _shown(one: Provider) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "kind": one.kind,
        "on": one.on,
        "people": one.people,
        "test": one.test and dict(one.test),
    }
