"""Showing once more that it is me, before what cannot be taken back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import Request, Response
from pydantic import StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.errors import Forbidden, Invalid, Problem, SaysoError, TooMany
from sayso.team import proof, sessions
from sayso.team.signin import codes, passkeys, passwords, tries
from sayso.team.signin.tries import PROOF, Key
from sayso.web import cookies
from sayso.web.actor import By
from sayso.web.api.me_passkeys import PasskeyQuestion
from sayso.web.api.own import own
from sayso.web.pages.signin import code
from sayso.web.pages.signin.entered import signed_in
from sayso.web.pages.signin.passkey import site
from sayso.web.pages.signin.password import waits
from sayso.web.parts import Parts, parts
from sayso.web.shapes import Asked, Json, Shown
from sayso.web.work import Tx

Way = Literal["password", "passkey", "code"]
Typed = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]


class NotProved(Forbidden):
    """What was shown proves nothing."""

    slug, title = "not-proved", "That did not show that it is you"


class Proof(Shown):
    needed: bool
    """Whether something dangerous would ask me for it now."""
    ways: list[Way]
    until: datetime | None = None


class ProofShown(Asked):
    """One of the three."""

    password: Typed | None = None
    code: Typed | None = None
    credential: Json | None = None


async def show(tx: Tx, by: By) -> Proof:
    """Whether I have to show that it is me, and how I can."""
    ways = await _ways(tx, own(by, changes=False))
    if not ways:
        return Proof(needed=False, ways=[])
    until = by.proved_at + timedelta(minutes=proof.MINUTES_MAX) if by.proved_at else None
    return Proof(needed=not proof.is_fresh(by), ways=ways, until=until)


async def challenge(request: Request, tx: Tx, by: By) -> PasskeyQuestion:
    """What my browser needs to show a passkey."""
    request.state.secret = True
    return PasskeyQuestion(**await passkeys.ask(tx, "proof", site=site(parts(request).settings), person=own(by, changes=False)))


async def create(shown: ProofShown, request: Request, answer: Response, by: By) -> Proof:
    """Show it. The session gets a new secret, and is proved for fifteen minutes."""
    request.state.secret = True
    me, known = own(by, changes=False), parts(request)
    given = [name for name in ("password", "code", "credential") if getattr(shown, name) is not None]
    if len(given) != 1:
        raise Invalid(Problem("", "shows one thing: a password, a code or a passkey"))
    async with db.transaction(known.engine) as tx:
        claimed = await tries.claim(tx, Key(PROOF, me), now=datetime.now(UTC))
        hash = await passwords.kept(tx, me)
    if claimed.wait:
        raise TooMany(waits(claimed.wait), retry_after_seconds=claimed.wait)
    if shown.password is not None and not await passwords.right(shown.password, hash):
        raise NotProved("This is not your password.")
    async with db.transaction(known.engine) as tx:
        if shown.code is not None and not await code.shows(tx, known, me, shown.code):
            raise NotProved("This code is not right, or was used already.")
        if shown.credential is not None:
            await _passkey(tx, known, me, shown.credential)
        await tries.forgive(tx, Key(PROOF, me))
        secret = await sessions.renew(tx, cookies.read(request), strong=shown.password is None)
        ways = await _ways(tx, me)
    known.callers.forget()
    signed_in(answer, secret, known.settings)
    return Proof(needed=False, ways=ways, until=datetime.now(UTC) + timedelta(minutes=proof.MINUTES_MAX))


async def _passkey(tx: AsyncConnection, known: Parts, me: str, credential: Mapping[str, Any]) -> None:
    try:
        await passkeys.shown(tx, credential, "proof", site=site(known.settings), person=me)
    except SaysoError as error:
        raise NotProved("This is no passkey of yours, or it came too late.") from error


async def _ways(tx: AsyncConnection, me: str) -> list[Way]:
    ways: list[Way] = []
    if await passkeys.listed(tx, me):
        ways.append("passkey")
    if await passwords.changed_at(tx, me):
        ways.append("password")
    if await codes.since(tx, me):
        ways.append("code")
    return ways
