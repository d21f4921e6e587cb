"""MCP servers: over HTTP, from here; or a program on this machine, which only the operator names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso import db
from sayso.connections import catalogues, mcp, oauth
from sayso.connections.address import Url
from sayso.connections.kind import FormField, Kind, Option, Settings
from sayso.connections.kinds.http import credentials
from sayso.connections.opened import Opened

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

WAYS = (
    Option("none", "Nothing"),
    Option("bearer", "A token"),
    Option("key", "An API key"),
    Option("client_credentials", "OAuth 2: an account of its own"),
    Option("authorization_code", "OAuth 2: somebody consents"),
)


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
        *oauth.FIELDS,
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
