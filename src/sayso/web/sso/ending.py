"""The end of a session at both ends: the provider tells us (OpenID back-channel logout), or we lead the browser there."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sayso import db
from sayso.connections.sign_on import oidc
from sayso.db.sso_tables import sso_sessions as s
from sayso.errors import NotFound, SaysoError, Unavailable
from sayso.team import audit
from sayso.team.actor import Actor, system
from sayso.team.sso import attempts, identities, providers
from sayso.team.sso.id_token import BadToken
from sayso.web.body import BoundedRequest
from sayso.web.parts import parts
from sayso.web.sso import browser

FORM_BYTES_MAX = 128 * 2**10
SHOWN_MINUTES = 20
"""How long a logout token that was taken is known; older ones are refused for their age."""


async def told(request: Request) -> Response:
    """200 when it is done, also for a session that was over before; 400 for a token that proves nothing."""
    browser.counted(request)
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
            many = await identities.end_sessions(tx, provider, claims["iss"], subject=claims.get("sub"), sid=claims.get("sid"))
            if many:
                said = f"ended {many} {'session' if many == 1 else 'sessions'} of somebody who signed out there"
                await audit.write(tx, "sso.ended", said, by=system(provider.workspace, provider.name), subject=provider.id)
    except Unavailable as error:
        return _said(503, "temporarily_unavailable", error)
    except SaysoError as error:
        return _said(400, "invalid_request", error)
    known.callers.forget()
    return Response(status_code=200, headers={"cache-control": "no-store"})


async def elsewhere(request: Request, tx: AsyncConnection, by: Actor) -> str | None:
    """Where a browser goes to sign out at the provider too; None where there is nothing to do, or the provider cannot be asked."""
    row = (
        (await tx.execute(select(s.c.provider, s.c.token).where(s.c.session == by.session))).one_or_none() if by.session else None
    )
    if row is None:
        return None
    sign_on = parts(request).sign_on
    try:
        provider = await providers.at_the_door(tx, row.provider)
        if provider.kind != "oidc":
            return None
        token = None if row.token is None else sign_on.connections.vault.open(row.token, f"{by.session}:token")
        found = await sign_on.discovered(provider)
        return oidc.leaving_for_good(found, sign_on.client(provider), back=f"{sign_on.connections.url}/signin", id_token=token)
    except SaysoError:
        return None


async def _token(request: Request) -> str:
    bounded = BoundedRequest(request.scope, request.receive)
    bounded.bounded(FORM_BYTES_MAX)
    try:
        async with bounded.form(max_files=0, max_fields=4, max_part_size=FORM_BYTES_MAX) as form:
            token = form.get("logout_token")
    except HTTPException:
        token = None
    if not isinstance(token, str) or not token:
        raise BadToken("There is no logout token.")
    return token


def _said(status: int, error: str, why: SaysoError) -> JSONResponse:
    return JSONResponse({"error": error, "error_description": str(why)[:300]}, status, {"cache-control": "no-store"})
