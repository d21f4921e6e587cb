"""Any service that is spoken to over HTTP, with the ways there are to be let in."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from sayso.connections import http, oauth
from sayso.connections.address import Url
from sayso.connections.kind import Credentials, FormField, Kind, Option, Settings
from sayso.connections.opened import Opened
from sayso.errors import Invalid, Problem

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

MORE_HOSTS_MAX = 20
WAYS = (
    Option("none", "Nothing"),
    Option("basic", "User and password"),
    Option("bearer", "A token"),
    Option("key", "An API key"),
    Option("client_credentials", "OAuth 2: an account of its own"),
    Option("authorization_code", "OAuth 2: somebody consents"),
)


def hosts(settings: Settings) -> tuple[str, ...]:
    more = [line.strip() for line in str(settings.get("more_hosts") or "").splitlines() if line.strip()]
    if len(more) > MORE_HOSTS_MAX:
        raise Invalid(Problem("settings/more_hosts", f"names at most {MORE_HOSTS_MAX}"))
    whole = [Url.of(str(settings.get("address") or ""), "settings/address")]
    whole += [Url.of(one if "://" in one else f"https://{one}", "settings/more_hosts") for one in more]
    return tuple(dict.fromkeys(one.origin for one in whole))


def bound(settings: Settings) -> tuple[str, ...]:
    """With the addresses of OAuth, where the client's secret goes."""
    return tuple(dict.fromkeys((*hosts(settings), *oauth.hosts(settings))))


def credentials(opened: Opened) -> Credentials:
    match opened.text("auth", "none"):
        case "basic":
            pair = f"{opened.text('user')}:{opened.secret('password')}"
            return Credentials((("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}"),))
        case "bearer":
            return Credentials((("Authorization", f"Bearer {opened.secret('token')}"),))
        case "key" if opened.text("key_in", "header") == "query":
            return Credentials(query=((opened.text("key_name"), opened.secret("key")),))
        case "key":
            return Credentials(((opened.text("key_name"), opened.secret("key")),))
        case _:
            return Credentials()


async def test(connections: Connections, opened: Opened) -> str:
    """Reads its address, or the path that is named for tests."""
    answered = await http.ask(connections, http.Asked("GET", opened.text("test_path")), opened=opened, seconds_max=15)
    refused = answered.status in (401, 403, 407)
    if refused or answered.status >= 500:
        raise http.failed(answered)
    if answered.status >= 400:
        return f"{Url.of(answered.url).host} answers ({answered.status} at this address), and did not refuse the credentials."
    return f"{Url.of(answered.url).host} answers ({answered.status})."


KIND = Kind(
    "http",
    "HTTP API",
    "globe",
    ("http", "rows"),
    "Any service with an API over HTTP.",
    (
        FormField(
            "address", "Address", "address", required=True, example="https://api.example.com/v1",
            help="Steps name paths below it. Its credentials go to this host only.",
        ),
        FormField("auth", "Lets in by", "choice", default="none", choices=WAYS),
        FormField("user", "User", required=True, when={"auth": ("basic",)}),
        FormField("password", "Password", "secret", when={"auth": ("basic",)}),
        FormField("token", "Token", "secret", required=True, when={"auth": ("bearer",)}),
        FormField("key", "API key", "secret", required=True, when={"auth": ("key",)}),
        FormField("key_name", "Name of the key", required=True, default="X-API-Key", when={"auth": ("key",)}),
        FormField(
            "key_in", "The key stands in", "choice", default="header", when={"auth": ("key",)},
            choices=(Option("header", "a header"), Option("query", "the address")),
        ),
        *oauth.FIELDS,
        FormField("test_path", "Path for tests", example="me", help="Read by the test; without one the address itself.", advanced=True),
        FormField("more_hosts", "More hosts", "lines", help="One a line. The credentials go there too.", example="uploads.example.com", advanced=True),
    ),
    bound,
    test,
    credentials,
    oauth.consents_needed,
)  # fmt: skip
