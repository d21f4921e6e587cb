"""What a SAML provider wants to know of us."""

from importlib import import_module
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sayso import db
from sayso.errors import NotFound
from sayso.team.sso import providers
from sayso.web.parts import parts
from sayso.web.sso.leaving import SAML, sides


async def show(request: Request) -> Response:
    async with db.transaction(parts(request).engine) as tx:
        provider = await providers.at_the_door(tx, request.path_params["sso"])
    if provider.kind != "saml":
        raise NotFound("There is no metadata here.")
    saml: Any = import_module(SAML)
    return Response(saml.metadata(sides(parts(request).sign_on, provider)[0]), media_type="application/samlmetadata+xml")
