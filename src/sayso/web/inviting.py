"""Letters that invite: written once the invitations stand, each told how it went."""

from collections.abc import Iterable

from sayso import db
from sayso.team import invitations, people
from sayso.team.actor import Actor
from sayso.team.invitations import Made
from sayso.web import letters
from sayso.web.letters import Postal


async def write(known: Postal, made: Iterable[Made], *, url: str, by: Actor) -> int:
    """One letter for each that asks for one, in the name of whoever invites; gives how many went out. `url` is where this server is."""
    async with db.transaction(known.engine) as tx:
        place = (await people.workspace(tx, by=by)).name
    return sum([await _written(known, one, place, url, by) for one in made if one.invitation.letter == "sending"])


async def _written(known: Postal, one: Made, place: str, url: str, by: Actor) -> bool:
    invitation = one.invitation
    async with db.transaction(known.engine) as tx:
        lets_in = await invitations.gives(tx, invitation.role, by=by)
    said = f"{by.name} invites you to {place}, a workspace in Sayso where a team keeps its work."
    said += f"\n\n{invitation.message}" if invitation.message else ""
    said += f"\n\nThe invitation is for {invitation.email} and good until {invitation.expires_at:%-d %B %Y}."
    link = (f"Join {place}", f"{url}/join/{one.secret}")
    subject = f"{by.name} invites you to {place}"
    sent = await letters.send(known, invitation.email or "", subject, said, workspace=by.workspace, press=link, lets_in=lets_in)
    async with db.transaction(known.engine) as tx:
        await invitations.told(tx, invitation.id, sent, workspace=by.workspace)
    return sent
