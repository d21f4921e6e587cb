"""Who is asked to come in: by a letter to each, or by a link for whoever has it."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Request, Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps
from sayso.db.tables import apps as known_apps
from sayso.errors import Forbidden, Invalid, Problem
from sayso.team import access, invitations, people, rank
from sayso.team.actor import Actor
from sayso.team.invitations import Invitation as Kept
from sayso.team.invitations import Made, Wanted
from sayso.web import inviting, letters
from sayso.web.actor import By
from sayso.web.api.members import Ids, RoleId
from sayso.web.parts import Parts, parts
from sayso.web.shapes import AppId, Asked, ShortText, Shown, Token
from sayso.web.work import Tx


class AppRole(Asked):
    app: AppId
    role: ShortText
    """A role of the app, or @manager, @editor, @commenter, @reader."""


class PromisedApp(Shown):
    app: str
    name: str
    role: str


class Invitation(Shown):
    id: str
    kind: Literal["mail", "link"]
    email: str | None
    role: str
    role_name: str
    groups: list[str]
    apps: list[PromisedApp]
    uses: int
    uses_max: int | None
    letter: Literal["none", "sending", "sent", "failed"]
    """Of one by mail: how its letter went."""
    state: Literal["open", "over", "used up"]
    by_name: str
    created_at: datetime
    expires_at: datetime
    url: str | None = None
    """The link, told once, where no letter takes it."""


class NotInvited(Shown):
    text: str
    reason: str


class Invitations(Shown):
    items: list[Invitation]
    mail: bool
    """Whether there is a mail server to take letters."""
    next: str | None = None


class Invited(Shown):
    items: list[Invitation]
    refused: list[NotInvited]


class NewInvitations(Asked):
    to: Annotated[list[Annotated[str, Field(max_length=50_000)]], Field(max_length=1_000)] = []
    """Addresses, as they were pasted: one in each text, or many."""
    link: bool = False
    """A link for whoever has it, in place of letters."""
    role: RoleId = "member"
    groups: Ids = []
    apps: Annotated[list[AppRole], Field(max_length=100)] = []
    days: Annotated[int, Field(ge=1, le=invitations.DAYS_MAX)] = invitations.DAYS
    uses: Annotated[int | None, Field(ge=1, le=invitations.USES_MAX)] = 1
    """Of a link: how often it may be used; null for as often as one likes."""
    message: Annotated[str, Field(max_length=invitations.MESSAGE_LENGTH_MAX)] = ""


class Resending(Asked):
    link: bool = False
    """Show the new link here, in place of a letter."""


async def listed(request: Request, tx: Tx, by: By) -> Invitations:
    """Those that are open, and those that ended lately unanswered; newest first."""
    items = await shown(tx, await invitations.listed(tx, by=by), by)
    lets_in = await invitations.gives(tx, "member", by=by)
    return Invitations(items=items, mail=await letters.possible(parts(request), by.workspace, lets_in=lets_in))


async def create(new: NewInvitations, request: Request, tx: Tx, by: By) -> Invited:
    """Invite people: by a letter each, or by a link."""
    request.state.secret = True
    _by_hand(by)
    known = parts(request)
    wanted = Wanted(new.role, tuple(new.groups), await _apps(tx, new.apps, by), new.days, new.uses, new.message)
    if new.link:
        made = await invitations.by_link(tx, wanted, by=by)
        return Invited(items=await _told(tx, [made], known, by), refused=[])
    to, refused = invitations.addresses_in(new.to)
    if not to and not refused:
        raise Invalid(Problem("to", "names nobody", "ana@example.com, ben@example.com"))
    out, own = await _by_letter(tx, known, new.role, by)
    made, members = await invitations.by_mail(tx, to, wanted, by=by, letters=out, own_mail=own)
    items = await _told(tx, made, known, by)
    return Invited(items=items, refused=[NotInvited(text=one.text, reason=one.reason) for one in (*refused, *members)])


async def resend(invitation: Token, again: Resending, request: Request, tx: Tx, by: By) -> Invitation:
    """A new link in place of the old one: by another letter, or shown here."""
    request.state.secret = True
    _by_hand(by)
    known = parts(request)
    before = await invitations.read(tx, invitation, by=by)
    out, own = (False, False) if again.link else await _by_letter(tx, known, before.role, by)
    made = await invitations.again(tx, invitation, by=by, letters=out, own_mail=own)
    return (await _told(tx, [made], known, by))[0]


async def remove(invitation: Token, tx: Tx, by: By) -> Response:
    """Take it back; its link stops at once."""
    await invitations.revoke(tx, invitation, by=by)
    return Response(status_code=204)


async def shown(tx: AsyncConnection, kept: tuple[Kept, ...] | list[Kept], by: Actor) -> list[Invitation]:
    own = await rank.names(tx, by.workspace)
    names = {one.id: one.name for one in await people.listed(tx, by=by)}
    a, numbers = known_apps.c, {number for one in kept for number, _ in one.apps}
    query = select(a.number, a.id, a.spec["name"].astext).where(a.workspace_id == by.workspace, a.number.in_(numbers))
    apps = {row[0]: (row[1], row[2]) for row in await tx.execute(query)} if numbers else {}
    return [_shown(one, own, names, apps) for one in kept]


def _shown(one: Kept, own: dict[str, str], names: dict[str, str], apps: dict[int, tuple[str, str]]) -> Invitation:
    promised = [PromisedApp(app=apps[n][0], name=apps[n][1], role=role) for n, role in one.apps if n in apps]
    return Invitation(
        id=one.id, kind=one.kind, email=one.email, role=one.role, role_name=rank.named(one.role, own), groups=list(one.groups), apps=promised,
        uses=one.uses, uses_max=one.uses_max, letter=one.letter, state=one.state, by_name=names.get(one.created_by, "Somebody who left"),
        created_at=one.created_at, expires_at=one.expires_at,
    )  # fmt: skip


async def _told(tx: AsyncConnection, made: tuple[Made, ...] | list[Made], known: Parts, by: Actor) -> list[Invitation]:
    """With the link where nobody else takes it; letters go out once the answer has."""
    items = await shown(tx, [one.invitation for one in made], by)
    by_letter = [one for one in made if one.invitation.letter == "sending"]
    if by_letter:
        known.jobs.begin(inviting.write(known, by_letter, url=known.settings.url, by=by))
    url = known.settings.url
    links = {one.invitation.id: f"{url}/join/{one.secret}" for one in made if one.invitation.letter != "sending"}
    return [item.model_copy(update={"url": links.get(item.id)}) for item in items]


async def _by_letter(tx: AsyncConnection, known: Parts, role: str, by: Actor) -> tuple[bool, bool]:
    """Whether letters with such invitations can go out, and whether they go by the server's own mail."""
    out = await letters.possible(known, by.workspace, lets_in=await invitations.gives(tx, role, by=by))
    return out, out and letters.prove(known)


async def _apps(tx: AsyncConnection, wanted: list[AppRole], by: Actor) -> tuple[tuple[int, str], ...]:
    found: list[tuple[int, str]] = []
    for one in wanted:
        app = await apps.open_app(tx, one.app, by=by)
        if one.role not in {role.id for role in app.spec.roles} and one.role not in access.LEVELS[:-1]:
            raise Invalid(Problem("apps", f"{one.role[:40]} is no role of {app.spec.name}", "@reader"))
        found.append((app.number, one.role))
    return tuple(found)


def _by_hand(by: Actor) -> None:
    """What acts by itself lets nobody in: an automation, a co-worker."""
    if by.kind not in ("member", "token"):
        raise Forbidden("Only people and their tokens invite others.")
