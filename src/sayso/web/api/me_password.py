"""My password."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Request, Response
from pydantic import StringConstraints

from sayso import db
from sayso.errors import Conflict, Invalid, Problem, TooMany
from sayso.team import audit, proof, sessions
from sayso.team.signin import mailed, passkeys, passwords, person, policy, tries
from sayso.team.signin.tries import PROOF, Key
from sayso.web.actor import By
from sayso.web.api.own import own
from sayso.web.pages.signin import told
from sayso.web.pages.signin.password import waits
from sayso.web.parts import Parts, parts
from sayso.web.shapes import Asked
from sayso.web.work import Once, Tx

Secret = Annotated[str, StringConstraints(max_length=1_000)]


class NewPassword(Asked):
    password: Secret
    current: Secret | None = None
    """The one that I have now, where there is one."""


async def update(new: NewPassword, request: Request, by: By, once: Once) -> Response:
    """Set or change my password. All my other sessions end."""
    me, known = own(by), parts(request)
    async with db.transaction(known.engine) as tx:
        hash = await passwords.kept(tx, me)
        if "password" not in (await policy.read(tx, by.workspace)).methods:
            raise Conflict("This workspace takes no passwords.")
    if hash is None:
        proof.must(by)
    else:
        await _must_know(known, me, hash, new.current)
    async with db.transaction(known.engine) as tx:
        who = await person.by_id(tx, me)
        if who.email is None:
            raise Invalid(Problem("email", "is needed first: it is what you sign in with. Add it under You"))
        await passwords.put(tx, who, new.password)
        await sessions.end_of(tx, me, but=by.session)
        await mailed.end(tx, me)
        await audit.write(tx, "password.changed", "changed their password", by=by, subject=by.member)
    known.callers.forget()
    known.jobs.begin(told.password_changed(known, me))
    return Response(status_code=204)


async def remove(request: Request, tx: Tx, by: By) -> Response:
    """Remove my password. I need a passkey to come in with then."""
    me, known = own(by), parts(request)
    proof.must(by)
    if not await passkeys.listed(tx, me):
        raise Conflict("Make a passkey first: without a password it is how you sign in.")
    await passwords.remove(tx, me)
    await audit.write(tx, "password.removed", "removed their password", by=by, subject=by.member)
    known.callers.forget()
    return Response(status_code=204)


async def _must_know(known: Parts, me: str, hash: str, current: str | None) -> None:
    if not current:
        raise Invalid(Problem("current", "is needed: the password that you have now"))
    async with db.transaction(known.engine) as tx:
        claimed = await tries.claim(tx, Key(PROOF, me), now=datetime.now(UTC))
    if claimed.wait:
        raise TooMany(waits(claimed.wait), retry_after_seconds=claimed.wait)
    if not await passwords.right(current, hash):
        raise Invalid(Problem("current", "is not your password"))
    async with db.transaction(known.engine) as tx:
        await tries.forgive(tx, Key(PROOF, me))
