"""How an MCP server wants to be let in to by OAuth: found out from the server itself, where nobody has said it.

A server that is asked without a token names its metadata (RFC 9728), that names the authorization server, whose metadata (RFC 8414) names
where somebody consents, where tokens are had, and where a program registers (RFC 7591). All of it is read through the egress door.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from sayso.connections import http
from sayso.connections.address import Url
from sayso.connections.delivered import NotDelivered
from sayso.connections.mcp.messages import US, WITH_HANDSHAKE
from sayso.connections.opened import Opened
from sayso.errors import Invalid

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

METADATA_BYTES_MAX = 2**18
SECONDS_MAX = 15
NAMED = re.compile(r'resource_metadata="([^"]{1,2000})"')
ASKED_SCOPE = re.compile(r'scope="([^"]{1,500})"')
RESOURCE, SERVER, OPENID = (
    "/.well-known/oauth-protected-resource", "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """What a connection is to hold: `settings` as its form has them, and a secret when the server gave one."""

    settings: dict[str, Any]
    secret: str


async def found(connections: Connections, opened: Opened, callback: str) -> Way:
    """Finds the way in, and registers us there. Raises `NotDelivered` in words."""
    address = Url.of(opened.text("address"))
    metadata, scopes = await _of_resource(connections, address)
    servers = metadata.get("authorization_servers")
    named: Any = servers[0] if isinstance(servers, list) and servers else address.origin
    server = await _of_server(connections, str(named), opened.name)
    if "S256" not in (server.get("code_challenge_methods_supported") or ()):
        raise NotDelivered(f"{opened.name} lets programs in without proof of who asked (PKCE); that is not safe.")
    client, secret = await _registered(connections, server, callback, opened.name)
    supported = metadata.get("scopes_supported")
    all_scopes = " ".join(map(str, supported)) if isinstance(supported, list) else ""
    return Way(
        {
            "authorize_address": _address(server, "authorization_endpoint", opened.name),
            "token_address": _address(server, "token_endpoint", opened.name),
            "client_id": client,
            "client_auth": "body",
            "scopes": opened.text("scopes") or all_scopes or scopes,
        },
        secret,
    )


async def _of_resource(connections: Connections, address: Url) -> tuple[dict[str, Any], str]:
    """What the server says of itself; empty where it says nothing. And the scopes that it asks for."""
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": WITH_HANDSHAKE[0], "capabilities": {}, "clientInfo": US},
    }
    headers = [("Accept", "application/json, text/event-stream"), ("Content-Type", "application/json")]
    asked = http.Asked("POST", str(address), headers, orjson.dumps(hello), redirects=0)
    challenge = (await http.ask(connections, asked, bytes_max=METADATA_BYTES_MAX, seconds_max=SECONDS_MAX)).header(
        "www-authenticate"
    )
    told, scope = NAMED.search(challenge), ASKED_SCOPE.search(challenge)
    path = address.target.partition("?")[0].rstrip("/")
    places = [told[1]] if told else [f"{address.origin}{RESOURCE}{path}", f"{address.origin}{RESOURCE}"]
    for place in places:
        value = await _json(connections, place) if _origin(place) else None
        if value is not None and _origin(value.get("resource")) == address.origin:
            return value, scope[1] if scope else ""
    return {}, scope[1] if scope else ""


async def _of_server(connections: Connections, issuer: str, who: str) -> dict[str, Any]:
    if not _origin(issuer):
        raise NotDelivered(f"{who} names no good address as its authorization server.")
    at = Url.of(issuer)
    path = at.target.rstrip("/")
    for place in (f"{at.origin}{SERVER}{path}", f"{at.origin}{OPENID}{path}", f"{at.origin}{path}{OPENID}"):
        value = await _json(connections, place)
        if value is not None and str(value.get("issuer", "")).rstrip("/") == issuer.rstrip("/"):
            return value
    raise NotDelivered(
        f"{who} does not say how programs are let in by OAuth. Enter the addresses of consent and of tokens by hand."
    )


async def _registered(connections: Connections, server: dict[str, Any], callback: str, who: str) -> tuple[str, str]:
    if not server.get("registration_endpoint"):
        raise NotDelivered(f"{who} takes no programs that register by themselves. Enter a client ID that its operator gave you.")
    wants = {
        "client_name": "Sayso", "redirect_uris": [callback], "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"], "token_endpoint_auth_method": "none",
    }  # fmt: skip
    asked = http.Asked(
        "POST",
        _address(server, "registration_endpoint", who),
        [("Content-Type", "application/json")],
        orjson.dumps(wants),
        redirects=0,
    )
    answered = await http.ask(connections, asked, bytes_max=METADATA_BYTES_MAX, seconds_max=SECONDS_MAX)
    if failure := answered.failure():
        raise failure
    told = answered.json()
    if not isinstance(told, dict) or not isinstance(told.get("client_id"), str):
        raise NotDelivered(f"{who} registered us without a client ID.")
    secret = told.get("client_secret")
    return told["client_id"], secret if isinstance(secret, str) else ""


def _address(server: dict[str, Any], name: str, who: str) -> str:
    try:
        return str(Url.of(str(server.get(name) or "")))
    except Invalid:
        raise NotDelivered(f"{who} names no good address as its {name}.") from None


def _origin(address: Any) -> str:
    """Empty for what is no address."""
    try:
        return Url.of(str(address or "")).origin
    except Invalid:
        return ""


async def _json(connections: Connections, address: str) -> dict[str, Any] | None:
    """None for what is not there; raises where nobody answers at all."""
    asked = http.Asked("GET", address, [("Accept", "application/json")])
    answered = await http.ask(connections, asked, bytes_max=METADATA_BYTES_MAX, seconds_max=SECONDS_MAX)
    if answered.status != 200:
        return None
    try:
        value = answered.json()
    except NotDelivered:
        return None
    return value if isinstance(value, dict) else None
