"""`sayso invite`: a link for each address, or one for whoever has it."""

import click

from sayso.cli import team
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.db.embedded import presence
from sayso.errors import Invalid, Problem
from sayso.settings import Settings
from sayso.team import invitations
from sayso.team.invitations import Wanted


@click.command("invite")
@click.argument("addresses", nargs=-1)
@click.option("--role", "named", default="member", show_default=True, help="What they will be: a role's name.")
@click.option("--group", "in_groups", multiple=True, help="The name of a group that they come into. Can be given more than once.")
@click.option("--days", default=invitations.DAYS, show_default=True, type=click.IntRange(1, invitations.DAYS_MAX))
@click.option("--link", "as_link", is_flag=True, help="One link for whoever has it, in place of one for each address.")
@click.option(
    "--uses",
    default=1,
    show_default=True,
    type=click.IntRange(0, invitations.USES_MAX),
    help="Of a link; 0 is as often as one likes.",
)
@team.in_workspace
@asynchronous
async def command(
    settings: Settings, say: Say, addresses: tuple[str, ...], named: str, in_groups: tuple[str, ...], days: int, as_link: bool, uses: int, workspace: str | None,
) -> None:  # fmt: skip
    """Invite ADDRESSES, and print the link of each to hand on."""
    if bool(addresses) == as_link:
        raise Invalid(Problem("addresses", "are needed, or --link", "ana@example.com"))
    async with team.as_owner(settings, workspace) as (tx, by):
        inside = [(await team.group(tx, one, by)).id for one in in_groups]
        wanted = Wanted(await team.role(tx, named, by), tuple(inside), days=days, uses=uses or None)
        to, refused = invitations.addresses_in(addresses)
        if as_link:
            made = (await invitations.by_link(tx, wanted, by=by),)
        else:
            made, here = await invitations.by_mail(tx, to, wanted, by=by, letters=False)
            refused = (*refused, *here)
    url = (presence.server_of(settings.home) or {}).get("url") or settings.url
    items = [
        {"id": one.invitation.id, "email": one.invitation.email, "url": f"{url}/join/{one.secret}", "expires_at": one.invitation.expires_at}
        for one in made
    ]  # fmt: skip
    for one in items:
        say.line(f"{one['email']}: {one['url']}" if one["email"] else str(one["url"]))
    for wrong in refused:
        say.line(f"{wrong.text} {wrong.reason}.")
    say.answer({"items": items, "refused": [{"text": one.text, "reason": one.reason} for one in refused]})
