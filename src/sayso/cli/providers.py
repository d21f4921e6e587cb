"""`sayso providers`: where models come from."""

import sys

import click
import orjson

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import owned
from sayso.connections import egress
from sayso.connections.vault import Vault
from sayso.db import transaction
from sayso.errors import Invalid, NotFound, Problem
from sayso.gateway.providers import stored
from sayso.gateway.providers.kinds import KINDS
from sayso.gateway.upstream import Pools
from sayso.settings import Settings


@click.group("providers")
def command() -> None:
    """Providers: where the gateway's models come from."""


@command.command()
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.option("--name", help="How its models are called: NAME/model. Otherwise the kind.")
@click.option("--url", "base_url", default="", help="Its address, when it is not the usual one: https://host/v1")
@click.option("--key-from-stdin", is_flag=True, help="Read its key from standard input, where no history of a shell keeps it.")
@click.option(
    "--model", "models", multiple=True, help="A model it has, where it cannot list its own. Can be given more than once."
)
@click.option("--settings", "more", help="Further settings as JSON.")
@asynchronous
async def add(
    settings: Settings,
    say: Say,
    kind: str,
    name: str | None,
    base_url: str,
    key_from_stdin: bool,
    models: tuple[str, ...],
    more: str | None,
) -> None:
    """Add a provider and ask it for its models."""
    secret = sys.stdin.readline().strip() if key_from_stdin else ""
    try:
        told = orjson.loads(more) if more else {}
    except orjson.JSONDecodeError as error:
        raise Invalid(Problem("settings", f"is not JSON: {error}", '{"organization": "org-1"}')) from None
    vault = Vault(settings.home)
    async with owned(settings) as (engine, owner):
        async with transaction(engine) as tx:
            made = await stored.create(
                tx,
                vault,
                by=owner,
                name=name or kind,
                kind=kind,
                base_url=base_url,
                secret=secret,
                settings=told,
                models=list(models),
            )
            provider = await stored.opened(tx, vault, made.id, by=owner)
        pools = Pools(egress.Door(egress.networks(settings.egress_allow)))
        found, problem = await stored.tested(provider, pools)
        pools.close()
        if problem is None or not models:
            async with transaction(engine) as tx:
                made = await stored.keep_test(tx, made.id, found, problem, by=owner)
    say.line(f"{made.name} has {len(made.models)} models." if made.models else f"{made.name} is added.")
    if problem and not models:
        say.line(f"It does not answer yet: {problem}")
    say.answer({"id": made.id, "name": made.name, "models": [m["id"] for m in made.models], "problem": made.problem})


@command.command("list")
@asynchronous
async def listed(settings: Settings, say: Say) -> None:
    """Show the providers."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        found = await stored.listed(tx, by=owner)
    for one in found:
        state = one.problem or f"{len(one.models)} models"
        say.line(f"{one.name}  {one.base_url or KINDS[one.kind].base_url}  {'' if one.enabled else '(off) '}{state}")
    say.answer(
        {"items": [{"id": p.id, "name": p.name, "kind": p.kind, "models": len(p.models), "problem": p.problem} for p in found]}
    )


@command.command()
@click.argument("name")
@asynchronous
async def remove(settings: Settings, say: Say, name: str) -> None:
    """Remove a provider; its key is forgotten."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        found = next((p for p in await stored.listed(tx, by=owner) if p.name == name), None)
        if found is None:
            raise NotFound(f"There is no provider {name}.")
        await stored.remove(tx, found.id, by=owner)
    say.line(f"{name} is removed.")
    say.answer({"name": name, "removed": True})
