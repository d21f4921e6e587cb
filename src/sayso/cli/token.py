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
@click.option("--app", "only", multiple=True, help="Only this app. Can be given more than once.")
@click.option("--days", default=keys.EXPIRES_DAYS, show_default=True, type=click.IntRange(1, 36_500), help="How long it works.")
@click.option("--never-expires", is_flag=True, help="It works until somebody withdraws it.")
@asynchronous
async def create(
    settings: Settings, say: Say, name: str, scopes: tuple[str, ...], only: tuple[str, ...], days: int, never_expires: bool
) -> None:
    """Make a token and print it, this once."""
    until = None if never_expires else keys.in_days(days)
    async with opened(settings) as engine, transaction(engine) as tx:
        owner = await people.first_owner(tx)
        key, secret = await keys.create(
            tx, name, by=owner, scopes=cast(tuple[Right, ...], scopes) or None, expires_at=until, only=only or None
        )
    say.line(secret)
    say.progress("It works until somebody withdraws it." if until is None else f"It works until {until:%Y-%m-%d}.")
    say.answer({"token": secret, "id": key.id, "name": key.name})


@command.command("list")
@asynchronous
async def listed(settings: Settings, say: Say) -> None:
    """Show the tokens that work."""
    async with opened(settings) as engine, transaction(engine) as tx:
        found = await keys.listed(tx, by=await people.first_owner(tx))
    for key in found:
        used = f"used {key.used_at:%Y-%m-%d}" if key.used_at else "never used"
        say.line(
            f"{key.id}  {key.begins}…  {key.name}  ({', '.join(key.scopes) or 'everything'}{of_apps(key)}; {used}; {ends(key)})"
        )
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


def of_apps(key: keys.Key) -> str:
    return "" if key.apps is None else f" in {', '.join(key.apps)}"


def ends(key: keys.Key) -> str:
    return "never expires" if key.expires_at is None else f"until {key.expires_at:%Y-%m-%d}"
