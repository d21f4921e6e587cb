"""What somebody sends to a sign-in page: a small form, or JSON with a passkey's answer; only from our own pages, and with an address that is ours."""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse

from sayso.errors import Forbidden, Invalid
from sayso.team.signin.tries import ADDRESS, NEAR, Key
from sayso.web.address import address_of, agent_of
from sayso.web.body import BoundedRequest
from sayso.web.parts import parts
from sayso.web.safety import came_from_elsewhere

FORM_BYTES_MAX = 16 * 2**10
CREDENTIAL_BYTES_MAX = 64 * 2**10
FIELDS_MAX = 6
TO_CHARACTERS_MAX = 2_000
ELSEWHERE = "This was sent by another site. Open the sign-in page itself."


async def form(request: Request) -> Mapping[str, str]:
    """The fields as texts, without NUL. Raises `Forbidden` for what another site sent."""
    bounded = _bounded(request, FORM_BYTES_MAX)
    try:
        async with bounded.form(max_files=0, max_fields=FIELDS_MAX, max_part_size=FORM_BYTES_MAX) as typed:
            return {name: value.replace("\0", "") for name, value in typed.items() if isinstance(value, str)}
    except HTTPException as error:
        raise Invalid(str(error.detail)) from None


async def json(request: Request) -> Mapping[str, Any]:
    """An object. Raises `Forbidden` for what another site sent, `Invalid` for what is none."""
    value = await _bounded(request, CREDENTIAL_BYTES_MAX).json()
    if not isinstance(value, dict):
        raise Invalid("This is no object.")
    return value


def _bounded(request: Request, bytes_max: int) -> BoundedRequest:
    if came_from_elsewhere(request.headers, parts(request).settings):
        raise Forbidden(ELSEWHERE)
    bounded = BoundedRequest(request.scope, request.receive)
    bounded.bounded(bytes_max)
    return bounded


def ours(to: object) -> str:
    """An address of this workspace to go to afterwards; home for everything else, another site's above all."""
    if not isinstance(to, str) or not to.startswith("/") or len(to) > TO_CHARACTERS_MAX or not to.isprintable() or "\\" in to:
        return "/"
    try:
        split = urlsplit(to)
    except ValueError:
        return "/"
    elsewhere = split.scheme or split.netloc or to.startswith("//")
    return "/" if elsewhere or split.path.startswith(("/signin", "/sign-in", "/api/", "/static/")) else to


def led(to: str) -> RedirectResponse:
    """To an address of ours; whatever signs are in it."""
    return RedirectResponse(quote(to, safe="/?&=#%:@!$'()*+,;~-._"), 303)


def address(request: Request) -> str:
    return address_of(request, parts(request).settings)


def by_address(request: Request) -> Key:
    """Under which tries from this network address are counted; of IPv6 the network that one customer has. Behind a proxy that the operator
    has not named everybody has the proxy's address, which is near: that one is not stopped because of one of them so soon."""
    host = address(request)
    try:
        ip = ip_address(host)
    except ValueError:
        return Key(NEAR, host)
    if ip.is_private or ip.is_loopback:
        return Key(NEAR, host)
    return Key(ADDRESS, str(ip_network((ip, 64), strict=False)) if ip.version == 6 else host)


def agent(request: Request) -> str:
    return agent_of(request)
