"""The end of a session at both ends: the provider tells us (OpenID back-channel logout), or we lead the browser there."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sayso import db
from sayso.connections.sign_on import oidc
from sayso.db.sso_tables import sso_sessions
from sayso.errors import Invalid, NotFound, SaysoError, Unavailable
from sayso.team import audit, news
from sayso.team.actor import Actor, system
from sayso.team.secret import new_secret
from sayso.team.sso import attempts, identities, providers
from sayso.team.sso.id_token import BadToken
from sayso.team.sso.providers import Provider
from sayso.web.parts import Parts, parts
from sayso.web.rate import Rate
from sayso.web.sso import browser, forms, sides

FORM_BYTES_MAX = 128 * 2**10
SHOWN_MINUTES = 20
"""How long a logout token that was taken is known; older ones are refused for their age."""
ends = Rate(times=600, seconds=60)
"""Of one address: a provider that closes down for the evening ends many sessions at once."""


async def told(request: Request) -> Response:
    """200 when it is done, also for a session that was over before; 400 for a token that proves nothing."""
    ends.count(browser.address(request))
    known = parts(request)
    try:
        token = await _token(request)
        async with db.transaction(known.engine) as tx:
            provider = await providers.at_the_door(tx, request.path_params["sso"])
        if provider.kind != "oidc":
            raise NotFound("Nobody signs in this way here.")
        claims = await known.sign_on.ended(provider, token)
        async with db.transaction(known.engine) as tx:
            until = datetime.now(UTC) + timedelta(minutes=SHOWN_MINUTES)
            if not await attempts.once(tx, provider, claims["jti"], until):
                raise BadToken("This was told already.")
            await end(tx, provider, claims["iss"], subject=claims.get("sub"), sid=claims.get("sid"))
    except Unavailable as error:
        return _said(503, "temporarily_unavailable", error)
    except SaysoError as error:
        return _said(400, "invalid_request", error)
    known.callers.forget()
    return Response(status_code=200, headers={"cache-control": "no-store"})


async def end(tx: AsyncConnection, provider: Provider, issuer: str, *, subject: str | None, sid: str | None) -> None:
    """What the provider says is over, ends here; every process and every open page of theirs hears of it."""
    whose = await identities.end_sessions(tx, provider, issuer, subject=subject, sid=sid)
    if whose:
        by, many = system(provider.workspace, provider.name), len(whose)
        said = f"ended {many} {'session' if many == 1 else 'sessions'} of somebody who signed out there"
        await audit.write(tx, "sso.ended", said, by=by, subject=provider.id)
        await news.changed(tx, whose, by=by)


@dataclass(frozen=True, slots=True)
class There:
    """Where a session came from, and what the provider has to be told to end its own."""

    provider: Provider
    subject: str
    sid: str | None
    token: bytes | None


async def began(tx: AsyncConnection, by: Actor) -> There | None:
    """None for a session that no provider vouched for, or whose workspace wants to leave the provider's own as it is."""
    s = sso_sessions.c
    query = select(s.provider, s.subject, s.sid, s.token).where(s.session == by.session)
    row = (await tx.execute(query)).one_or_none() if by.session else None
    if row is None:
        return None
    try:
        provider = await providers.at_the_door(tx, row.provider)
    except NotFound:
        return None
    wanted = provider.kind != "ldap" and provider.settings.get("sign_out", True) is True
    return There(provider, row.subject, row.sid, row.token) if wanted else None


async def elsewhere(request: Request, there: There, session: str) -> tuple[str, str] | None:
    """Where a browser goes to sign out at the provider too, and the secret of the cookie that it takes along; None where there is nothing to
    do, or the provider cannot be asked. The session here is over already."""
    known, state, secret = parts(request), new_secret(), browser.leaves(request)
    try:
        opened = "" if there.token is None else known.sign_on.connections.vault.open(there.token, f"{session}:token")
        made = await (_saml if there.provider.kind == "saml" else _oidc)(known, there, opened, state)
    except SaysoError:
        return None
    if made is None:
        return None
    url, asked = made
    async with db.transaction(known.engine) as tx:
        await attempts.begin(tx, there.provider, secret, purpose="out", request=asked, state=state)
    return url, secret


# ── inside ────────────────────────────────────────────────────


async def _oidc(known: Parts, there: There, token: str, state: str) -> tuple[str, str | None] | None:
    sign_on, provider = known.sign_on, there.provider
    found, back = await sign_on.discovered(provider), sign_on.address(provider.id, "signed-out")
    url = oidc.leaving_for_good(found, sign_on.client(provider), back=back, state=state, id_token=token or None)
    return None if url is None else (url, None)


async def _saml(known: Parts, there: There, told: str, state: str) -> tuple[str, str | None] | None:
    async with db.transaction(known.engine) as tx:
        ours, theirs = await sides.of(tx, known.sign_on, there.provider)
    if not theirs.logout or not ours.pairs:
        return None
    named: dict[str, Any] = orjson.loads(told) if told else {}
    return sides.spoken("logout").ask(ours, theirs, state, subject=there.subject, session=there.sid, named=named)


async def _token(request: Request) -> str:
    try:
        token = (await forms.read(request, FORM_BYTES_MAX)).get("logout_token")
    except Invalid:
        token = None
    if not token:
        raise BadToken("There is no logout token.")
    return token


def _said(status: int, error: str, why: SaysoError) -> JSONResponse:
    return JSONResponse({"error": error, "error_description": str(why)[:300]}, status, {"cache-control": "no-store"})
