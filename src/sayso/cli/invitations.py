"""`sayso invitations`: who was asked to come in, what became of the letter, sent again and withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import click
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso.cli import team
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.connections.connections import Connections
from sayso.db import transaction
from sayso.db.embedded import presence
from sayso.db.installation import opened
from sayso.errors import Invalid, NotFound, Problem
from sayso.settings import Settings
from sayso.team import invitations, rank
from sayso.team.actor import Actor
from sayso.team.invitations import Invitation, Made
from sayso.web import inviting, letters

LETTERS = {"none": "no letter", "sending": "letter on its way", "sent": "letter sent", "failed": "the letter did not go out"}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a command writes letters that invite: what `web.letters` needs, without a server."""

    engine: AsyncEngine
    settings: Settings
    connections: Connections
    url: str

    @classmethod
    def of(cls, engine: AsyncEngine, settings: Settings) -> Self:
        """Links lead to the server that runs beside, when there is one."""
        url = (presence.server_of(settings.home) or {}).get("url") or settings.url
        return cls(engine, settings, Connections.of(engine, settings), url)

    async def possible(self, tx: AsyncConnection, role: str, by: Actor) -> bool:
        return await letters.possible(self, by.workspace, lets_in=await invitations.gives(tx, role, by=by))

    async def told(self, made: Sequence[Made], by: Actor) -> list[dict[str, Any]]:
        """After the invitations stand: their letters written, and each with its link and what became of the letter."""
        await inviting.write(self, made, url=self.url, by=by)
        async with transaction(self.engine) as tx:
            now = {one.invitation.id: await invitations.read(tx, one.invitation.id, by=by) for one in made}
        return [{**shown(now[one.invitation.id]), "url": f"{self.url}/join/{one.secret}"} for one in made]


def shown(one: Invitation) -> dict[str, Any]:
    return {
        "id": one.id,
        "email": one.email,
        "role": one.role,
        "state": one.state,
        "letter": one.letter,
        "expires_at": one.expires_at,
    }


def line(one: dict[str, Any]) -> str:
    letter = f"  ({LETTERS[one['letter']]})" if one["letter"] != "none" else ""
    return f"{one['email']}: {one['url']}{letter}" if one["email"] else str(one["url"])


@click.group("invitations", cls=team.Listing)
def command() -> None:
    """Who was asked to come in, and what became of it. `sayso invite` asks somebody."""


@command.command("list")
@team.in_workspace
@asynchronous
async def listed(settings: Settings, say: Say, workspace: str | None) -> None:
    """Show the invitations that are open, or ended lately unanswered."""
    async with team.as_owner(settings, workspace) as (tx, by):
        known = await invitations.listed(tx, by=by)
        own = await rank.names(tx, by.workspace)
    for one in known:
        whom = one.email or f"whoever has the link, {one.uses} of {one.uses_max or 'many'} used"
        say.line(
            f"{one.id}  {whom:<36} {rank.named(one.role, own)}, {one.state} until {one.expires_at:%-d %B %Y}, {LETTERS[one.letter]}"
        )
    say.answer({"items": [shown(one) for one in known]})


@command.command("resend")
@click.argument("which")
@team.in_workspace
@asynchronous
async def resend(settings: Settings, say: Say, which: str, workspace: str | None) -> None:
    """Send WHICH (its id, or the address) again, with a new link; the old one ends."""
    async with opened(settings) as engine:
        desk = Desk.of(engine, settings)
        async with transaction(engine) as tx:
            by = await team.owner_of(tx, workspace)
            before = await _found(tx, which, by)
            out = before.email is not None and await desk.possible(tx, before.role, by)
            made = await invitations.again(tx, before.id, by=by, letters=out)
        (now,) = await desk.told([made], by)
    say.line(line(now))
    say.answer(now)


@command.command("withdraw")
@click.argument("which")
@team.in_workspace
@asynchronous
async def withdraw(settings: Settings, say: Say, which: str, workspace: str | None) -> None:
    """Take WHICH (its id, or the address) back: its link stops at once."""
    async with team.as_owner(settings, workspace) as (tx, by):
        one = await _found(tx, which, by)
        await invitations.revoke(tx, one.id, by=by)
    say.line(f"The invitation{f' to {one.email}' if one.email else ''} is withdrawn.")
    say.answer({"id": one.id, "withdrawn": True})


async def _found(tx: AsyncConnection, which: str, by: Actor) -> Invitation:
    known = [one for one in await invitations.listed(tx, by=by) if which.lower() in (one.id, (one.email or "").lower())]
    if not known:
        raise NotFound(f"There is no open invitation {which}. See `sayso invitations`.")
    if len(known) > 1:
        raise Invalid(Problem("which", f"names {len(known)} invitations; say which by its id", known[0].id))
    return known[0]
