"""What a SAML provider wants to know of us."""

from starlette.requests import Request
from starlette.responses import Response

from sayso import db
from sayso.errors import NotFound
from sayso.team.sso import providers
from sayso.web.parts import parts
from sayso.web.sso import sides


async def show(request: Request) -> Response:
    async with db.transaction(parts(request).engine) as tx:
        provider = await providers.at_the_door(tx, request.path_params["sso"])
        if provider.kind != "saml":
            raise NotFound("There is no metadata here.")
        ours, _ = await sides.of(tx, parts(request).sign_on, provider)
    return Response(sides.spoken("metadata").ours(ours), media_type="application/samlmetadata+xml")
