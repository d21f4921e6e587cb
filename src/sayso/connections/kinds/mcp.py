"""MCP servers: over HTTP, from here; or a program on this machine, which only the operator names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sayso import db
from sayso.connections import catalogues, mcp, oauth, stored
from sayso.connections.address import Url
from sayso.connections.kind import FormField, Kind, Option, Settings
from sayso.connections.kinds.http import credentials
from sayso.connections.mcp import discovery
from sayso.connections.opened import Opened
from sayso.team.actor import Actor

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

WAYS = (
    Option("none", "Nothing"),
    Option("bearer", "A token"),
    Option("key", "An API key"),
    Option("client_credentials", "OAuth 2: an account of its own"),
    Option("authorization_code", "OAuth 2: somebody consents"),
)


FOUND_OUT = ("authorize_address", "token_address", "client_id")


def _found_out(one: FormField) -> FormField:
    """A server says itself how it lets programs in, so nobody needs to enter it."""
    return replace(one, required=False, advanced=True, help="Left empty, the server is asked.") if one.name in FOUND_OUT else one


async def settle(connections: Connections, id: str, *, by: Actor) -> None:
    """Before somebody consents: finds out where, and registers there, unless that was entered or found out before."""
    async with db.transaction(connections.engine) as tx:
        row = await stored.managed(tx, id, by)
        if row.kind != "mcp" or row.settings.get("auth") != "authorization_code" or row.settings.get("client_id"):
            return
        opened = await connections.opened_to_test(tx, id, by=by)
    way = await discovery.found(connections, opened, connections.url + oauth.CALLBACK)
    secrets = {"client_secret": way.secret} if way.secret else {}
    async with db.transaction(connections.engine) as tx:
        await stored.change(tx, connections, id, {"settings": way.settings, "secrets": secrets}, by=by)


def hosts(settings: Settings) -> tuple[str, ...]:
    whole = Url.of(str(settings.get("address") or ""), "settings/address")
    return tuple(dict.fromkeys((whole.origin, *oauth.hosts(settings))))


async def test(connections: Connections, opened: Opened) -> str:
    """Looks what the server has, and keeps it."""
    found = await mcp.look(connections, opened)
    async with db.transaction(connections.engine) as tx:
        await catalogues.keep(tx, opened, found)
    server, tools = found["server"], len(found["tools"])
    return f"{server['title'] or server['name'] or opened.name} has {tools} {'tool' if tools == 1 else 'tools'}."


KIND = Kind(
    "mcp",
    "MCP server",
    "plug",
    ("mcp",),
    "Tools of a server that speaks the Model Context Protocol.",
    (
        FormField("address", "Address", "address", required=True, example="https://mcp.example.com/mcp"),
        FormField("auth", "Lets in by", "choice", default="none", choices=WAYS),
        FormField("token", "Token", "secret", required=True, when={"auth": ("bearer",)}),
        FormField("key", "API key", "secret", required=True, when={"auth": ("key",)}),
        FormField("key_name", "Name of the key", required=True, default="X-API-Key", when={"auth": ("key",)}),
        *(_found_out(one) for one in oauth.FIELDS),
    ),
    hosts,
    test,
    credentials,
    oauth.consents_needed,
)  # fmt: skip

PROGRAM = Kind(
    "mcp_program",
    "MCP server on this machine",
    "terminal",
    ("mcp",),
    "A program that whoever runs Sayso has named in the file mcp.yaml on the host.",
    (FormField("server", "Server", required=True, example="files", help="As it is called in mcp.yaml."),),
    lambda _: (),
    test,
)
