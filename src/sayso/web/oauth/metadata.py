"""What programs read before they ask to be let in: whom `/mcp` trusts (RFC 9728), and how that is asked (RFC 8414)."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sayso.settings import Settings
from sayso.web.mcp.door import SCOPES, resource
from sayso.web.parts import parts

KEPT = {"cache-control": "public, max-age=300", "access-control-allow-origin": "*"}


async def of_resource(request: Request) -> Response:
    settings = parts(request).settings
    return _told(
        {
            "resource": resource(settings),
            "authorization_servers": [settings.url],
            "scopes_supported": list(SCOPES),
            "bearer_methods_supported": ["header"],
            "resource_name": "Sayso",
        }
    )


async def of_server(request: Request) -> Response:
    return _told(server(parts(request).settings))


def server(settings: Settings) -> dict[str, Any]:
    at = settings.url
    return {
        "issuer": at,
        "authorization_endpoint": f"{at}/oauth/authorize",
        "token_endpoint": f"{at}/oauth/token",
        "registration_endpoint": f"{at}/oauth/register",
        "revocation_endpoint": f"{at}/oauth/revoke",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }


def _told(value: dict[str, Any]) -> Response:
    return Response(orjson.dumps(value), headers=KEPT, media_type="application/json")
