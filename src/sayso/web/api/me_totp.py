"""Codes of an authenticator app as my second factor, and recovery codes for the day when the phone is gone."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Request, Response
from pydantic import StringConstraints

from sayso import db
from sayso.errors import Conflict, TooMany
from sayso.team import audit, proof
from sayso.team.signin import codes, passkeys, person, policy, tries
from sayso.team.signin.tries import CODE, Key
from sayso.web.actor import By
from sayso.web.api.own import own
from sayso.web.pages.signin import told
from sayso.web.pages.signin.password import waits
from sayso.web.parts import parts
from sayso.web.shapes import Asked, Shown
from sayso.web.work import Once, Tx

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=codes.TYPED_CHARACTERS_MAX)]


class CodesBegun(Shown):
    secret: str
    """To type into the app; shown only now."""
    uri: str
    """To open on the phone itself."""
    qr: str
    """To scan: an SVG drawing."""


class FirstCode(Asked):
    code: Code


class FreshRecoveryCodes(Shown):
    codes: list[str]
    """Each good once; shown only now."""


async def create(request: Request, tx: Tx, by: By) -> CodesBegun:
    """Begin: a secret for my authenticator app. Nothing is asked of me until a first code was right."""
    request.state.secret = True
    me = await person.by_id(tx, own(by))
    proof.must(by)
    begun = await codes.begin(tx, me.id, label=me.email or me.name, vault=parts(request).connections.vault)
    return CodesBegun(secret=begun.secret, uri=begun.uri, qr=begun.qr)


async def confirm(first: FirstCode, request: Request, by: By, once: Once) -> FreshRecoveryCodes:
    """Turn codes on, with a first one. The answer has my recovery codes, this once."""
    request.state.secret = True
    me, known = own(by), parts(request)
    async with db.transaction(known.engine) as tx:
        if await codes.since(tx, me):
            raise Conflict("Codes are on already.")
        claimed = await tries.claim(tx, Key(CODE, me), now=datetime.now(UTC))
    if claimed.wait:
        raise TooMany(waits(claimed.wait), retry_after_seconds=claimed.wait)
    async with db.transaction(known.engine) as tx:
        fresh = await codes.confirm(tx, me, first.code, vault=known.connections.vault)
        await tries.forgive(tx, Key(CODE, me))
        await audit.write(tx, "codes.on", "turned codes on as their second factor", by=by, subject=by.member)
    known.callers.forget()
    known.jobs.begin(told.codes_turned(known, me, on=True))
    return FreshRecoveryCodes(codes=list(fresh))


async def remove(request: Request, tx: Tx, by: By) -> Response:
    """Turn codes off; my recovery codes go with them."""
    me, known = own(by), parts(request)
    proof.must(by)
    if (await policy.read(tx, by.workspace)).second_factor and not await passkeys.listed(tx, me):
        raise Conflict("This workspace asks for a second factor. Make a passkey first, then turn codes off.")
    await codes.turn_off(tx, me)
    await audit.write(tx, "codes.off", "turned codes off", by=by, subject=by.member)
    known.callers.forget()
    known.jobs.begin(told.codes_turned(known, me, on=False))
    return Response(status_code=204)


async def fresh(request: Request, tx: Tx, by: By) -> FreshRecoveryCodes:
    """Ten new recovery codes; those before stop."""
    request.state.secret = True
    me = own(by)
    proof.must(by)
    if await codes.since(tx, me) is None:
        raise Conflict("Recovery codes stand in for codes of an app. Turn those on first.")
    made = await codes.fresh_recovery_codes(tx, me)
    await audit.write(tx, "codes.recovery", "made new recovery codes", by=by, subject=by.member)
    return FreshRecoveryCodes(codes=list(made))
