"""What a provider calls a session of ours."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from sayso.db.sso_tables import sso_sessions
from sayso.db.tables import sessions
from sayso.team.secret import hashed
from sayso.team.signin.entering import Entered, HalfWay
from sayso.team.sso.arrival import Arrival
from sayso.team.sso.providers import Provider
from sayso.web.parts import parts


async def remembered(
    tx: AsyncConnection, request: Request, provider: Provider, arrival: Arrival, came: Entered | HalfWay, token: str | None
) -> None:
    """So that the provider can end it, and we can sign out there (`token` is its id token, or the attributes of a SAML NameID)."""
    if not isinstance(came, Entered):
        return
    id = (await tx.execute(select(sessions.c.id).where(sessions.c.hash == hashed(came.secret)))).scalar_one()
    sealed = None if token is None else parts(request).sign_on.connections.vault.seal(token, f"{id}:token")
    values = {
        "issuer": arrival.issuer,
        "subject": arrival.subject,
        "sid": arrival.sid,
        "token": sealed,
        "workspace_id": provider.workspace,
    }
    await tx.execute(sso_sessions.insert().values(session=id, provider=provider.id, **values))
