"""The one who is asking: who they are, their picture, where they are signed in, and what is kept about them."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Request, Response
from pydantic import StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

import sayso
from sayso import db
from sayso.errors import Forbidden, Invalid, Problem
from sayso.gateway import news as gateway_news
from sayso.team import addresses, audit, departing, my_sessions, news, people, persons
from sayso.team.actor import Actor
from sayso.team.addressed import ADDRESS_CHARACTERS_MAX, is_address
from sayso.team.roles import RIGHTS
from sayso.web import letters
from sayso.web.actor import By
from sayso.web.api.members import Member, address_of, forget, one
from sayso.web.api.workspace import Workspace
from sayso.web.parts import Parts, parts
from sayso.web.shapes import Asked, Hue, May, ShortText, Shown, Token
from sayso.web.work import Tx


class MyPerson(Shown):
    """Me, whatever workspace I am in."""

    id: str
    name: str
    email: str | None
    verified: bool
    """I have shown that the address is mine."""
    pending: str | None = None
    """An address that waits for that."""
    zone: str | None
    language: str | None
    """How dates and numbers are written; words are English."""
    hue: int
    picture: str | None = None


class Me(Shown):
    person: MyPerson | None = None
    """None for a service account."""
    member: Member
    workspace: Workspace
    may: list[May]
    version: str
    """Of Sayso."""


class MeChange(Asked):
    name: ShortText | None = None
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=ADDRESS_CHARACTERS_MAX)] | None = None
    """Where I am written to; an empty text for nowhere. Where there is a mail server, it counts once it is confirmed."""
    zone: ShortText | None = None
    """An IANA time zone; an empty text for that of each app."""
    language: ShortText | None = None
    hue: Hue | None = None


class MyName(Asked):
    name: ShortText
    """As it is written here, word for word."""


class MySession(Shown):
    """Where I am signed in."""

    id: str
    browser: str
    address: str
    method: str
    workspace: str
    created_at: datetime
    seen_at: datetime
    current: bool

    @classmethod
    def of(cls, one: my_sessions.Session) -> Self:
        return cls.model_validate(one, from_attributes=True)


class MySessions(Shown):
    items: list[MySession]
    next: str | None = None


async def show(tx: Tx, by: By) -> Me:
    """Who I am, and where."""
    return await my(tx, by)


async def update(change: MeChange, request: Request, tx: Tx, by: By) -> Me:
    """Change my name, address, time zone, language or colour."""
    given = change.model_dump(exclude_none=True)
    if not given:
        raise Invalid(Problem("name", "is needed", "Ana Prado"))
    if change.email is not None:
        persons.must_be_sure(by)
    person = await persons.change(tx, persons.of(by), **{key: value for key, value in given.items() if key != "email"})
    if change.email is not None and (change.email or None) != person.email:
        await _written_to(tx, change.email, person, parts(request), by)
    elif change.email and not person.verified:
        await _asked_to_confirm(tx, change.email, parts(request), by)
    await news.changed(tx, [by.id], by=by)
    forget(request)
    return await my(tx, by)


async def sessions(tx: Tx, by: By) -> MySessions:
    """Where I am signed in: this one first."""
    return MySessions(items=[MySession.of(each) for each in await my_sessions.listed(tx, by=by)])


async def end_session(session: Token, request: Request, tx: Tx, by: By) -> Response:
    """Sign out there."""
    await my_sessions.end(tx, session, by=by)
    forget(request)
    return Response(status_code=204)


async def end_sessions(request: Request, tx: Tx, by: By) -> Response:
    """Sign out everywhere but here."""
    await my_sessions.end_others(tx, by=by)
    forget(request)
    return Response(status_code=204)


async def remove(asked: MyName, request: Request, tx: Tx, by: By) -> Response:
    """Delete myself: what I did stays, by somebody who left."""
    if by.kind != "member":
        raise Forbidden("People delete themselves in a session, never by a token.")
    await departing.leave_for_good(tx, asked.name, by=by)
    await gateway_news.changed(tx)
    forget(request)
    return Response(status_code=204)


async def my(tx: AsyncConnection, by: Actor) -> Me:
    if by.member is None:
        raise Forbidden("Only members have a name here.")
    member = await one(tx, by.member, by)
    workspace = Workspace.of(await people.workspace(tx, by=by))
    person = await _person(tx, by.member, by.person) if by.person else None
    return Me(person=person, member=member, workspace=workspace, may=list(by.rights), version=sayso.__version__)


async def _person(tx: AsyncConnection, member: str, id: str) -> MyPerson:
    known = await persons.read(tx, id)
    return MyPerson(
        id=known.id, name=known.name, email=known.email, verified=known.verified, pending=await addresses.pending(tx, id),
        zone=known.zone, language=known.language, hue=known.hue, picture=address_of(member, known.picture),
    )  # fmt: skip


async def _written_to(tx: AsyncConnection, email: str, person: persons.Person, known: Parts, by: Actor) -> None:
    """At once where there is no mail server; else once it was confirmed. Either way whoever had the address before is told."""
    if email and not is_address(email):
        raise Invalid(Problem("email", "is no e-mail address", "ana@example.com"))
    if email and await letters.possible(known, by.workspace, lets_in=RIGHTS):
        await _asked_to_confirm(tx, email, known, by)
        return
    await addresses.give_up(tx, by=by)
    await persons.write_to(tx, person.id, email or None, verified=False)
    await audit.write(
        tx, "person.address", f"changed their address to {email or 'none'}", by=by, before=person.email, after=email
    )


async def _asked_to_confirm(tx: AsyncConnection, email: str, known: Parts, by: Actor) -> None:
    secret = await addresses.begin(tx, email, by=by, proves=letters.prove(known))
    await audit.write(tx, "person.address_asked", f"asked to use the address {email}", by=by)
    known.jobs.begin(_confirming(known, email, secret, by))


async def _confirming(known: Parts, email: str, secret: str, by: Actor) -> None:
    said = f"{by.name} would like to use this address in Sayso.\n\nThe link is good for a day. If this was not you, do nothing."
    link = ("Confirm this address", f"{known.settings.url}/confirm/{secret}")
    if await letters.send(known, email, "Confirm your address", said, workspace=by.workspace, press=link, lets_in=RIGHTS):
        return
    async with db.transaction(known.engine) as tx:
        await addresses.not_sent(tx, secret, by=by)
