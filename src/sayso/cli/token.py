"""`sayso token`: the API tokens of the owner."""

from typing import cast

import click

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.db import transaction
from sayso.db.installation import opened
from sayso.settings import Settings
from sayso.team import keys, people
from sayso.team.roles import RIGHTS, Right


@click.group("token")
def command() -> None:
    """API tokens: how programs act for you."""


@command.command()
@click.option("--name", default="Command line", show_default=True, help="What it is for; shown in the settings.")
@click.option("--may", "scopes", multiple=True, type=click.Choice(RIGHTS), help="Only this. Can be given more than once.")
@asynchronous
async def create(settings: Settings, say: Say, name: str, scopes: tuple[str, ...]) -> None:
    """Make a token and print it, this once."""
    async with opened(settings) as engine, transaction(engine) as tx:
        owner = await people.first_owner(tx)
        key, secret = await keys.create(tx, name, by=owner, scopes=cast(tuple[Right, ...], scopes) or None)
    say.line(secret)
    say.answer({"token": secret, "id": key.id, "name": key.name})


@command.command("list")
@asynchronous
async def listed(settings: Settings, say: Say) -> None:
    """Show the tokens that work."""
    async with opened(settings) as engine, transaction(engine) as tx:
        found = await keys.listed(tx, by=await people.first_owner(tx))
    for key in found:
        used = f"used {key.used_at:%Y-%m-%d}" if key.used_at else "never used"
        say.line(f"{key.id}  {key.begins}…  {key.name}  ({', '.join(key.scopes) or 'everything'}; {used})")
    say.answer(
        {"items": [{"id": k.id, "name": k.name, "begins": k.begins, "scopes": k.scopes, "used_at": k.used_at} for k in found]}
    )


@command.command()
@click.argument("id")
@asynchronous
async def revoke(settings: Settings, say: Say, id: str) -> None:
    """Withdraw a token; it stops at once."""
    async with opened(settings) as engine, transaction(engine) as tx:
        await keys.revoke(tx, id, by=await people.first_owner(tx))
    say.line(f"{id} is withdrawn.")
    say.answer({"id": id, "revoked": True})
