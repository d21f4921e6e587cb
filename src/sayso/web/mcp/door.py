"""Who may speak to `/mcp`: through which name of this server, from which page, with which token."""

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response

from sayso.settings import Settings
from sayso.web.hosts import OTHER_NAME, ours
from sayso.web.mcp.messages import INVALID_REQUEST, Wrong, error

PATH = "/mcp"
SCOPES = ("read", "write")
RESOURCE_METADATA = "/.well-known/oauth-protected-resource"


def resource(settings: Settings) -> str:
    """What tokens are for (RFC 8707)."""
    return settings.url + PATH


def turned_away(headers: Headers, settings: Settings) -> Response | None:
    """The answer to whoever came by another name of this server, or from another site's page; None to everybody else.

    An address in numbers and `localhost` are nobody's names, so no page can be made to come by them through DNS.
    """
    if not ours(headers.get("host", ""), settings):
        return refused(421, OTHER_NAME)
    origin = headers.get("origin")
    if origin is not None and origin not in (settings.url, f"http://{headers.get('host')}", f"https://{headers.get('host')}"):
        return refused(403, "This came from another site's page.")
    return None


def refused(status: int, why: str, headers: dict[str, str] | None = None) -> Response:
    """Before any message was read: an error without an id."""
    return JSONResponse(error(None, Wrong(INVALID_REQUEST, why)), status, headers)


def sign_in_first(settings: Settings, why: str, *, shown: bool) -> Response:
    """401 that tells a client where it gets a token (RFC 9728). `shown` says that it showed one, which is not known or over."""
    challenge = f'Bearer resource_metadata="{settings.url}{RESOURCE_METADATA}{PATH}", scope="{SCOPES[0]}"'
    if shown:
        challenge += ', error="invalid_token"'
    return refused(401, why, {"www-authenticate": challenge})


def more_scope_needed(settings: Settings, why: str, scopes: str) -> Response:
    """403 that tells a client to ask its person for more."""
    challenge = (
        f'Bearer error="insufficient_scope", scope="{scopes}", resource_metadata="{settings.url}{RESOURCE_METADATA}{PATH}"'
    )
    return refused(403, why, {"www-authenticate": challenge})
