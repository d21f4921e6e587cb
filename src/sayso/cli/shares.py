"""`sayso shares`: what is public, and ending it. Publishing is done by a person on its screen, never from here."""

import click

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import owned
from sayso.data.publishing import publish
from sayso.db import transaction
from sayso.errors import Invalid, Problem
from sayso.settings import Settings
from sayso.team.shares import kept
from sayso.team.shares.share import Share


@click.group("shares")
def command() -> None:
    """What is public of this installation's first workspace."""


@command.command("list")
@asynchronous
async def listed(settings: Settings, say: Say) -> None:
    """List every form and view that anybody with the address reaches."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        found = [(one, await publish.app_id(tx, one)) for one in await kept.listed(tx, by=owner)]
    for share, app in found:
        say.line(
            f"{share.id:<18} {share.state():<8} {share.kind:<5} {share.name}  ({app or 'in the trash'})  {_address(settings, share)}"
        )
    if not found:
        say.line("Nothing is public.")
    say.answer({"items": [_told(settings, share, app) for share, app in found]})


@command.command("stop")
@click.argument("share", required=False)
@click.option("--all", "everything", is_flag=True, help="Everything that is public.")
@asynchronous
async def stop(settings: Settings, say: Say, share: str | None, everything: bool) -> None:
    """Stop SHARE (an id such as sh_4k2…), or everything, at once."""
    if (share is None) != everything:
        raise Invalid(Problem("share", "is the id of one, or --all for everything", "sh_4k2m9x0q1a2b"))
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        if share is None:
            count = await publish.stop_all(tx, by=owner)
        else:
            await publish.stop(tx, None, await kept.read(tx, share, by=owner), by=owner)
            count = 1
    say.line(f"Stopped {count}." if count else "Nothing was public.")
    say.answer({"stopped": count})


def _address(settings: Settings, share: Share) -> str:
    return f"{settings.url}/{'f' if share.kind == 'form' else 'share'}/{share.token}"


def _told(settings: Settings, share: Share, app: str | None) -> dict[str, object]:
    return {
        "id": share.id, "kind": share.kind, "state": share.state(), "name": share.name, "app": app, "view": share.view,
        "url": _address(settings, share), "has_password": share.password is not None, "answers": share.answers,
    }  # fmt: skip
