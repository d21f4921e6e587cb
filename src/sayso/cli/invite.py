"""`sayso invite`: a letter and a link for each address, or one link for whoever has it."""

import click

from sayso.cli import team
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.invitations import Desk, line
from sayso.db import transaction
from sayso.db.installation import opened
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
@click.option("--no-letter", is_flag=True, help="Only print the links, also where there is mail.")
@team.in_workspace
@asynchronous
async def command(
    settings: Settings, say: Say, addresses: tuple[str, ...], named: str, in_groups: tuple[str, ...], days: int, as_link: bool, uses: int,
    no_letter: bool, workspace: str | None,
) -> None:  # fmt: skip
    """Invite ADDRESSES: by a letter to each where there is mail; the link of each is printed too, to hand on."""
    if bool(addresses) == as_link:
        raise Invalid(Problem("addresses", "are needed, or --link", "ana@example.com"))
    async with opened(settings) as engine:
        desk = Desk.of(engine, settings)
        async with transaction(engine) as tx:
            by = await team.owner_of(tx, workspace)
            inside = [(await team.group(tx, one, by)).id for one in in_groups]
            wanted = Wanted(await team.role(tx, named, by), tuple(inside), days=days, uses=uses or None)
            to, refused = invitations.addresses_in(addresses)
            if as_link:
                made = (await invitations.by_link(tx, wanted, by=by),)
            else:
                out = not no_letter and await desk.possible(tx, wanted.role, by)
                made, here = await invitations.by_mail(tx, to, wanted, by=by, letters=out)
                refused = (*refused, *here)
        items = await desk.told(made, by)
    for one in items:
        say.line(line(one))
    for wrong in refused:
        say.line(f"{wrong.text} {wrong.reason}.")
    say.answer({"items": items, "refused": [{"text": one.text, "reason": one.reason} for one in refused]})
