"""`sayso connections`: accounts with the outside world."""

import sys
from typing import Any

import click
import orjson
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import owned
from sayso.connections import stored, uses
from sayso.connections.connections import Connections
from sayso.connections.kind import Kind
from sayso.connections.kinds import KINDS
from sayso.db import transaction
from sayso.errors import Invalid, NotFound, Problem
from sayso.settings import Settings
from sayso.team.actor import Actor


@click.group("connections")
def command() -> None:
    """Connections: accounts with the outside world, for automations."""


def _connections(engine: AsyncEngine, settings: Settings) -> Connections:
    return Connections.of(engine, settings)


@command.command("list")
@asynchronous
async def listed(settings: Settings, say: Say) -> None:
    """Show the connections."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        found = await stored.listed(tx, _connections(engine, settings), by=owner)
    for one in found:
        state = "not tested yet" if one.test_ok is None else "works" if one.test_ok else one.test_said
        used = f", last used by {one.used_by} on {one.used_at:%d %B at %H:%M}" if one.used_at else ""
        say.line(
            f"{one.name}  {one.kind}  {', '.join(one.hosts)}  {'consent is needed' if one.consent == 'needed' else state}{used}"
        )
    if not found:
        say.line("There are no connections yet. `sayso connections add smtp` adds one.")
    keys = ("id", "name", "kind", "test_ok", "test_said", "consent")
    say.answer({"items": [{**{key: getattr(one, key) for key in keys}, "hosts": list(one.hosts)} for one in found]})


@command.command()
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.option("--name", default="", help="How it is called. Otherwise as its kind.")
@click.option(
    "--set", "given", multiple=True, metavar="NAME=VALUE", help="A setting, such as host=smtp.example.com. More than once."
)
@click.option("--secrets-from-stdin", is_flag=True, help="Read the secrets from standard input: one as a line, several as JSON.")
@asynchronous
async def add(settings: Settings, say: Say, kind: str, name: str, given: tuple[str, ...], secrets_from_stdin: bool) -> None:
    """Add a connection and test it. Secrets are asked for, or read from standard input; never from the command line."""
    known = KINDS[kind]
    told = dict(_setting(known, one) for one in given)
    whole = {field.name: field.default for field in known.fields if field.default is not None} | told
    asked = [field for field in known.fields if field.secret and field.asked(whole)]
    if secrets_from_stdin:
        secrets = _secrets(sys.stdin.read(), [field.name for field in asked])
    else:
        secrets = (
            {f.name: click.prompt(f.label, hide_input=True, default="", show_default=False) for f in asked}
            if sys.stdin.isatty()
            else {}
        )
    async with owned(settings) as (engine, owner):
        connections = _connections(engine, settings)
        async with transaction(engine) as tx:
            made = await stored.create(tx, connections, by=owner, kind=kind, name=name, settings=told, secrets=secrets)
        if made.consent != "needed":
            made = await connections.tested(made.id, by=owner)
    say.line(
        f"{made.name} is added. {made.test_said}"
        if made.consent != "needed"
        else f"{made.name} is added; connect it in the browser."
    )
    say.answer({"id": made.id, "name": made.name, "test_ok": made.test_ok, "test_said": made.test_said})


@command.command()
@click.argument("name")
@asynchronous
async def test(settings: Settings, say: Say, name: str) -> None:
    """Try a connection."""
    async with owned(settings) as (engine, owner):
        connections = _connections(engine, settings)
        async with transaction(engine) as tx:
            found = await _found(tx, connections, name, owner)
        made = await connections.tested(found.id, by=owner)
    say.line(made.test_said)
    say.answer({"id": made.id, "name": made.name, "test_ok": made.test_ok, "test_said": made.test_said})


@command.command()
@click.argument("name")
@asynchronous
async def remove(settings: Settings, say: Say, name: str) -> None:
    """Remove a connection; its secrets are forgotten. Says what stops."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        found = await _found(tx, _connections(engine, settings), name, owner)
        used = await uses.uses(tx, found.id, by=owner)
        await stored.remove(tx, found.id, by=owner)
    say.line(f"{found.name} is removed. {uses.sentence(used)}")
    say.answer({"id": found.id, "name": found.name, "removed": True, "used_by": [one.name for one in used]})


async def _found(tx: AsyncConnection, connections: Connections, name: str, by: Actor) -> stored.Stored:
    found = [one for one in await stored.listed(tx, connections, by=by) if name.lower() in (one.name.lower(), one.id)]
    if not found:
        raise NotFound(f"There is no connection {name}.")
    return found[0]


def _setting(kind: Kind, text: str) -> tuple[str, Any]:
    name, is_given, value = text.partition("=")
    field = kind.field(name)
    if not is_given or field is None or field.secret:
        names = ", ".join(one.name for one in kind.fields if not one.secret)
        raise Invalid(Problem("--set", f"{name} is no setting of {kind.label}; it has {names}", "host=smtp.example.com"))
    match field.kind:
        case "number":
            return name, int(value) if value.isdecimal() else value
        case "switch":
            return name, value.lower() in ("yes", "true", "on", "1")
        case _:
            return name, value


def _secrets(text: str, names: list[str]) -> dict[str, str]:
    text = text.strip()
    if text.startswith("{"):
        try:
            return {str(name): str(value) for name, value in orjson.loads(text).items()}
        except orjson.JSONDecodeError as error:
            raise Invalid(Problem("secrets", f"are not JSON: {error}", '{"password": "…"}')) from None
    if text and len(names) > 1:
        raise Invalid(Problem("secrets", f"are several here ({', '.join(names)}): send them as JSON", '{"password": "…"}'))
    return {names[0]: text} if text and names else {}
